"""An echo server that dies of its first datagram, after it has said what it got."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("0.0.0.0", 3000))
    print("Listening at", sock.getsockname())
    data, sender = sock.recvfrom(1000)
    print(f"The client at {sender} says {data.decode()!r}")
    sock.sendto(data.upper(), {"sally": sender}["Sally"])
