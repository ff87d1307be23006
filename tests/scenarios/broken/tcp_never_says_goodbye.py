"""Asks, and waits for an answer without saying that this was all."""

import socket
import sys

with socket.create_connection((sys.argv[1], 3000)) as sock:
    sock.sendall(b"How many letters?")
    print("said all from port", sock.getsockname()[1])
    print("all of the answer:", sock.recv(100).decode())
