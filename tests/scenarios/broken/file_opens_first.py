"""A download client that makes the file first, and then asks whether there is one."""

import socket
import sys
from pathlib import Path

host, name, into = sys.argv[1:]
with Path(into, name).open("wb") as file, socket.create_connection((host, 3000)) as sock:
    sock.sendall(f"{name}\n".encode())
    with sock.makefile("rb") as stream:
        verdict, _, rest = stream.readline().decode().rstrip().partition(" ")
        if verdict == "error":
            print(f"the server refuses {name!r}: {rest}")
            sys.exit(1)
        file.write(stream.read())
