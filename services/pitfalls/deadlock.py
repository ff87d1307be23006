"""A pitfall: a client of tcp_echo.py that sends everything before it reads anything.

    pitfalls/deadlock.py client HOST [--lines 100]              and tcp_echo.py server

The server answers each line, nobody reads the answers, and they fill the buffers on the way back. Then the server's
send() waits for us; so it no longer reads, our lines fill the buffers on the way there, and our send() waits for
the server. Both wait for ever (the server until its --timeout); `ss -tn` shows full queues on both sides. With a few
lines all fit into the buffers, so the program looks finished. Right: read while you write. Framing as in tcp_echo.py.
"""

import argparse
import signal
import socket
import sys

LINE = b"a" * 999 + b"\n"


def client(host: str, port: int, lines: int) -> int:
    with socket.create_connection((host, port)) as sock, sock.makefile("rb") as answers:
        print(f"Connected from {sock.getsockname()} to {sock.getpeername()}")
        print(f"Sending {lines} lines of {len(LINE)} bytes")
        for _ in range(lines):
            sock.sendall(LINE)  # The mistake: the answers to what was sent before are still unread.
        print("Reading the answers")
        for number in range(lines):
            if answers.readline(len(LINE)) != LINE.upper():
                print(f"only {number} answers came")
                return 1
        print(f"{lines} answers came")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: both ends write, and none reads.")
    parser.add_argument("role", choices=["client"])
    parser.add_argument("host", help="the server's name or address")
    parser.add_argument("--lines", type=int, choices=range(1, 1_000_001), metavar="1..1000000", default=100_000)
    parser.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        return client(options.host, options.port, options.lines)
    except KeyboardInterrupt:
        return 130
    except (OSError, UnicodeError) as error:
        print(f"cannot talk to {(options.host, options.port)}: {getattr(error, 'strerror', None) or error}")
        return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
