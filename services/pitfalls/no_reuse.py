"""A pitfall: the server of tcp_greeting.py, without SO_REUSEADDR.

    pitfalls/no_reuse.py server               and tcp_greeting.py client HOST; then stop the server and start it again

The side that closes first, here the server, keeps the connection in TIME_WAIT for a minute, lest a late packet of it
be taken for one of the next (RFC 9293, 3.6.1). As long as one is there, bind() of the same port fails: "Address already
in use", although `ps` shows no program that uses it; `ss -t state time-wait` shows why. Right: SO_REUSEADDR before
bind(). Framing as in tcp_greeting.py.
"""

import argparse
import signal
import socket
import sys
from typing import NoReturn

GOODBYE = b"Farewell, client"
LENGTH = 16  # bytes
TIMEOUT_S = 10.0


def server(address: tuple[str, int]) -> NoReturn:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # The mistake: listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) is missing here.
        listener.bind(address)
        listener.listen()
        print("Listening at", listener.getsockname())
        while True:
            print("Waiting for a new connection")
            connection, peer = listener.accept()
            print("Connection from", peer)
            with connection:
                connection.settimeout(TIMEOUT_S)
                try:
                    greet(connection)
                except OSError as error:
                    print(f"  {error.strerror or error}")


def greet(connection: socket.socket) -> None:
    message = b""
    while len(message) < LENGTH:
        more = connection.recv(LENGTH - len(message))
        if not more:
            print(f"  expected {LENGTH} bytes, got {len(message)} before the peer closed")
            return
        message += more
    print(f"  Incoming sixteen-octet message: {message.decode(errors='backslashreplace')!r}")
    connection.sendall(
        GOODBYE, socket.MSG_MORE
    )  # the FIN leaves in the same segment: so we are the side that closes first


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: a server that cannot be restarted.")
    parser.add_argument("role", choices=["server"])
    parser.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    parser.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    options = parser.parse_args()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        server(address)
    except KeyboardInterrupt:
        return 0
    except (OSError, UnicodeError) as error:
        print(f"cannot listen at {address}: {getattr(error, 'strerror', None) or error}")
        return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
