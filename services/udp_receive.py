"""Receive lines over UDP, one way: print each with its sender, answer none.

    udp_receive.py [--group 239.1.2.3]

Framing: one datagram is one line. udp_send.py is the other end. With --group it joins a multicast group (RFC 1112) and
hears what is sent to that; --host then only says at which of this host's interfaces.

Ctrl-C or SIGTERM ends it quietly, with status 0.
"""

import argparse
import signal
import socket
import sys
from ipaddress import IPv4Address
from typing import NoReturn

LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
Address = tuple[str, int]


def receive_lines(address: Address, group: str | None, encoding: str) -> NoReturn:
    """Print whatever comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if group:
            join(sock, group, address[0])
        sock.bind((group or address[0], address[1]))
        print("Listening at", sock.getsockname())
        while True:
            data, sender = sock.recvfrom(LARGEST)
            try:
                print(f"The sender at {sender} says {data.decode(encoding)!r}")
            except UnicodeError as error:
                print(f"The sender at {sender} cannot be understood: {error}")


def join(sock: socket.socket, group: str, interface: str) -> None:
    """Ask the kernel, and through it the routers (IGMP), for what is sent to the group; struct ip_mreq of ip(7)."""
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(interface))


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        receive_lines(address, options.group, options.encoding)
    except KeyboardInterrupt:
        return 0
    except (OSError, UnicodeError) as error:
        print(f"cannot listen at {address}: {getattr(error, 'strerror', None) or error}")
        return 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Receive lines over UDP, one way.")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    parser.add_argument("-p", "--port", type=port, default=8080, help="UDP port (default: %(default)s)")
    parser.add_argument("--group", type=group, help="multicast group to join (default: none)")
    parser.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    return parser.parse_args()


def group(text: str) -> str:
    try:
        if IPv4Address(text).is_multicast:
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no multicast group: 224.0.0.0 to 239.255.255.255")


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    return name


if __name__ == "__main__":
    sys.exit(main())
