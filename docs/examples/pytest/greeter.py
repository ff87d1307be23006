"""Greet over UDP: greeter.py server, or greeter.py client SERVER."""

import socket
import sys
from typing import NoReturn

PORT = 4000
TRIES = 3


def server() -> NoReturn:
    """Answer whoever asks."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", PORT))
        print(f"listening on port {PORT}")
        while True:
            name, sender = sock.recvfrom(1024)
            print(f"{name.decode()} asks from {sender[0]}")
            sock.sendto(b"Hello, " + name, sender)


def client(host: str) -> int:
    """Ask until there is an answer, but not for ever: datagrams get lost."""
    name = input("Your name: ")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        for _ in range(TRIES):
            sock.sendto(name.encode(), (host, PORT))
            try:
                print(sock.recv(1024).decode())
            except TimeoutError:
                continue
            return 0
    print(f"no answer after {TRIES} tries")
    return 1


if __name__ == "__main__":
    sys.exit(server() if sys.argv[1] == "server" else client(sys.argv[2]))
