"""A file server that sends the bytes alone: no size, no hash, and nothing at all for a file that is not there."""

import contextlib
import socket
import sys
from pathlib import Path

with socket.create_server(("0.0.0.0", 3000)) as listener:
    print("Listening at", listener.getsockname())
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as request:
            name = request.readline().decode().rstrip()
            with contextlib.suppress(FileNotFoundError):
                connection.sendall(Path(sys.argv[1], name).read_bytes())
