"""A greeting server that hears, and says nothing."""

import socket

with socket.create_server(("0.0.0.0", 3000)) as listener:
    print("Listening at", listener.getsockname())
    print("Waiting for a new connection")
    connection, peer = listener.accept()
    print("Connection from", peer)
    with connection:
        print("  Socket name:", connection.getsockname())
        print("  Socket peer:", connection.getpeername())
        while connection.recv(16):
            pass
