"""Sends with a time to live that is just enough."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 3)
    input("Input lowercase sentence: ")
    sock.sendto(b"sally", (sys.argv[1], 3000))
    print(f"The OS assigned the address {sock.getsockname()} to me")
    data, server = sock.recvfrom(100)
    print(f"The server {server} replied with {data.decode()!r}")
