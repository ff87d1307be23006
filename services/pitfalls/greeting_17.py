"""A pitfall: the client of tcp_greeting.py, whose greeting is one byte too long.

    pitfalls/greeting_17.py client HOST       and tcp_greeting.py server

The server reads sixteen bytes, replies and closes. The seventeenth is then still unread, so its kernel does not say
goodbye with a FIN; it sends a RST: "I threw away what you sent" (RFC 1122, 4.2.2.13). The reply was on its way before,
but a RST that overtakes it destroys it, too. This client looks how the connection ended, and says so. Right: count.
"""

import argparse
import signal
import socket
import sys

HELLO = b"Hi there, server!"  # The mistake: 17 bytes, where sixteen were agreed.
LENGTH = 16  # bytes of the reply
TIMEOUT_S = 10.0


def client(host: str, port: int) -> int:
    reply = b""
    with socket.create_connection((host, port), TIMEOUT_S) as sock:
        print("Client has been assigned socket name", sock.getsockname())
        sock.sendall(HELLO)
        try:
            while more := sock.recv(LENGTH):
                reply += more
        except ConnectionResetError:
            print(f"The server said {reply.decode(errors='backslashreplace')!r} and then reset the connection")
            return 1
    print(f"The server said {reply.decode(errors='backslashreplace')!r} and then goodbye")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Pitfall: one byte more than agreed.")
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
    except (OSError, UnicodeError) as error:
        print(f"cannot talk to {(options.host, options.port)}: {getattr(error, 'strerror', None) or error}")
        return 1


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
