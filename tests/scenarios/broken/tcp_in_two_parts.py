"""Asks in two parts."""

import socket
import sys

with socket.create_connection((sys.argv[1], 3000)) as sock:
    sock.sendall(b"How many ")
    sock.sendall(b"letters?")
    sock.shutdown(socket.SHUT_WR)
    print("said all from port", sock.getsockname()[1])
    with sock.makefile("rb") as stream:
        print("all of the answer:", stream.read().decode())
