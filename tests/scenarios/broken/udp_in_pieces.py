"""Sends four datagrams instead of one."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(5)
    for _ in range(4):
        sock.sendto(b"x" * 1000, (sys.argv[1], 3000))
    print("sent one datagram from port", sock.getsockname()[1])
    print("the server says", sock.recv(100).decode())
