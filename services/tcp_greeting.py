"""Greet over TCP: the client says hello, the server says goodbye, both in exactly sixteen bytes.

    tcp_greeting.py server
    tcp_greeting.py client 203.0.113.10

Framing: every message is 16 bytes. TCP carries a stream of bytes, not messages: one recv() may bring less than was
sent, so whoever reads must go on until all 16 are there. The server takes one client at a time, and drops one that is
silent for --timeout.

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130. A client without its answer: 1.
"""

import argparse
import signal
import socket
import sys
from typing import NoReturn

HELLO = "Hi there, server"
GOODBYE = "Farewell, client"
LENGTH = 16  # bytes
Address = tuple[str, int]


def server(address: Address, encoding: str, timeout_s: float) -> NoReturn:
    """Greet one client after the other."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Without this, a restart must wait while old connections to the port are in TIME_WAIT (socket(7)).
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
        print("Listening at", listener.getsockname())
        while True:
            print("Waiting for a new connection")
            connection, peer = listener.accept()
            print("Connection from", peer)
            with connection:
                connection.settimeout(timeout_s)
                try:
                    greet(connection, encoding)
                except (EOFError, OSError, UnicodeError) as error:  # this client's trouble, not the next one's
                    print(f"  {getattr(error, 'strerror', None) or error}")
                    continue
            print("  Reply sent, socket closed")


def greet(connection: socket.socket, encoding: str) -> None:
    print("  Socket name:", connection.getsockname())
    print("  Socket peer:", connection.getpeername())
    message = receive_exactly(connection, LENGTH).decode(encoding)
    print(f"  Incoming sixteen-octet message: {message!r}")
    connection.sendall(GOODBYE.encode(encoding))


def client(address: Address, encoding: str, timeout_s: float) -> None:
    """Say hello, print what comes back."""
    with socket.create_connection(address, timeout_s) as sock:
        print("Client has been assigned socket name", sock.getsockname())
        sock.sendall(HELLO.encode(encoding))
        reply = receive_exactly(sock, LENGTH)
        print(f"The server said {reply.decode(encoding, 'backslashreplace')!r}")


def receive_exactly(sock: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        try:
            more = sock.recv(length - len(data))
        except TimeoutError:
            raise TimeoutError(f"expected {length} bytes, got {len(data)} and then silence") from None
        if not more:
            raise EOFError(f"expected {length} bytes, got {len(data)} before the peer closed")
        data += more
    return data


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server(address, options.encoding, options.timeout)
        client(address, options.encoding, options.timeout)
    except KeyboardInterrupt:
        return 0 if options.role == "server" else 130
    except EOFError as error:
        print(error)
        return 1
    except (OSError, UnicodeError) as error:
        verb = "listen at" if options.role == "server" else "talk to"
        print(f"cannot {verb} {address}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    common.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    common.add_argument("--timeout", type=seconds, default=10.0, help="for each wait, in s (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Greet over TCP in sixteen bytes.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="greet one client after the other")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    roles.add_parser("client", parents=[common], help="greet a server").add_argument("host", help="its name or address")
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
        length = len(HELLO.encode(name))
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    if length != LENGTH:
        raise argparse.ArgumentTypeError(f"{HELLO!r} takes {length} bytes in {name}, not {LENGTH}")
    return name


if __name__ == "__main__":
    sys.exit(main())
