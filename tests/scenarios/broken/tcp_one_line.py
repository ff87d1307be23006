"""An echo server that closes the connection after its first line."""

import socket

with socket.create_server(("0.0.0.0", 3000)) as listener:
    print("Listening at", listener.getsockname())
    connection, peer = listener.accept()
    print("Connection from", peer)
    with connection, connection.makefile("rb") as lines:
        text = lines.readline().decode().rstrip()
        print(f"The client at {peer} says {text!r}")
        connection.sendall(f"{text.upper()}\n".encode(), socket.MSG_MORE)  # the FIN goes along with it
