"""Send words, each with a call of its own; receive four bytes at a time. Over UDP or TCP, and that is the difference.

    pieces.py receiver --udp                 and   pieces.py sender HOST --udp one two three
    pieces.py receiver --tcp                 and   pieces.py sender HOST --tcp one two three

Framing: over UDP one datagram is one word. Over TCP there is none, on purpose: nothing says where a word ends, and the
receiver cannot know. (tcp_echo.py ends each with a line feed, tcp_greeting.py gives each sixteen bytes.)

Ctrl-C or SIGTERM ends the receiver quietly, with status 0.
"""

import argparse
import signal
import socket
import sys
from typing import NoReturn

LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
Address = tuple[str, int]


def receive_datagrams(address: Address, size: int) -> NoReturn:
    """Print of each datagram what fits into `size` bytes: the kernel throws the rest away and says so (recvmsg(2))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        print("Listening at", sock.getsockname())
        while True:
            data, _, flags, _ = sock.recvmsg(size)
            print(f"A datagram: {shown(data)}{', cut off' if flags & socket.MSG_TRUNC else ''}")


def receive_stream(address: Address, size: int, patience: float) -> NoReturn:
    """Print what each connection brings, in pieces of `size` bytes, whatever pieces it came in."""
    with socket.create_server(address) as listener:
        print("Listening at", listener.getsockname())
        while True:
            connection, peer = listener.accept()
            with connection:
                connection.settimeout(patience)  # or one silent peer would be the last
                try:
                    while data := receive_exactly(connection, size):
                        print(f"{len(data)} bytes: {shown(data)}")
                    print("The stream is over")
                except OSError as error:
                    print(f"Lost {peer}: {error.strerror or error}")


def receive_exactly(connection: socket.socket, size: int) -> bytes:
    """The next `size` bytes, however many recv() calls it takes; fewer at the end of the stream."""
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def send(kind: socket.SocketKind, address: Address, words: list[bytes]) -> None:
    """One sendall() for each word."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.connect(address)
        for word in words:
            sock.sendall(word)
            print(f"Sent {shown(word)}")


def shown(data: bytes) -> str:
    return repr(data.decode(errors="backslashreplace"))


def main() -> int:
    options = arguments()
    address = (options.host or "0.0.0.0", options.port)  # noqa: S104
    verb = "talk to" if options.role == "sender" else "listen at"
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "sender":
            send(options.kind, address, options.words)
        elif options.kind == socket.SOCK_DGRAM:
            receive_datagrams(address, options.size)
        else:
            receive_stream(address, options.size, options.timeout)
    except KeyboardInterrupt:
        return 130 if options.role == "sender" else 0
    except (OSError, UnicodeError) as error:
        print(f"cannot {verb} {address}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Send words, and receive four bytes at a time.")
    roles = parser.add_subparsers(dest="role", required=True)
    receiver = roles.add_parser("receiver", help="print what comes, four bytes at a time")
    receiver.add_argument("--host", help="address to listen at (default: all)")
    receiver.add_argument("--size", type=size, default=4, help="bytes to ask for at a time (default: %(default)s)")
    receiver.add_argument("--timeout", type=seconds, default=10.0, help="drop who is silent so long (default: 10 s)")
    sender = roles.add_parser("sender", help="send each word with a call of its own")
    sender.add_argument("host", help="the receiver's name or address")
    sender.add_argument("words", nargs="+", type=word, help="what to send")
    for role in (receiver, sender):
        role.add_argument("-p", "--port", type=port, default=3000, help="UDP or TCP port (default: %(default)s)")
        kinds = role.add_mutually_exclusive_group(required=True)
        kinds.add_argument("--udp", dest="kind", action="store_const", const=socket.SOCK_DGRAM, help="as datagrams")
        kinds.add_argument("--tcp", dest="kind", action="store_const", const=socket.SOCK_STREAM, help="as a stream")
    return parser.parse_args()


def word(text: str) -> bytes:
    data = text.encode(errors="surrogateescape")
    if not 0 < len(data) <= LARGEST:
        raise argparse.ArgumentTypeError(f"a word of {len(data)} bytes: 1 to {LARGEST} fit into one datagram")
    return data


def size(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= LARGEST:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes: 1 to {LARGEST}")


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def seconds(text: str) -> float:
    try:
        if 0 < float(text) <= 3600:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no time: more than 0 s, at most 3600")


if __name__ == "__main__":
    sys.exit(main())
