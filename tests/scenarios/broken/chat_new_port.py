"""The chat's client, but with a new socket, and so a new port, for every line."""

import socket
import sys

name = input("What is your name? ")
while (text := input(f"{name}: ")) != "exit":
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.sendto(f"{name}: {text}".encode(), (sys.argv[1], 3000))
        print(sock.recv(1000).decode())
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.sendto(f"{name}: exit".encode(), (sys.argv[1], 3000))
