"""A pitfall: the server of file_download.py, which calls send() once and does not look at what it returns.

    pitfalls/send_once.py server --root FOLDER                  and file_download.py client HOST NAME

send() takes as much as fits into the socket's buffer, and returns how much that was. A small file fits, so the program
looks finished; a big one on a slow link is cut short, and the server believes that it has sent it. (A socket without a
timeout makes send() wait until all is taken; with one, as any server needs, or a non-blocking one, it does not.)
Right: sendall(). Framing as in file_download.py; only names without a folder are served.
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
    # Of what is there, that one: nothing that a name may hold leads out of this folder.
    file = next(
        (file for file in root.iterdir() if file.name == name and file.is_file() and not file.is_symlink()), None
    )
    if file is None:
        connection.sendall(b"error not found\n")
        return
    content = file.read_bytes()
    connection.sendall(f"ok {len(content)} {hashlib.sha256(content).hexdigest()}\n".encode())
    connection.send(content)  # The mistake: it returns how many bytes it took, and nobody asks.
    print(f"Sent {name!r} to {peer}: {len(content)} bytes")


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: one send() for a whole file.")
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
