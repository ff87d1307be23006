"""Echo over UDP: a sentence goes out in lower case and comes back in upper case.

    udp_echo.py server
    udp_echo.py client 203.0.113.10

Framing: none is needed. One datagram is one sentence; it arrives whole or not at all, and nobody says which. So the
client waits, asks again with twice the patience (--timeout, --retries), and believes only the server it asked.

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130. A client without an answer: 1.
"""

import argparse
import signal
import socket
import sys
import time
from typing import NoReturn

LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
Address = tuple[str, int]


def server(address: Address, encoding: str) -> NoReturn:
    """Answer whoever sends a datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        print("Listening at", sock.getsockname())
        while True:
            data, sender = sock.recvfrom(LARGEST)
            try:
                text = data.decode(encoding)
                print(f"The client at {sender} says {text!r}")
                sock.sendto(text.upper().encode(encoding), sender)
            except (UnicodeError, OSError) as error:  # one client's trouble is not the end for the others
                print(f"The client at {sender} cannot be answered: {error}")


def client(address: Address, encoding: str, connect: bool, timeout_s: float, retries: int) -> int:
    """Ask for a sentence, send it, print the answer."""
    peer = (socket.gethostbyname(address[0]), address[1])
    sentence = input("Input lowercase sentence: ")
    try:
        data = sentence.encode(encoding)
    except UnicodeError:
        print(f"{sentence!r} cannot be written in {encoding}")
        return 1
    if len(data) > LARGEST:
        print(f"{len(data)} bytes do not fit in one datagram: it holds {LARGEST} at most")
        return 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if connect:  # sends nothing: the kernel only notes the address, and drops what comes from any other
            sock.connect(peer)
        for attempt in range(1 + retries):
            if connect:
                sock.send(data)
            else:
                sock.sendto(data, peer)
            if attempt == 0:
                print(f"The OS assigned the address {sock.getsockname()} to me")
            reply = receive_from(peer, sock, encoding, timeout_s * 2**attempt)
            if reply is not None:
                print(f"The server {peer} replied with {reply.decode(encoding, 'backslashreplace')!r}")
                return 0
    print(f"no answer from {peer} after {1 + retries} {'tries' if retries else 'try'}")
    return 1


def receive_from(peer: Address, sock: socket.socket, encoding: str, timeout_s: float) -> bytes | None:
    """The next datagram of that peer, or None when the time is over; what others send is shown and left."""
    deadline = time.monotonic() + timeout_s
    while (left_s := deadline - time.monotonic()) > 0:
        sock.settimeout(left_s)
        try:
            data, sender = sock.recvfrom(LARGEST)
        except TimeoutError:
            break
        if sender == peer:
            return data
        print(f"message {data.decode(encoding, 'backslashreplace')!r} from unexpected host {sender}!")
    return None


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server(address, options.encoding)
        return client(address, options.encoding, options.connect, options.timeout, options.retries)
    except KeyboardInterrupt:
        return 0 if options.role == "server" else 130
    except EOFError:
        print("\nno sentence, nothing sent")
    except ConnectionRefusedError:  # only a connected socket is told that nobody listens there
        print("connection refused")
    except (OSError, UnicodeError) as error:
        verb = "listen at" if options.role == "server" else "talk to"
        print(f"cannot {verb} {address}: {getattr(error, 'strerror', None) or error}")
    return 1


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-p", "--port", type=port, default=3000, help="UDP port (default: %(default)s)")
    common.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Echo over UDP, in upper case.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="answer every datagram")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    ask = roles.add_parser("client", parents=[common], help="send one sentence")
    ask.add_argument("host", help="the server's name or address")
    ask.add_argument("--connect", action="store_true", help="use a connected socket")
    ask.add_argument("--timeout", type=seconds, default=2.0, help="for the first answer, in s (default: %(default)s)")
    ask.add_argument("--retries", type=int, choices=range(11), default=0, metavar="0..10", help="(default: 0)")
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
