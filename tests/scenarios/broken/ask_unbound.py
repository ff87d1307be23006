"""A client that does not bind the port that it was given."""

import socket
import sys

server, _ = sys.argv[1:]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(5)
    sock.sendto(b"Who am I?".ljust(64), (server, 3000))
    print("I sent from port", sock.getsockname()[1], "and the server sees", sock.recv(100).decode().strip())
