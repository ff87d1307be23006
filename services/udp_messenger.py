"""Send and receive messages over UDP: one program is both ends, and a menu says which it is now.

    udp_messenger.py

Framing: one datagram is one message. Every messenger is bound to --port, so others know where to write to; what comes
while its person is busy with the menu waits in the socket's queue, oldest first, for `2 receive`.

Quit with 0 or Ctrl-D, status 0. Ctrl-C or SIGTERM ends it quietly, with status 130.
"""

import argparse
import ipaddress
import signal
import socket
import sys

LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
Address = tuple[str, int]


def messenger(address: Address, encoding: str, timeout_s: float) -> None:
    """Show the menu and do what is asked for, until that is to quit."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        sock.settimeout(timeout_s)
        print("Listening at", sock.getsockname())
        while True:
            print("1 send", "2 receive", "0 quit", sep="\n")
            choice = input("Your choice: ").strip()
            try:
                if choice == "1":
                    send(sock, encoding)
                elif choice == "2":
                    receive(sock, encoding)
                elif choice == "0":
                    return
                else:
                    print(f"{choice!r} is no choice: type 1, 2 or 0")
            except TimeoutError:
                print(f"nothing came in {timeout_s:g} s")
            except OSError as error:
                print(f"that did not work: {error.strerror}")


def send(sock: socket.socket, encoding: str) -> None:
    text = input("Text: ")
    try:
        data = text.encode(encoding)
    except UnicodeError:
        print(f"{text!r} cannot be written in {encoding}")
        return
    if len(data) > LARGEST:
        print(f"{len(data)} bytes do not fit in one datagram: it holds {LARGEST} at most")
        return
    peer = (ask_ip(), ask_port())
    sock.sendto(data, peer)
    print(f"Sent {text!r} to {peer}")


def ask_ip() -> str:
    while True:
        text = input("To which ip? ").strip()
        try:
            return str(ipaddress.IPv4Address(text))
        except ValueError:
            print(f"{text!r} is no IPv4 address: four numbers from 0 to 255, with dots")


def ask_port() -> int:
    while True:
        text = input("To which port? ").strip()
        try:
            if (number := port(text)) > 0:
                return number
        except argparse.ArgumentTypeError:
            pass
        print(f"{text!r} is no port to send to: 1 to 65535")


def receive(sock: socket.socket, encoding: str) -> None:
    data, sender = sock.recvfrom(LARGEST)
    print(f"Message from {sender}: {data.decode(encoding, 'backslashreplace')!r}")


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        messenger(address, options.encoding, options.timeout)
    except KeyboardInterrupt:
        return 130
    except EOFError:  # Ctrl-D
        print()
    except (OSError, UnicodeError) as error:
        print(f"cannot listen at {address}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Send and receive messages over UDP.")
    parser.add_argument("--host", default="0.0.0.0", help="my own address (default: %(default)s, all)")  # noqa: S104
    parser.add_argument("-p", "--port", type=port, default=3000, help="my own UDP port (default: %(default)s)")
    parser.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    parser.add_argument("--timeout", type=seconds, default=60.0, help="for a message, in s (default: %(default)s)")
    return parser.parse_args()


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def seconds(text: str) -> float:
    if 0 < float(text) <= 3600:
        return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time: more than 0 s, at most 3600")


def encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    return name


if __name__ == "__main__":
    sys.exit(main())
