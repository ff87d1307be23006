"""Find out which routers are on the way to a host.

    traceroute.py 203.0.113.10

Every router takes one from a packet's TTL (time to live); the one that takes the last throws the packet away and tells
the sender (ICMP time exceeded, RFC 1812, 5.3.1). So a first datagram gets a TTL of 1, the next one of 2, and so on.
Each goes to a port where nobody listens: when the host itself is reached, it answers "port unreachable".

No privilege is needed: with IP_RECVERR Linux keeps the ICMP errors about a socket's own datagrams in a queue of that
socket, together with the address of whoever complains (ip(7)).

Ctrl-C or SIGTERM ends it quietly, with status 130.
"""

import argparse
import os
import select
import signal
import socket
import struct
import sys

IP_RECVERR = 11  # linux/in.h; Python has no name for it
UNREACHABLE, PORT_UNREACHABLE = 3, 3  # an ICMP type and its code, RFC 792
ERROR = struct.Struct("=IBBBBII")  # struct sock_extended_err, linux/errqueue.h
TRIES = 3  # a datagram may be lost, and a router complains only so often (RFC 1812, 4.3.2.8): each waits twice as long


def trace(target: str, port: int, hops: int, timeout: float) -> bool:
    """Print the router at each hop, the host itself last; False when it was not reached."""
    host = socket.gethostbyname(target)
    print(f"The way to {host}, at most {hops} hops")
    for ttl in range(1, hops + 1):
        kind, code, reason, whom = probe((host, port), ttl, timeout)
        print(f"{ttl:2} {whom}")
        if kind == UNREACHABLE:
            if code != PORT_UNREACHABLE:
                print(f"{whom} knows no way on: {reason}")
            return code == PORT_UNREACHABLE
    print(f"{host} was not reached in {hops} hops")
    return False


def probe(target: tuple[str, int], ttl: int, timeout: float) -> tuple[int, int, str, str]:
    """Who complains about a datagram with that TTL: type and code of the ICMP message, in words, address or `*`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        waiting = select.poll()
        waiting.register(sock, select.POLLERR)
        for doubled in range(TRIES):
            try:
                sock.sendto(b"", target)
            except OSError:
                if not waiting.poll(0):  # else it is no new trouble, but a complaint that came late
                    raise
            if waiting.poll(timeout * 2**doubled * 1000):
                return complaint(sock)
    return 0, 0, "", "*"


def complaint(sock: socket.socket) -> tuple[int, int, str, str]:
    """The first error in the socket's queue; after struct sock_extended_err comes the address of who sent it."""
    _, ancillary, _, _ = sock.recvmsg(1, 512, socket.MSG_ERRQUEUE)
    error = next(data for level, kind, data in ancillary if (level, kind) == (socket.IPPROTO_IP, IP_RECVERR))
    number, _, kind, code, _, _, _ = ERROR.unpack_from(error)
    offender = error[ERROR.size + 4 : ERROR.size + 8]  # struct sockaddr_in: family, port, address
    return kind, code, os.strerror(number), socket.inet_ntoa(offender)


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        return 0 if trace(options.host, options.port, options.hops, options.timeout) else 1
    except KeyboardInterrupt:
        return 130
    except (OSError, UnicodeError) as error:
        print(f"cannot trace the way to {options.host}: {getattr(error, 'strerror', None) or error}")
        return 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Find out which routers are on the way to a host.")
    parser.add_argument("host", help="its name or address")
    parser.add_argument("-p", "--port", type=port, default=33_434, help="UDP port there (default: %(default)s)")
    parser.add_argument("--hops", type=hops, default=30, help="give up after so many (default: %(default)s)")
    parser.add_argument(
        "--timeout", type=seconds, default=1.0, help="wait so long, then twice as long, … (default: 1 s)"
    )
    return parser.parse_args()


def port(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port to send to: 1 to 65535")


def hops(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 255:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of hops: 1 to 255")


def seconds(text: str) -> float:
    try:
        if 0 < float(text) <= 3600:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no time: more than 0 s, at most 3600")


if __name__ == "__main__":
    sys.exit(main())
