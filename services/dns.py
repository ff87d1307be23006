"""Ask for the address that belongs to a name, and answer such questions: DNS, for A records, over UDP (RFC 1035).

    dns.py server [--hosts /etc/hosts] [-p 53]
    dns.py client 203.0.113.53 www.example [-p 53]

Framing: one datagram each way. Twelve bytes of header, six numbers in network byte order (most significant byte first,
`!` for struct); then the question: the name, each part with its length before it and a 0 at the end, a type, a class.
An answer repeats header and question and adds a record: a pointer to the name, type, class, seconds to keep, address.

The server knows the names of a hosts(5) file. It gives one address, never more, so an answer is the question and 16
bytes; everything else (no such name, a broken question) is no longer than the question: who forges a victim's address
as the sender gains next to nothing. It is silent to answers, to its own port (two servers would talk for ever), to what
was sent to a broadcast address, and to what is shorter than a header.

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130. A client without an address: 1.
"""

import argparse
import contextlib
import ipaddress
import secrets
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import NoReturn

HEADER = struct.Struct("!6H")  # id, flags, and how many questions, answers, authorities, additional records follow
RESPONSE, OPCODE, AUTHORITATIVE, RECURSION = 0x8000, 0x7800, 0x0400, 0x0100
OK, FORMAT_ERROR, NO_SUCH_NAME, NOT_IMPLEMENTED, REFUSED = 0, 1, 3, 4, 5
REASONS = {
    1: "it does not understand the question",
    2: "it has trouble itself",
    4: "it cannot do that",
    5: "it refuses",
}
A, IN = 1, 1
POINTER = 0xC0  # a length of 192 or more: the rest of the name stands elsewhere in the message
KEEP_S = 60
LARGEST = 65_507  # bytes in one datagram
IP_PKTINFO = 8  # of <bits/in.h>, see ip(7); the socket module has it only from Python 3.14 on
Address = tuple[str, int]


class Malformed(Exception):
    """This is no DNS message, or none that can be understood."""


