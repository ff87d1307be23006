"""The chat's server, but it does not ask for a name."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("0.0.0.0", 3000))
    print("Listening at", sock.getsockname())
    while True:
        data, sender = sock.recvfrom(1000)
        name, _, text = data.decode().partition(": ")
        print(f"{name} at {sender}: {text}")
        sock.sendto(f"Bob: {input('Bob: ')}".encode(), sender)
