"""Ask several servers at once over UDP, from one socket, and keep account of who still owes an answer.

    udp_multi.py client 203.0.113.10 203.0.113.20

Framing: one datagram is one sentence, as in udp_echo.py, whose server is the other end.

One UDP socket talks to any number of peers. In return anybody can talk to it: so the client keeps a list of those it
has asked, and strikes out who has answered. What anyone else sends, or the same one again, is shown and not believed.

Ctrl-C or SIGTERM ends it quietly, with status 130. With an answer missing when --timeout is over: 1.
"""

import argparse
import signal
import socket
import sys
import time

LARGEST = 65_507  # bytes in one datagram: 65,535 of an IPv4 packet, less 20 for its header and 8 for UDP's
Address = tuple[str, int]


def client(servers: list[Address], encoding: str, timeout_s: float) -> int:
    """Ask for a sentence, send it to each server in turn, print the answers as they come."""
    sentence = input("Input lowercase sentence: ")
    try:
        data = sentence.encode(encoding)
    except UnicodeError:
        print(f"{sentence!r} cannot be written in {encoding}")
        return 1
    if len(data) > LARGEST:
        print(f"{len(data)} bytes do not fit in one datagram: it holds {LARGEST} at most")
        return 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        owing = []
        for peer in servers:
            try:
                sock.sendto(data, peer)
                owing.append(peer)
            except OSError as error:  # no way to this one; the others may still answer
                print(f"cannot talk to {peer}: {error.strerror}")
        print(f"The OS assigned the address {sock.getsockname()} to me")
        failed = len(owing) < len(servers)
        receive_answers(sock, owing, encoding, timeout_s)
    for peer in owing:
        print(f"no answer from {peer}")
    return 1 if owing or failed else 0


def receive_answers(sock: socket.socket, owing: list[Address], encoding: str, timeout_s: float) -> None:
    """Strike out who answers, until nobody owes an answer any more, or the time is over."""
    deadline = time.monotonic() + timeout_s
    while owing and (left_s := deadline - time.monotonic()) > 0:
        sock.settimeout(left_s)
        try:
            data, sender = sock.recvfrom(LARGEST)
        except TimeoutError:
            break
        text = data.decode(encoding, "backslashreplace")
        if sender in owing:
            owing.remove(sender)
            print(f"The server {sender} replied with {text!r}")
        else:
            print(f"message {text!r} from unexpected host {sender}!")


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    servers: dict[Address, None] = {}  # in order, each once: two names may mean one address
    try:
        for host in options.hosts:
            try:
                servers[(socket.gethostbyname(host), options.port)] = None
            except (OSError, UnicodeError) as error:
                print(f"cannot talk to {(host, options.port)}: {getattr(error, 'strerror', None) or error}")
                return 1
        return client(list(servers), options.encoding, options.timeout)
    except KeyboardInterrupt:
        return 130
    except EOFError:
        print("\nno sentence, nothing sent")
        return 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ask several UDP servers at once.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="client")
    ask = roles.add_parser("client", help="send one sentence to all of them")
    ask.add_argument("hosts", nargs="+", metavar="host", help="a server's name or address")
    ask.add_argument("-p", "--port", type=port, default=3000, help="UDP port of all (default: %(default)s)")
    ask.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    ask.add_argument("--timeout", type=seconds, default=2.0, help="for all answers, in s (default: %(default)s)")
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
