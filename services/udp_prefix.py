"""Answer one datagram over UDP, with `来自服务器` ("from the server") before what it said, and end.

    udp_prefix.py server

Framing: one datagram is one text. The client of udp_echo.py is a good other end. A datagram that cannot be answered
(of another encoding, or too long to get five characters more) costs one line, and the server waits for the next.

Ctrl-C or SIGTERM ends it quietly, with status 0.
"""

import argparse
import signal
import socket
import sys

PREFIX = "来自服务器"
LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
Address = tuple[str, int]


def server(address: Address, encoding: str) -> None:
    """Wait until one datagram is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        print("Listening at", sock.getsockname())
        while True:
            data, sender = sock.recvfrom(LARGEST)
            try:
                text = data.decode(encoding)
                print(f"The client at {sender} says {text!r}")
                sock.sendto(f"{PREFIX}{text}".encode(encoding), sender)
            except (UnicodeError, OSError) as error:
                print(f"The client at {sender} cannot be answered: {error}")
            else:
                return


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        server(address, options.encoding)
    except KeyboardInterrupt:
        return 0
    except (OSError, UnicodeError) as error:
        print(f"cannot listen at {address}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Answer one datagram, with a prefix.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server")
    serve = roles.add_parser("server", help="answer one datagram and end")
    serve.add_argument("-p", "--port", type=port, default=3000, help="UDP port (default: %(default)s)")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    serve.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    return parser.parse_args()


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    try:
        PREFIX.encode(name)
    except UnicodeError:
        raise argparse.ArgumentTypeError(f"{PREFIX!r} cannot be written in {name}") from None
    return name


if __name__ == "__main__":
    sys.exit(main())
