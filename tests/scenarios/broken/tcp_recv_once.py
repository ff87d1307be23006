"""A greeting client that takes what the first recv() brings for the whole message."""

import socket
import sys

with socket.create_connection((sys.argv[1], 3000)) as sock:
    print("Client has been assigned socket name", sock.getsockname())
    sock.sendall(b"Hi there, server")
    print(f"The server said {sock.recv(16).decode()!r}")
