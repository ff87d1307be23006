"""A download client that takes what the first recv() brings for the whole file."""

import socket
import sys
from pathlib import Path

with socket.create_connection((sys.argv[1], 3000)) as sock:
    sock.sendall(b"sonnet-18.txt\n")
    with sock.makefile("rb") as stream:
        _, size, digest = stream.readline().decode().split()
        Path("/tmp/downloads/sonnet-18.txt").write_bytes(stream.read1(100))
    print(f"Received 'sonnet-18.txt': {size} bytes, sha256 {digest}")
