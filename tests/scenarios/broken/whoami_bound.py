"""A client that binds a port instead of taking what the kernel gives."""

import socket
import sys

server, port = sys.argv[1:]
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("0.0.0.0", int(port)))
    sock.connect((server, 3000))
    print("My own address is", sock.getsockname())
    sock.shutdown(socket.SHUT_WR)
    with sock.makefile() as stream:
        ip, outside = stream.read().split()
    print("The server sees me as", (ip, int(outside)))
