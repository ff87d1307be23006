"""Never ends: asks again and again whether there is an answer, and never sends the question."""

import socket

sentence = input("Input lowercase sentence: ")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setblocking(False)
    answer = None
    while answer is None:
        try:
            answer = sock.recv(65_507)
        except BlockingIOError:
            continue
