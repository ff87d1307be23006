"""Right, but leaves twenty processes behind that escape into sessions of their own and do not want to end."""

import os
import signal
import socket
import sys
import time

for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        while True:
            time.sleep(1)

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sentence = input("Input lowercase sentence: ")
    sock.sendto(sentence.encode(), (sys.argv[1], 3000))
    print("The OS assigned the address", sock.getsockname(), "to me")
    data, server = sock.recvfrom(65_507)
    print(f"The server {server} replied with {data.decode()!r}")
