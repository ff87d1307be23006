"""Listens where no other host can reach it."""

import signal
import socket

with socket.create_server(("127.0.0.1", 3000)):
    print("I listen, and never accept")
    signal.pause()
