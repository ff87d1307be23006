"""A first try at echo_server.py. It listens, it receives, it answers; and yet it is not right."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("", 3000))
    print("Listening at", sock.getsockname())
    while True:
        data, sender = sock.recvfrom(65_507)
        print(f"The client at {sender} says {data}")
        sock.sendto(data.upper(), sender)
