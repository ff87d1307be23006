"""Who am I? The server answers every datagram, connection and HTTP request with the address it came from.

    whoami.py server
    whoami.py client 203.0.113.10 [--tcp | --http]

A host behind a home router knows only its private address; which public address stands for it, only somebody outside
can see. Any HTTP client can ask, too: curl http://203.0.113.10:3000/

Framing: the answer is one line, `198.51.100.11 46734`.
    UDP   one datagram each way. The question may hold anything but must be at least as long as the answer: who forges
          a victim's address as the sender must gain nothing by asking us.
    TCP   the server sends the line and closes. It reads first, to find out whether this is HTTP, but only until
          the first line, the end of what the client sends, or PATIENCE_S.
    HTTP  on the same TCP port: a response with the line as its body.

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130. A client without its answer: 1.
"""

import argparse
import ipaddress
import re
import select
import signal
import socket
import struct
import sys
import threading
import time
from typing import NoReturn

PATIENCE_S = 1.0
LONGEST = 65_536  # bytes of a question, or an answer, that anybody needs
QUESTION = b"Who am I?".ljust(64)
HTTP_REQUEST = re.compile(rb"[A-Z]+ \S+ HTTP/1\.[01]\r?\n")
IP_PKTINFO = 8  # of <bits/in.h>, see ip(7); the socket module has it only from Python 3.14 on
Address = tuple[str, int]
speaking = threading.Lock()


def server(address: Address, encoding: str) -> NoReturn:
    """Answer on a UDP and a TCP socket of the same port number: to the kernel they are two different ports."""
    with socket.create_server(address) as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)  # tell with each datagram where it was sent to
        datagrams.bind(listener.getsockname())
        datagrams.setblocking(False)
        listener.setblocking(False)
        say(f"Listening at {listener.getsockname()}")
        while True:
            ready, _, _ = select.select([datagrams, listener], [], [])
            try:
                if datagrams in ready:
                    answer_datagram(datagrams, encoding)
                if listener in ready:
                    begin_conversation(listener, encoding)
            except BlockingIOError:  # it was there, and is gone: a bad checksum, a connection given up
                continue
            except (OSError, RuntimeError) as error:  # no more files or threads: who waits is answered later
                say(f"Cannot answer now: {error}")
                time.sleep(0.2)


def answer_datagram(sock: socket.socket, encoding: str) -> None:
    question, notes, _, peer = sock.recvmsg(LONGEST, socket.CMSG_SPACE(12))
    answer = line_for(peer, encoding)
    my_address, sent_to = struct.unpack("4x4s4s", notes[0][2])
    if peer[1] == sock.getsockname()[1]:
        say(f"Ignored {peer}: from my own port, as another server like me would")
    elif sent_to != my_address:
        say(f"Ignored {peer}: sent to {socket.inet_ntoa(sent_to)}, not to me alone")
    elif len(question) < len(answer):
        say(f"Ignored {peer}: {len(question)} bytes asked, the answer would be {len(answer)}")
    else:
        try:
            say(f"Asked over UDP by {peer}")
            sock.sendto(answer, peer)
        except OSError as error:
            say(f"Lost {peer}: {error.strerror}")


def begin_conversation(listener: socket.socket, encoding: str) -> None:
    connection, peer = listener.accept()
    try:
        threading.Thread(target=converse, args=(connection, peer, encoding), daemon=True).start()
    except RuntimeError:
        connection.close()
        raise


def converse(connection: socket.socket, peer: Address, encoding: str) -> None:
    """Hear what one TCP peer has to say, answer, and let it close first."""
    with connection:
        try:
            request = receive(connection, PATIENCE_S, b"\n")
            answer = line_for(peer, encoding)
            over_http = HTTP_REQUEST.match(request) is not None
            if over_http:
                head = f"Content-Type: text/plain; charset={encoding}\r\nContent-Length: {len(answer)}\r\n"
                body = b"" if request.startswith(b"HEAD ") else answer
                answer = f"HTTP/1.1 200 OK\r\n{head}Connection: close\r\n\r\n".encode() + body
            say(f"Asked over {'HTTP' if over_http else 'TCP'} by {peer}")
            connection.sendall(answer)
            # Closing with unread bytes sends a RST, which can destroy the answer on its way (RFC 1122, 4.2.2.13).
            connection.shutdown(socket.SHUT_WR)
            receive(connection, PATIENCE_S)
        except OSError as error:
            say(f"Lost {peer}: {error.strerror or error}")


