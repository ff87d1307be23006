"""A pitfall: the client of udp_echo.py, which believes whoever answers first.

    pitfalls/anyone_answers.py client HOST    and a datagram from any other host to the port that it prints

A UDP socket that is not connected takes datagrams from everybody. This client prints the first one as the server's
answer, without a look at its sender. Right: compare the sender, or connect() the socket, and the kernel does it.
Framing and lines are those of udp_echo.py.
"""

import argparse
import signal
import socket
import sys

LARGEST = 65_507  # bytes in one datagram
TIMEOUT_S = 10.0


def client(host: str, port: int) -> int:
    server = (socket.gethostbyname(host), port)
    data = input("Input lowercase sentence: ").encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(TIMEOUT_S)
        sock.sendto(data, server)
        print(f"The OS assigned the address {sock.getsockname()} to me")
        try:
            reply, _ = sock.recvfrom(LARGEST)  # The mistake: who sent this?
        except TimeoutError:
            print(f"no answer from {server} after 1 try")
            return 1
        print(f"The server {server} replied with {reply.decode(errors='backslashreplace')!r}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: a client that believes any sender.")
    parser.add_argument("role", choices=["client"])
    parser.add_argument("host", help="the server's name or address")
    parser.add_argument("-p", "--port", type=port, default=3000, help="UDP port (default: %(default)s)")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        return client(options.host, options.port)
    except KeyboardInterrupt:
        return 130
    except EOFError:
        print("\nno sentence, nothing sent")
    except (OSError, UnicodeError) as error:
        print(f"cannot talk to {(options.host, options.port)}: {getattr(error, 'strerror', None) or error}")
    return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
