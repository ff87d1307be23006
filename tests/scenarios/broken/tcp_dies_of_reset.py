"""An echo server that does not expect that a connection may be reset."""

import socket

with socket.create_server(("0.0.0.0", 3000)) as listener:
    print("Listening at", listener.getsockname())
    while True:
        connection, peer = listener.accept()
        print("Connection from", peer)
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                text = line.decode().rstrip()
                print(f"The client at {peer} says {text!r}")
                connection.sendall(f"{text.upper()}\n".encode())
        print("Goodbye to", peer)