def receive(sock: socket.socket, timeout_s: float, enough: bytes | None = None) -> bytes:
    """What the peer sends until `enough` is in it, it has closed its side, or the time is over; LONGEST at most."""
    data = b""
    deadline = time.monotonic() + timeout_s
    while len(data) < LONGEST and (left_s := deadline - time.monotonic()) > 0:
        sock.settimeout(left_s)
        try:
            more = sock.recv(LONGEST - len(data))
        except TimeoutError:
            break
        data += more
        if not more or (enough and enough in data):
            break
    sock.settimeout(timeout_s)
    return data


def line_for(peer: Address, encoding: str) -> bytes:
    return f"{peer[0]} {peer[1]}\n".encode(encoding)


def say(line: str) -> None:
    with speaking:  # or the lines of two threads get mixed
        print(line)


def client(address: Address, encoding: str, over: str, timeout_s: float) -> int:
    """Ask, and compare: the address this host knows, and the one that the server sees."""
    peer = (socket.gethostbyname(address[0]), address[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if over == "udp" else socket.SOCK_STREAM) as sock:
        sock.settimeout(timeout_s)
        try:
            sock.connect(peer)
            print(f"My own address is {sock.getsockname()}")
            answer = ask(sock, over, timeout_s)
        except TimeoutError:
            answer = b""
    if not answer:
        print(f"no answer from {peer}")
        return 1
    try:
        ip, its_port = answer.decode(encoding).split()
        print(f"The server sees me as {(str(ipaddress.ip_address(ip)), port(its_port))}")
    except (ValueError, argparse.ArgumentTypeError):
        print(f"the answer makes no sense: {answer[:80]!r}")
        return 1
    return 0


def ask(sock: socket.socket, over: str, timeout_s: float) -> bytes:
    if over == "udp":
        sock.send(QUESTION)
        return sock.recv(LONGEST)
    if over == "tcp":
        sock.shutdown(socket.SHUT_WR)  # nothing to say: the server need not wait for more
        return receive(sock, timeout_s)
    ip, its_port = sock.getpeername()
    sock.sendall(f"GET / HTTP/1.1\r\nHost: {ip}:{its_port}\r\nConnection: close\r\n\r\n".encode())
    response = receive(sock, timeout_s)
    head, _, body = response.partition(b"\r\n\r\n")
    return body if re.match(rb"HTTP/1\.[01] 200 ", head) else response


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server(address, options.encoding)
        return client(address, options.encoding, options.over, options.timeout)
    except KeyboardInterrupt:
        speaking.acquire(timeout=1)  # no thread shall be in the middle of a line when Python ends
        return 0 if options.role == "server" else 130
    except ConnectionRefusedError:
        print("connection refused")
    except (OSError, UnicodeError) as error:
        verb = "listen at" if options.role == "server" else "talk to"
        print(f"cannot {verb} {address}: {getattr(error, 'strerror', None) or error}")
    return 1


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-p", "--port", type=port, default=3000, help="UDP and TCP port (default: %(default)s)")
    common.add_argument("--encoding", type=encoding, default="utf-8", help="of the answer (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Which address does the other end see?")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="answer over UDP, TCP and HTTP")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    asker = roles.add_parser("client", parents=[common], help="ask, over UDP if nothing else is said")
    asker.add_argument("host", help="the server's name or address")
    asker.add_argument("--timeout", type=seconds, default=5.0, help="in s (default: %(default)s)")
    way = asker.add_mutually_exclusive_group()
    way.add_argument("--tcp", dest="over", action="store_const", const="tcp", default="udp", help="ask over TCP")
    way.add_argument("--http", dest="over", action="store_const", const="http", help="ask over HTTP")
    return parser.parse_args()


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def seconds(text: str) -> float:
    if 0 < float(text) <= 3600:
        return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time: more than 0 s, at most 3600")


def encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    return name


if __name__ == "__main__":
    sys.exit(main())
