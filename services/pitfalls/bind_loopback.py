"""A pitfall: the server of udp_echo.py, bound to the loopback interface.

    pitfalls/bind_loopback.py server          and, on this host and on another: udp_echo.py client HOST --connect

On its own host everything works, so the program looks finished. From any other host nobody is there: a packet from
outside carries another address as its target, and for that one no socket is bound. Right: bind to 0.0.0.0, all
addresses of this host, or to the one that is meant. Framing and lines are those of udp_echo.py.
"""

import argparse
import signal
import socket
import sys
from typing import NoReturn

LARGEST = 65_507  # bytes in one datagram


def server(port: int) -> NoReturn:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", port))  # The mistake: only this host itself can reach 127.0.0.1.
        print("Listening at", sock.getsockname())
        while True:
            data, sender = sock.recvfrom(LARGEST)
            try:
                text = data.decode()
                print(f"The client at {sender} says {text!r}")
                sock.sendto(text.upper().encode(), sender)
            except (UnicodeError, OSError) as error:
                print(f"The client at {sender} cannot be answered: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: a server that is bound to 127.0.0.1.")
    parser.add_argument("role", choices=["server"])
    parser.add_argument("-p", "--port", type=port, default=3000, help="UDP port (default: %(default)s)")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        server(options.port)
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(f"cannot listen at {('127.0.0.1', options.port)}: {error.strerror}")
        return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
