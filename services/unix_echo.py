"""Echo between two processes of one host, over an AF_UNIX socket: no address, no port, no network at all (unix(7)).

    unix_echo.py server [--path /tmp/unix_echo.sock]
    unix_echo.py client [--path /tmp/unix_echo.sock]

Framing: a message is a line of at most 65,536 bytes; its line feed ends it. One line each way, and the server closes.

The socket is known by the name of a file: who may write to that file may connect, and only its owner may. In return
the kernel vouches for who is at the other end: process, user, group (SO_PEERCRED), which no network can do. The
server takes one client at a time, and waits --timeout for its line. The file is removed at the end; one that is left of
a server that was killed is replaced.

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130. A client without its answer: 1.
"""

import argparse
import errno
import os
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import NoReturn

LONGEST = 65_536  # bytes of a line
GROWTH = 3  # text in capitals may take three times the bytes: the Greek ΐ becomes three letters
LONGEST_PATH = 107  # bytes: sun_path of <sys/un.h> has room for so many, and a 0


class Broken(Exception):
    """The peer did not keep to the framing."""


def server(path: Path, encoding: str, timeout_s: float) -> NoReturn:
    """Answer one client after the other."""
    remove_if_dead(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        others = os.umask(0o177)  # nobody else may connect, not for a moment
        listener.bind(str(path))
        os.umask(others)
        try:
            listener.listen()
            print(f"Listening at {listener.getsockname()!r}")
            while True:
                connection, _ = listener.accept()
                with connection:
                    answer(connection, encoding, timeout_s)
        finally:
            path.unlink(missing_ok=True)


def remove_if_dead(path: Path) -> None:
    """Remove the socket of a server that is no longer there; another file, or a living server's socket, stays."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a server whose queue is full is alive, too
        if path.is_socket() and probe.connect_ex(str(path)) == errno.ECONNREFUSED:
            path.unlink()


def answer(connection: socket.socket, encoding: str, timeout_s: float) -> None:
    """Hear one line and answer it; whatever goes wrong is this client's trouble only."""
    pid, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    try:
        text = receive_line(connection, LONGEST, timeout_s).decode(encoding)
        print(f"Process {pid} of user {uid} says {text!r}")
        connection.sendall(f"{text.upper()}\n".encode(encoding))
    except (Broken, OSError, UnicodeError) as error:
        print(f"Process {pid} of user {uid} cannot be answered: {getattr(error, 'strerror', None) or error}")


def receive_line(sock: socket.socket, longest: int, timeout_s: float) -> bytes:
    """The first line, without its line feed; one byte now and then wins no time."""
    data = b""
    deadline = time.monotonic() + timeout_s
    while b"\n" not in data:
        if len(data) == longest:
            raise Broken(f"no line has more than {longest} bytes")
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            more = sock.recv(longest - len(data))
        except TimeoutError:
            raise Broken(f"no line came in {timeout_s:g} s") from None
        if not more:
            raise Broken(f"{len(data)} bytes without a line feed before the peer closed")
        data += more
    return data.partition(b"\n")[0]


def client(path: Path, encoding: str, timeout_s: float) -> int:
    """Ask for a sentence, send it, print the answer."""
    sentence = input("Input lowercase sentence: ")
    try:
        data = f"{sentence}\n".encode(encoding)
    except UnicodeError:
        print(f"{sentence!r} cannot be written in {encoding}")
        return 1
    if len(data) > LONGEST:
        print(f"{len(data)} bytes are too many: a line has {LONGEST} at most")
        return 1
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(timeout_s)
        sock.connect(str(path))
        sock.sendall(data)
        reply = receive_line(sock, GROWTH * LONGEST, timeout_s)
    print(f"The server at {str(path)!r} replied with {reply.decode(encoding, 'backslashreplace')!r}")
    return 0


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server(options.path, options.encoding, options.timeout)
        return client(options.path, options.encoding, options.timeout)
    except KeyboardInterrupt:
        return 0 if options.role == "server" else 130
    except EOFError:
        print("\nno sentence, nothing sent")
    except (Broken, OSError, UnicodeError) as error:
        verb = "listen at" if options.role == "server" else "talk to"
        print(f"cannot {verb} {str(options.path)!r}: {getattr(error, 'strerror', None) or error}")
    return 1


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    file = Path("/tmp/unix_echo.sock")  # noqa: S108 - the remedy stands in server(): only its owner may connect
    common.add_argument("--path", type=socket_path, default=file, help="the socket's file (default: %(default)s)")
    common.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    common.add_argument("--timeout", type=seconds, default=10.0, help="for a line, in s (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Echo between two processes of one host.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    roles.add_parser("server", parents=[common], help="answer one client after the other")
    roles.add_parser("client", parents=[common], help="send one sentence")
    return parser.parse_args()


def socket_path(text: str) -> Path:
    if 0 < len(os.fsencode(text)) <= LONGEST_PATH:
        return Path(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no path for a socket: 1 to {LONGEST_PATH} bytes")


def seconds(text: str) -> float:
    if 0 < float(text) <= 3600:
        return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time: more than 0 s, at most 3600")


def encoding(name: str) -> str:
    try:
        line_feed = "\n".encode(name)
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    if line_feed != b"\n":
        raise argparse.ArgumentTypeError(f"a line feed is {line_feed!r} in {name}: it cannot end a line here")
    return name


if __name__ == "__main__":
    sys.exit(main())
