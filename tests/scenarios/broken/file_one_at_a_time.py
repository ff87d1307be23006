"""A file server that talks to one client until it is done, and lets all others wait."""

import hashlib
import socket
import sys
from pathlib import Path

with socket.create_server(("0.0.0.0", 3000)) as listener:
    print("Listening at", listener.getsockname())
    while True:
        connection, peer = listener.accept()
        with connection, connection.makefile("rb") as request:
            name = request.readline().decode().rstrip()
            content = Path(sys.argv[1], name).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            connection.sendall(f"ok {len(content)} {digest}\n".encode() + content)
            print(f"Sent {name!r} to {peer}: {len(content)} bytes, sha256 {digest}")
