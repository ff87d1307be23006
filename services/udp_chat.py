"""Chat over UDP, in turns: a line from the client, a line from the server, until somebody says exit.

    udp_chat.py server
    udp_chat.py client 203.0.113.10

Framing: one datagram is one line, `NAME: TEXT`. The text `exit` says goodbye; Ctrl-D types it for you.

The server answers whoever spoke last, so several people can talk to it; what comes while its person still types waits
in the socket's queue. When a client says exit the server waits for the next, when the server says exit both end. UDP
does not tell when a datagram is lost: then each waits for the other, and Ctrl-C is the way out.

    the client shows                      the server shows
        What is your name? Ann                Listening at ('0.0.0.0', 3000)
        Ann: hello                            What is your name? Bob
        Bob: hi                               Ann at ('198.51.100.11', 46734): hello
        Ann: exit                             Bob: hi
                                              Ann at ('198.51.100.11', 46734) has left

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130.
"""

import argparse
import signal
import socket
import sys

LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
LONGEST_NAME = 40
Address = tuple[str, int]


def server(address: Address, encoding: str) -> None:
    """Answer whoever spoke, until the person here says exit."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        print("Listening at", sock.getsockname())
        me = ask_name(encoding)
        text = ""
        while text != "exit":
            name, heard, sender = receive_line(sock, encoding)
            if heard == "exit":
                print(f"{name} at {sender} has left")
                continue
            print(f"{name} at {sender}: {heard}")
            text, data = ask_line(me, encoding)
            try:
                sock.sendto(data, sender)
            except OSError as error:  # no way back to this one; others may still speak
                print(f"cannot answer {sender}: {error.strerror}")


def client(address: Address, encoding: str) -> None:
    """Speak and listen in turns, until one of the two says exit."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(address)  # now only the server can speak to us, and we hear when nobody listens there
        me = ask_name(encoding)
        while True:
            text, data = ask_line(me, encoding)
            sock.send(data)
            if text == "exit":
                return
            name, heard, _ = receive_line(sock, encoding)
            if heard == "exit":
                print(f"{name} has left")
                return
            print(f"{name}: {heard}")


def receive_line(sock: socket.socket, encoding: str) -> tuple[str, str, Address]:
    """Name, text and sender of the next datagram that has both; control characters are made visible."""
    while True:
        data, sender = sock.recvfrom(LARGEST)
        line = data.decode(encoding, "backslashreplace")
        line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)  # a peer must not steer our terminal
        name, colon, text = line.partition(": ")
        if colon:
            return name, text, sender
        print(f"not a chat line, from {sender}: {line}")


def ask_line(name: str, encoding: str) -> tuple[str, bytes]:
    """What the person types, and the datagram for it; asks again while it cannot be sent."""
    while True:
        try:
            text = input(f"{name}: ")
        except EOFError:  # Ctrl-D
            print()
            text = "exit"
        try:
            data = f"{name}: {text}".encode(encoding)
        except UnicodeError:
            print(f"that cannot be written in {encoding}")
            continue
        if len(data) <= LARGEST:
            return text, data
        print(f"{len(data)} bytes do not fit in one datagram: it holds {LARGEST} at most")


def ask_name(encoding: str) -> str:
    while True:
        name = input("What is your name? ").strip()
        if not 0 < len(name) <= LONGEST_NAME or ":" in name or not name.isprintable():
            print(f"a name has 1 to {LONGEST_NAME} characters and no colon")
        elif name.encode(encoding, "ignore").decode(encoding) != name:
            print(f"that cannot be written in {encoding}")
        else:
            return name


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server(address, options.encoding)
        else:
            client(address, options.encoding)
    except KeyboardInterrupt:
        return 0 if options.role == "server" else 130
    except EOFError:  # Ctrl-D instead of a name: nothing was begun
        print()
    except ConnectionRefusedError:
        print("connection refused")
        return 1
    except (OSError, UnicodeError) as error:
        verb = "listen at" if options.role == "server" else "talk to"
        print(f"cannot {verb} {address}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-p", "--port", type=port, default=3000, help="UDP port (default: %(default)s)")
    common.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Chat over UDP, in turns, until somebody says exit.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="answer whoever speaks")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    roles.add_parser("client", parents=[common], help="speak first").add_argument("host", help="the server's address")
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
    return name


if __name__ == "__main__":
    sys.exit(main())
