"""A server of one's own for udp-echo: what arrives goes back in upper case."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("", 3000))
    print("Listening at", sock.getsockname())
    while True:
        data, sender = sock.recvfrom(65_507)
        print(f"The client at {sender} says {data.decode()!r}")
        sock.sendto(data.upper(), sender)
