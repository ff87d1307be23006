"""Say something over TCP, and hear that it has been received: `收到`, in GBK.

    tcp_reply.py server
    tcp_reply.py client                 it asks for the server's ip and port, and for a text

Framing: a message is all that comes until its sender has ended its side of the connection (shutdown, FIN): one message
each way, then nothing more can be said. 65,536 bytes at most.

GBK is how most Chinese programs on Windows write; an end that takes it for UTF-8 sees rubbish, or an error. So both
ends must agree: --encoding changes it. The server takes one client at a time, and waits --timeout for its message.

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130. A client without its answer: 1.
"""

import argparse
import ipaddress
import signal
import socket
import sys
import time
from typing import NoReturn

REPLY = "收到"
LONGEST = 65_536  # bytes of a message
Address = tuple[str, int]


def server(address: Address, encoding: str, timeout_s: float) -> NoReturn:
    """Acknowledge one client's message after the other."""
    with socket.create_server(address) as listener:
        print("Listening at", listener.getsockname())
        while True:
            connection, peer = listener.accept()
            print("Connection from", peer)
            with connection:
                try:
                    text = receive_message(connection, timeout_s).decode(encoding)
                    print(f"The client at {peer} says {text!r}")
                    connection.sendall(REPLY.encode(encoding))
                except (OSError, ValueError) as error:  # this client's trouble, not the next one's
                    print(f"The client at {peer} gets no reply: {getattr(error, 'strerror', None) or error}")


def receive_message(sock: socket.socket, timeout_s: float) -> bytes:
    """All that comes until the peer has ended its side; one byte now and then wins no time."""
    data = b""
    deadline = time.monotonic() + timeout_s
    while True:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            more = sock.recv(LONGEST + 1 - len(data))
        except TimeoutError:
            raise TimeoutError(f"no end of the message in {timeout_s:g} s") from None
        data += more
        if not more:
            return data
        if len(data) > LONGEST:
            raise ValueError(f"no message has more than {LONGEST} bytes")


def client(encoding: str, timeout_s: float) -> int:
    """Ask where to, and what to say; print what the server says to it."""
    ip, its_port, text = input("server ip: ").strip(), input("server port: ").strip(), input("text: ")
    try:
        address = (str(ipaddress.IPv4Address(ip)), port(its_port))
        data = text.encode(encoding)
    except UnicodeError:
        print(f"{text!r} cannot be written in {encoding}")
        return 1
    except (ValueError, argparse.ArgumentTypeError) as error:
        print(error)
        return 1
    try:
        with socket.create_connection(address, timeout_s) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)  # this was all
            reply = receive_message(sock, timeout_s)
    except (OSError, ValueError) as error:
        print(f"cannot talk to {address}: {getattr(error, 'strerror', None) or error}")
        return 1
    if not reply:
        print("the server closed the connection before it answered")
        return 1
    print(f"The server replied with {reply.decode(encoding, 'backslashreplace')!r}")
    return 0


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server((options.host, options.port), options.encoding, options.timeout)
        return client(options.encoding, options.timeout)
    except KeyboardInterrupt:
        return 0 if options.role == "server" else 130
    except EOFError:
        print("\nnothing sent")
    except (OSError, UnicodeError) as error:
        address = (options.host, options.port)
        print(f"cannot listen at {address}: {getattr(error, 'strerror', None) or error}")
    return 1


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--encoding", type=encoding, default="gbk", help="of the text (default: %(default)s)")
    common.add_argument("--timeout", type=seconds, default=10.0, help="for a message, in s (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Hear over TCP that something has been received.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="acknowledge one client after the other")
    serve.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    roles.add_parser("client", parents=[common], help="ask where to and what, and say it")
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
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try gbk or utf-8") from None
    try:
        REPLY.encode(name)
    except UnicodeError:
        raise argparse.ArgumentTypeError(f"{REPLY!r} cannot be written in {name}") from None
    return name


if __name__ == "__main__":
    sys.exit(main())
