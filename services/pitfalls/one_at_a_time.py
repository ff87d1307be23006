"""A pitfall: the server of tcp_echo.py, which talks to one client until that one is done.

    pitfalls/one_at_a_time.py server          and tcp_echo.py client HOST, twice at the same time

The second client's connection is established (the kernel does that alone, and keeps it in the listen queue) and what it
sends is acknowledged; but nobody reads it until the first client leaves. If that one is silent, all others wait for
ever. Right: a thread for each client, as in tcp_echo.py. Framing and lines are those of tcp_echo.py.
"""

import argparse
import signal
import socket
import sys
from typing import NoReturn

LONGEST = 65_536  # bytes of a line


def server(address: tuple[str, int]) -> NoReturn:
    with socket.create_server(address) as listener:
        print("Listening at", listener.getsockname())
        while True:
            connection, peer = listener.accept()
            converse(connection, peer)  # The mistake: until this returns, nobody else is accepted.


def converse(connection: socket.socket, peer: tuple[str, int]) -> None:
    with connection, connection.makefile("rb") as lines:
        print("Connection from", peer)
        try:
            while (line := lines.readline(LONGEST)).endswith(b"\n"):
                text = line[:-1].decode()
                print(f"The client at {peer} says {text!r}")
                connection.sendall(f"{text.upper()}\n".encode())
            print("Goodbye to", peer)
        except (OSError, UnicodeError) as error:
            print(f"Lost {peer}: {getattr(error, 'strerror', None) or error}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: a server for one client.")
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
