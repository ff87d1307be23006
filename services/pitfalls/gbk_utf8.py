"""A pitfall: the client of tcp_reply.py, written in UTF-8 for a server that speaks GBK.

    pitfalls/gbk_utf8.py client HOST          and tcp_reply.py server

A socket carries bytes and does not say which encoding they are in. 你好 arrives as 浣犲ソ, six bytes that are three
other letters in GBK, and no error tells; 下午好 is no GBK at all, and the server refuses it; and the server's 收到
is no UTF-8. Right: one encoding, agreed upon, as both ends of tcp_reply.py have it. Framing as there.
"""

import argparse
import signal
import socket
import sys

ENCODING = "utf-8"  # The mistake: tcp_reply.py speaks GBK.
LONGEST = 65_536  # bytes of a reply
TIMEOUT_S = 10.0


def client(host: str, port: int) -> int:
    data = input("text: ").encode(ENCODING)
    with socket.create_connection((host, port), TIMEOUT_S) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)  # this was all
        with sock.makefile("rb") as stream:
            reply = stream.read(LONGEST)
    if not reply:
        print("the server closed the connection before it answered")
        return 1
    try:
        print(f"The server replied with {reply.decode(ENCODING)!r}")
    except UnicodeError as error:
        print(f"The server's reply {reply!r} makes no sense: {error}")
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: two ends with two encodings.")
    parser.add_argument("role", choices=["client"])
    parser.add_argument("host", help="the server's name or address")
    parser.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        return client(options.host, options.port)
    except KeyboardInterrupt:
        return 130
    except EOFError:
        print("\nnothing sent")
    except (OSError, UnicodeError) as error:
        print(f"cannot talk to {(options.host, options.port)}: {getattr(error, 'strerror', None) or error}")
    return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
