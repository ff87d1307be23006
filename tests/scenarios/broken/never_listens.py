"""A server that forgets to bind its socket."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    print("Listening at ('0.0.0.0', 3000)")
    sock.recvfrom(1000)
