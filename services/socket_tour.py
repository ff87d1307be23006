"""A walk through what a socket is and can do: each line is asked from the kernel while you read.

    socket_tour.py

It needs no other program: whatever needs two ends has both here, on the loopback interface. Errors are part of the tour
and are shown as Python's name and the kernel's. Framing: none; every message here is as long as both ends know.

Ctrl-C or SIGTERM ends it quietly, with status 130.
"""

import contextlib
import errno
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator

HERE = "127.0.0.1"
MUCH = 64_000_000  # bytes: more than the buffers of a connection hold


def birth() -> None:
    """A new socket has a family, a type, a protocol and a file descriptor, and no address"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        show("family", f"{sock.family.name} ({int(sock.family)}: IPv4)")
        show("type", f"{sock.type.name} ({int(sock.type)}: a stream, TCP)")
        show("proto", f"{sock.proto} (the only one of this family and type)")
        show("fileno()", sock.fileno())
        show("getsockname()", sock.getsockname())
        show("getpeername()", attempt(sock.getpeername))
    show("fileno() after close()", sock.fileno())


def addresses() -> None:
    """A UDP socket gets its port when it first sends, or when it is bound"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound, socket.socket(type=socket.SOCK_DGRAM) as sock:
        bound.bind((HERE, 0))
        show("getsockname() after bind(('127.0.0.1', 0))", bound.getsockname())
        show("getsockname() before the first send", sock.getsockname())
        sock.sendto(b"hello", bound.getsockname())
        show("getsockname() after it", sock.getsockname())
        show("recvfrom() at the other end", bound.recvfrom(100))
        sock.connect(bound.getsockname())
        show("getsockname() after connect()", sock.getsockname())
        show("getpeername() after connect()", sock.getpeername())
        with socket.socket(type=socket.SOCK_DGRAM) as late:
            show("bind() to an address in use", attempt(lambda: late.bind(bound.getsockname())))


def options() -> None:
    """Options are asked and set by level and name"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        show("getsockopt(SOL_SOCKET, SO_REUSEADDR)", sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        show("the same after setsockopt(…, 1)", sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 10_000)
        rcvbuf = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        show("SO_RCVBUF after setsockopt(…, 10000)", f"{rcvbuf} (Linux doubles it, for its own notes)")
        show("SO_TYPE", f"{sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)} (SOCK_STREAM)")


def waiting() -> None:
    """A call can wait for ever, not at all, or for some time"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        show("gettimeout() of a new socket", f"{sock.gettimeout()} (recv() waits for ever)")
        sock.setblocking(False)
        show("gettimeout() after setblocking(False)", sock.gettimeout())
        show("recv() that may not wait", attempt(lambda: sock.recv(1)))
        sock.settimeout(0.05)
        show("gettimeout() after settimeout(0.05)", sock.gettimeout())
        show("recv() that may wait so long", attempt(lambda: sock.recv(1)))


def connecting() -> None:
    """connect() raises where connect_ex() returns the error's number"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as nobody:
        nobody.bind((HERE, 0))  # bound, but it does not listen
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            show("connect() where nobody listens", attempt(lambda: sock.connect(nobody.getsockname())))
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            number = sock.connect_ex(nobody.getsockname())
            show("connect_ex() where nobody listens", f"{number} ({errno.errorcode[number]})")
        nobody.listen()
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            show("connect_ex() where somebody does", sock.connect_ex(nobody.getsockname()))


def sending() -> None:
    """send() takes what fits, and says how much; sendall() goes on until all is sent"""
    with connection() as (left, right):
        left.setblocking(False)
        sent = left.send(bytes(MUCH))
        show(f"send() of {MUCH} bytes that nobody reads", f"took {sent}")
        left.setblocking(True)
        received: list[int] = []
        reader = threading.Thread(target=lambda: received.append(count_bytes(right)))
        reader.start()
        left.sendall(bytes(MUCH - sent))
        left.shutdown(socket.SHUT_WR)
        reader.join()
        show("bytes that arrive after sendall() of the rest", received[0])


def files() -> None:
    """makefile() makes a file of it, with lines"""
    with connection() as (left, right), right.makefile("r", encoding="utf-8", newline="\n") as stream:
        left.sendall("first\n下午".encode())
        left.sendall("好\n".encode())
        left.shutdown(socket.SHUT_WR)
        show("readlines()", stream.readlines())


def messages() -> None:
    """sendmsg() gathers pieces, recvmsg() also tells what happened to the message"""
    with socket.socket(type=socket.SOCK_DGRAM) as left, socket.socket(type=socket.SOCK_DGRAM) as right:
        right.bind((HERE, 0))
        show("sendmsg([b'one ', b'two'])", left.sendmsg([b"one ", b"two"], [], 0, right.getsockname()))
        data, _, flags, _ = right.recvmsg(100)
        show("recvmsg(100)", f"{data!r}, flags {flags}")
        left.sendmsg([b"one ", b"two"], [], 0, right.getsockname())
        data, _, flags, _ = right.recvmsg(3)
        show("recvmsg(3) of the same", f"{data!r}, flags {flags} ({socket.MsgFlag(flags).name}: the rest is lost)")


def closing() -> None:
    """The peer hears of it (FIN) when the last descriptor is closed"""
    with connection() as (left, right):
        right.setblocking(False)
        twin = left.dup()
        show("dup() is another descriptor of the same socket", left.fileno() != twin.fileno())
        left.close()
        show("recv() at the other end after close() of one", attempt(lambda: right.recv(1)))
        twin.close()
        right.settimeout(10)
        show("recv() after close() of the other", right.recv(1))


def byte_order() -> None:
    """The network sends the most significant byte first, whatever this machine does"""
    show("this machine has its bytes", f"{sys.byteorder} endian")
    show("struct.pack('!H', 3000)", struct.pack("!H", 3000).hex(" "))
    show("struct.pack('<H', 3000)", struct.pack("<H", 3000).hex(" "))
    show("htons(3000), in memory", struct.pack("=H", socket.htons(3000)).hex(" "))
    show("htonl(0xcb00710a), in memory", struct.pack("=I", socket.htonl(0xCB00_710A)).hex(" "))
    show("inet_aton('203.0.113.10')", socket.inet_aton("203.0.113.10").hex(" "))
    show("ntohs(htons(3000))", socket.ntohs(socket.htons(3000)))


def show(what: str, value: object) -> None:
    print(f"  {what}: {value}")


def attempt(call: Callable[[], object]) -> object:
    """What the call returns, or the error that it raises."""
    try:
        return call()
    except OSError as error:
        return f"{type(error).__name__}, {errno.errorcode[error.errno] if error.errno else error}"


@contextlib.contextmanager
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a TCP connection."""
    with socket.create_server((HERE, 0)) as listener:
        left = socket.create_connection(listener.getsockname())
        right, _ = listener.accept()
    with left, right:
        yield left, right


def count_bytes(sock: socket.socket) -> int:
    return sum(iter(lambda: len(sock.recv(1_000_000)), 0))


def main() -> int:
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    stops = [birth, addresses, options, waiting, connecting, sending, files, messages, closing, byte_order]
    try:
        for stop in stops:
            print(stop.__doc__)
            stop()
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"the tour ends here: {error.strerror or error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
