"""A client that takes its own address for the one that everybody sees."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(5)
    sock.connect((sys.argv[1], 3000))
    sock.send(bytes(64))
    sock.recv(1000)
    print("My own address is", sock.getsockname())
    print("The server sees me as", sock.getsockname())