def server(address: Address, names: dict[bytes, bytes]) -> NoReturn:
    """Answer whoever asks."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)  # tell with each datagram where it was sent to
        sock.bind(address)
        print("Listening at", sock.getsockname())
        while True:
            query, notes, _, peer = sock.recvmsg(LARGEST, socket.CMSG_SPACE(12))
            my_address, sent_to = struct.unpack("4x4s4s", notes[0][2])
            if peer[1] == sock.getsockname()[1]:
                print(f"Ignored {peer}: from my own port, as another server like me would")
            elif sent_to != my_address:
                print(f"Ignored {peer}: sent to {socket.inet_ntoa(sent_to)}, not to me alone")
            elif len(query) < HEADER.size or query[2] & 0x80:
                print(f"Ignored {peer}: no question")
            else:
                reply, told = answer(query, names)
                print(f"The client at {peer} asks {told}")
                try:
                    sock.sendto(reply, peer)
                except OSError as error:
                    print(f"Lost {peer}: {error.strerror}")


def answer(query: bytes, names: dict[bytes, bytes]) -> tuple[bytes, str]:
    """The message to send back, and a line about it."""
    number, flags, questions, *_ = HEADER.unpack_from(query)
    flags = RESPONSE | flags & (OPCODE | RECURSION)
    if flags & OPCODE:
        return HEADER.pack(number, flags | NOT_IMPLEMENTED, 0, 0, 0, 0), "for something else than an address"
    try:
        name, kind, family, end = read_question(query, questions)
    except Malformed as error:
        return HEADER.pack(number, flags | FORMAT_ERROR, 0, 0, 0, 0), f"what nobody understands: {error}"
    question, asked = query[HEADER.size : end], f"for {readable(name)!r}"
    if family != IN:
        return HEADER.pack(number, flags | REFUSED, 1, 0, 0, 0) + question, f"{asked} outside the Internet: refused"
    flags |= AUTHORITATIVE
    ip = names.get(name.lower())
    if ip is None:
        return HEADER.pack(number, flags | NO_SUCH_NAME, 1, 0, 0, 0) + question, f"{asked}: no such name"
    if kind != A:
        return HEADER.pack(number, flags, 1, 0, 0, 0) + question, f"{asked}, type {kind}: nothing of that type"
    record = struct.pack("!HHHIH4s", POINTER << 8 | HEADER.size, A, IN, KEEP_S, len(ip), ip)
    return HEADER.pack(number, flags, 1, 1, 0, 0) + question + record, f"{asked}: {socket.inet_ntoa(ip)}"


def read_question(query: bytes, questions: int) -> tuple[bytes, int, int, int]:
    """Name, type and class of the one question, and where it ends."""
    if questions != 1:
        raise Malformed(f"{questions} questions")
    name, end = read_name(query, HEADER.size)
    kind, family = read("!2H", query, end)
    return name, kind, family, end + 4


def read(form: str, message: bytes, start: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, message, start)
    except struct.error:
        raise Malformed("cut short") from None


def read_name(message: bytes, start: int) -> tuple[bytes, int]:
    """A name that is written out, its parts joined by dots, and where it ends."""
    parts = []
    while (length := read("!B", message, start)[0]) != 0:
        part = message[start + 1 : start + 1 + length]
        if length > 63 or len(part) < length or b"." in part:
            raise Malformed("no name")
        parts.append(part)
        start += 1 + length
    name = b".".join(parts)
    if len(name) > 253:
        raise Malformed("name too long")
    return name, start + 1


def skip_name(message: bytes, start: int) -> int:
    """Where a name ends that may end in a pointer."""
    while 0 < (length := read("!B", message, start)[0]) < POINTER:
        start += 1 + length
    return start + (2 if length else 1)


def client(address: Address, name: str, timeout_s: float, retries: int) -> int:
    """Ask, again if need be, and print every address that comes."""
    parts = name.removesuffix(".").encode("idna").split(b".")  # 例子 travels as xn--fsqu00a (RFC 5891)
    number = secrets.randbits(16)  # nobody who cannot see the question should guess it
    question = b"".join(bytes([len(part)]) + part for part in parts) + b"\0" + struct.pack("!2H", A, IN)
    peer = (socket.gethostbyname(address[0]), address[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(peer)
        for attempt in range(1 + retries):
            sock.send(HEADER.pack(number, RECURSION, 1, 0, 0, 0) + question)
            deadline = time.monotonic() + timeout_s * 2**attempt
            with contextlib.suppress(TimeoutError):
                while (left_s := deadline - time.monotonic()) > 0:
                    sock.settimeout(left_s)
                    reply = sock.recv(LARGEST)
                    if reply[:2] == number.to_bytes(2, "big") and reply[HEADER.size :].startswith(question):
                        return tell(name, reply, HEADER.size + len(question))
                    if reply[:2] == number.to_bytes(2, "big") and len(reply) == HEADER.size:  # errors may leave it out
                        return tell(name, reply, len(reply))
                    print(f"ignored {len(reply)} bytes that answer another question")
    print(f"no answer from {peer} after {1 + retries} {'tries' if retries else 'try'}")
    return 1


def tell(name: str, reply: bytes, start: int) -> int:
    """Print what the reply says; its records begin at start."""
    try:
        code, addresses = read_answer(reply, start)
    except Malformed as error:
        print(f"the answer makes no sense: {error}")
        return 1
    if code == NO_SUCH_NAME:
        print(f"no such name: {name!r}")
    elif code:
        print(f"the server says: {REASONS.get(code, f'error {code}')}")
    elif not addresses:
        print(f"{name!r} has no IPv4 address")
    for ip in addresses:
        print(f"{name!r} has the address {ip}")
    return 0 if addresses else 1


def read_answer(reply: bytes, start: int) -> tuple[int, list[str]]:
    """The code, and the addresses among the records; of other types, as an alias, there may be some between."""
    addresses = []
    _, flags, _, answers, _, _ = HEADER.unpack_from(reply)
    if not flags & RESPONSE:
        raise Malformed("it is a question")
    for _ in range(answers):
        start = skip_name(reply, start)
        kind, family, _, length = read("!HHIH", reply, start)
        data = reply[start + 10 : start + 10 + length]
        if len(data) < length or ((kind, family) == (A, IN) and length != 4):
            raise Malformed("cut short")
        if (kind, family) == (A, IN):
            addresses.append(socket.inet_ntoa(data))
        start += 10 + length
    return flags & 0xF, addresses


def readable(name: bytes) -> str:
    return name.decode("ascii", "backslashreplace")


def read_hosts(path: Path) -> dict[bytes, bytes]:
    """Name to IPv4 address, of a hosts(5) file; the first line with a name counts."""
    names: dict[bytes, bytes] = {}
    for line in path.read_bytes().splitlines():
        ip, *aliases = line.partition(b"#")[0].split() or [b""]
        with contextlib.suppress(ValueError):  # an IPv6 address, or no address at all
            packed = ipaddress.IPv4Address(ip.decode("ascii", "replace")).packed
            for alias in aliases:
                names.setdefault(alias.lower().rstrip(b"."), packed)
    return names


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server(address, read_hosts(options.hosts))
        return client(address, options.name, options.timeout, options.retries)
    except KeyboardInterrupt:
        return 0 if options.role == "server" else 130
    except ConnectionRefusedError:
        print("connection refused")
    except (OSError, UnicodeError) as error:
        path = getattr(error, "filename", None)
        verb = "listen at" if options.role == "server" else "talk to"
        doing = f"read {str(path)!r}" if path else f"{verb} {address}"
        print(f"cannot {doing}: {getattr(error, 'strerror', None) or error}")
    return 1


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-p", "--port", type=port, default=3000, help="UDP port (default: %(default)s; DNS has 53)")
    parser = argparse.ArgumentParser(description="Names and addresses.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="answer questions for addresses")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    serve.add_argument("--hosts", type=Path, default=Path("/etc/hosts"), help="file of names (default: %(default)s)")
    ask = roles.add_parser("client", parents=[common], help="ask for the address of a name")
    ask.add_argument("host", help="the server's address")
    ask.add_argument("name", type=domain_name, help="the name to ask for")
    ask.add_argument("--timeout", type=seconds, default=2.0, help="for the first answer, in s (default: %(default)s)")
    ask.add_argument("--retries", type=int, choices=range(11), default=2, metavar="0..10", help="(default: 2)")
    return parser.parse_args()


def domain_name(text: str) -> str:
    with contextlib.suppress(UnicodeError):
        if 0 < len(text.removesuffix(".").encode("idna")) <= 253:
            return text
    raise argparse.ArgumentTypeError(f"{text!r} is no name: parts of 1 to 63 letters with dots between, 253 in all")


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def seconds(text: str) -> float:
    if 0 < float(text) <= 3600:
        return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time: more than 0 s, at most 3600")


if __name__ == "__main__":
    sys.exit(main())
