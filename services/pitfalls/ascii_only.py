"""A pitfall: the server of udp_echo.py, sure that everybody writes in ASCII.

    pitfalls/ascii_only.py server             and udp_echo.py client HOST, twice: hello, 下午好

It works until the first datagram with a byte above 127. Then decode() raises, nobody catches it in the loop, and one
client has ended the server for everyone. Right: choose UTF-8, and let a bad datagram cost that datagram only. Framing
and lines are those of udp_echo.py; when it dies it says why, with status 1.
"""

import argparse
import signal
import socket
import sys
from typing import NoReturn

LARGEST = 65_507  # bytes in one datagram


def server(address: tuple[str, int]) -> NoReturn:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        print("Listening at", sock.getsockname())
        while True:
            data, sender = sock.recvfrom(LARGEST)
            text = data.decode("ascii")  # The mistake: others decide what arrives here, and it need not be ASCII.
            print(f"The client at {sender} says {text!r}")
            try:
                sock.sendto(text.upper().encode("ascii"), sender)
            except OSError as error:
                print(f"The client at {sender} cannot be answered: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: a server that one datagram can end.")
    parser.add_argument("role", choices=["server"])
    parser.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    parser.add_argument("-p", "--port", type=port, default=3000, help="UDP port (default: %(default)s)")
    options = parser.parse_args()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        server(address)
    except KeyboardInterrupt:
        return 0
    except UnicodeError as error:
        print(f"The server ends: {error}")
    except OSError as error:
        print(f"cannot listen at {address}: {error.strerror or error}")
    return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
