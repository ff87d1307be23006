"""A file server that announces the right hash and sends wrong bytes."""

import hashlib
import socket
from pathlib import Path

with socket.create_server(("0.0.0.0", 3000)) as listener:
    print("Listening at", listener.getsockname())
    connection, peer = listener.accept()
    with connection, connection.makefile("rb") as request:
        name = request.readline().decode().rstrip()
        content = Path("/tmp/shared", name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        connection.sendall(f"ok {len(content)} {digest}\n".encode() + content.swapcase())
        print(f"Sent {name!r} to {peer}: {len(content)} bytes, sha256 {digest}")
        request.read()
