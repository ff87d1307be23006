"""The server of pitfalls/no_reuse.py, without its mistake."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", int(sys.argv[1])))
    listener.listen()
    print("Listening at", listener.getsockname())
    while True:
        print("Waiting for a new connection")
        connection, peer = listener.accept()
        print("Connection from", peer)
        with connection:
            print(f"  Incoming sixteen-octet message: {connection.recv(16).decode()!r}")
            connection.sendall(b"Farewell, client")
