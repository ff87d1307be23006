"""An echo server with room for 2,048 bytes: the kernel throws away what does not fit."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("0.0.0.0", 3000))
    print("Listening at", sock.getsockname())
    while True:
        data, sender = sock.recvfrom(2048)
        print(f"The client at {sender} says {data.decode()!r}")
        sock.sendto(data.upper(), sender)
