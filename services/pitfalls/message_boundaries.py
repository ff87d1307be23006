"""A pitfall: the server of tcp_echo.py, which takes what one recv() brings for one message.

    pitfalls/message_boundaries.py server     and tcp_echo.py client HOST, or: printf 'one\\ntwo\\n' | nc -N HOST 3000

TCP carries a stream of bytes; where one send() ended and the next began is not in it. Two lines sent at once arrive as
one message, a line of more than 1,024 bytes as two, and half of a letter is no letter. With short lines, one after the
other, it works, so the program looks finished. Right: look for the line feed, as tcp_echo.py does.
"""

import argparse
import signal
import socket
import sys
import threading
from typing import NoReturn

speaking = threading.Lock()


def server(address: tuple[str, int]) -> NoReturn:
    with socket.create_server(address) as listener:
        say(f"Listening at {listener.getsockname()}")
        while True:
            threading.Thread(target=converse, args=listener.accept(), daemon=True).start()


def converse(connection: socket.socket, peer: tuple[str, int]) -> None:
    with connection:
        say(f"Connection from {peer}")
        try:
            while data := connection.recv(1024):  # The mistake: this may be half a message, or two.
                text = data.decode().removesuffix("\n")
                say(f"The client at {peer} says {text!r}")
                connection.sendall(f"{text.upper()}\n".encode())
            say(f"Goodbye to {peer}")
        except (OSError, UnicodeError) as error:
            say(f"Lost {peer}: {getattr(error, 'strerror', None) or error}")


def say(line: str) -> None:
    with speaking:  # or the lines of two threads get mixed
        print(line)


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: one recv() is no message.")
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
        speaking.acquire(timeout=1)  # no thread shall be in the middle of a line when Python ends
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
