"""A pitfall: the client of file_download.py, which calls recv() once.

    pitfalls/recv_once.py client HOST NAME --into FOLDER        and file_download.py server

recv(1024) returns what is there, 1,024 bytes at most. With a short file that is all, so the program looks finished. Of
a longer one the first 1,024 bytes arrive, and nobody complains: the file has its name, and the status is 0. Right:
read until as many bytes are there as the header said, and compare the hash. Framing as in file_download.py.
"""

import argparse
import signal
import socket
import sys
from pathlib import Path

TIMEOUT_S = 10.0


def client(host: str, port: int, name: str, into: Path) -> int:
    with socket.create_connection((host, port), TIMEOUT_S) as sock:
        sock.sendall(f"{name}\n".encode())
        header = receive_line(sock)
        if not header.startswith("ok "):
            print(f"the server refuses {name!r}: {header.removeprefix('error ')}")
            return 1
        content = sock.recv(1024)  # The mistake: this is what has come so far, and not more than 1,024 bytes.
    (into / Path(name).name).write_bytes(content)
    print(f"Received {name!r}: {len(content)} bytes")
    return 0


def receive_line(sock: socket.socket) -> str:
    line = b""
    while len(line) < 200 and (byte := sock.recv(1)) not in {b"", b"\n"}:
        line += byte
    return line.decode(errors="backslashreplace")


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: one recv() for a whole file.")
    parser.add_argument("role", choices=["client"])
    parser.add_argument("host", help="the server's name or address")
    parser.add_argument("name", help="the file to fetch")
    parser.add_argument("--into", type=Path, default=Path(), help="folder to write to (default: this one)")
    parser.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        return client(options.host, options.port, options.name, options.into)
    except KeyboardInterrupt:
        return 130
    except (OSError, UnicodeError) as error:
        path = getattr(error, "filename", None)
        doing = f"use {path!r}" if path else f"fetch from {(options.host, options.port)}"
        print(f"cannot {doing}: {getattr(error, 'strerror', None) or error}")
        return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
