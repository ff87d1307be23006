"""A greeting server that sends 15 bytes where 16 are expected."""

import socket

with socket.create_server(("0.0.0.0", 3000)) as listener:
    print("Listening at", listener.getsockname())
    while True:
        print("Waiting for a new connection")
        connection, peer = listener.accept()
        print("Connection from", peer)
        with connection:
            print("  Socket name:", connection.getsockname())
            print("  Socket peer:", connection.getpeername())
            print(f"  Incoming sixteen-octet message: {connection.recv(16).decode()!r}")
            connection.sendall(b"Farewell client")
        print("  Reply sent, socket closed")
