"""A pitfall: the server of file_download.py, which opens whatever name it is given.

    pitfalls/any_name.py server --root FOLDER                   and file_download.py client HOST ../../etc/passwd

It puts the name behind the folder's, and the kernel walks it: `..` leads up, an absolute name replaces the folder
altogether, a symlink leads anywhere. Whoever can connect reads every file that this program can read. Right: let no
name lead out of the folder, as file_download.py does, step by step. Framing as there.
"""

import argparse
import hashlib
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

LONGEST_REQUEST = 276  # bytes
TIMEOUT_S = 10.0


def server(address: tuple[str, int], root: Path) -> NoReturn:
    with socket.create_server(address) as listener:
        print("Listening at", listener.getsockname())
        while True:
            connection, peer = listener.accept()
            with connection:
                connection.settimeout(TIMEOUT_S)
                try:
                    answer(connection, peer, root)
                except OSError as error:
                    print(f"Lost {peer}: {error.strerror or error}")


def answer(connection: socket.socket, peer: tuple[str, int], root: Path) -> None:
    with connection.makefile("rb") as lines:
        name = lines.readline(LONGEST_REQUEST).decode(errors="backslashreplace").rstrip("\n")
    try:
        content = (root / name).read_bytes()  # The mistake: this name may lead anywhere.
    except (OSError, ValueError):  # ValueError: a NUL in the name
        connection.sendall(b"error not found\n")
        return
    connection.sendall(f"ok {len(content)} {hashlib.sha256(content).hexdigest()}\n".encode())
    connection.sendall(content)
    print(f"Sent {name!r} to {peer}: {len(content)} bytes")


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: a file server without borders.")
    parser.add_argument("role", choices=["server"])
    parser.add_argument("--root", type=Path, required=True, help="folder whose files to give away")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    parser.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    options = parser.parse_args()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        server(address, options.root)
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
