"""Knows no letters but those of ASCII."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sentence = input("Input lowercase sentence: ")
    sock.sendto(sentence.encode("ascii"), (sys.argv[1], 3000))
    print("The OS assigned the address", sock.getsockname(), "to me")
    data, server = sock.recvfrom(65_507)
    print(f"The server {server} replied with {data.decode()!r}")
