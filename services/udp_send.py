"""Send lines over UDP, one way: nothing comes back, not even whether they arrived.

    udp_send.py 203.0.113.10

Framing: one datagram is one line. udp_receive.py is the other end.

Most clients let the kernel pick a port; this one binds to --from-port, 7890, before it sends, so the receiver can know
in advance who will speak (unless a home router on the way changes the port). Lines are sent until `exit` or Ctrl-D.

Ctrl-C or SIGTERM ends it quietly, with status 130.
"""

import argparse
import signal
import socket
import sys

LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
Address = tuple[str, int]


def send_lines(source: Address, target: Address, encoding: str) -> None:
    """Ask for lines, and send each."""
    peer = (socket.gethostbyname(target[0]), target[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(source)
        print(f"Sending from {sock.getsockname()} to {peer}")
        while (line := input("Line to send: ")) != "exit":
            try:
                data = line.encode(encoding)
            except UnicodeError:
                print(f"{line!r} cannot be written in {encoding}")
                continue
            if len(data) > LARGEST:
                print(f"{len(data)} bytes do not fit in one datagram: it holds {LARGEST} at most")
                continue
            sock.sendto(data, peer)


def main() -> int:
    options = arguments()
    source, target = (options.from_host, options.from_port), (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        send_lines(source, target, options.encoding)
    except KeyboardInterrupt:
        return 130
    except EOFError:  # Ctrl-D
        print()
    except (OSError, UnicodeError) as error:
        print(f"cannot send from {source} to {target}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Send lines over UDP, one way.")
    parser.add_argument("host", help="the receiver's name or address")
    parser.add_argument("-p", "--port", type=port, default=8080, help="the receiver's port (default: %(default)s)")
    parser.add_argument("--from-port", type=port, default=7890, help="my own port (default: %(default)s)")
    parser.add_argument("--from-host", default="0.0.0.0", help="my own address (default: any)")  # noqa: S104
    parser.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    return parser.parse_args()


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
