"""Fetch a file over TCP, and know that it is whole.

    file_download.py server --root shared
    file_download.py client 203.0.113.10 notes.txt --into downloads [--resume]

Framing: the client sends one line, the server one line and then bytes, as many as its line said.
    request   NAME, line feed             or NAME, tab, OFFSET, line feed: leave out the first OFFSET bytes
    answer    ok SIZE SHA256, line feed   of the whole file; then its SIZE bytes, or SIZE - OFFSET
              error REASON, line feed     bad request, name too long, not found, busy
So an empty file and a missing one differ, a file cut short is noticed, and one that was changed is, too.

The server gives away regular files below --root and nothing else: no `..`, no absolute name, no symlink, no device. All
of these are `not found`: nobody learns from us what else is there. A client that is idle for --timeout is dropped.

The client writes below --into, under a temporary name until the hash agrees; only then is an older file of that name
replaced. With --resume, what arrived before the connection broke is kept, and the next --resume goes on from there.

Ctrl-C or SIGTERM ends either quietly: the server with status 0, the client with 130. A client without its file: 1.
"""

import argparse
import contextlib
import errno
import hashlib
import io
import os
import re
import signal
import socket
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NoReturn

LONGEST_NAME = 255  # bytes
LONGEST_REQUEST = LONGEST_NAME + len("\t") + 19 + len("\n")  # 19 digits: the largest size a file can have
HEADER = re.compile(rb"(?:ok ([0-9]{1,19}) ([0-9a-f]{64})|error ([ -~]{1,100}))\n")
LONGEST_HEADER = 110  # bytes
CHUNK = 65_536  # bytes
Address = tuple[str, int]
speaking = threading.Lock()


class Failure(Exception):
    """This download ends here; the text is the reason, for the client or for the person."""


def server(address: Address, encoding: str, root: Path, timeout_s: float) -> NoReturn:
    """Serve every client in a thread of its own."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    with socket.create_server(address) as listener:
        say(f"Listening at {listener.getsockname()}")
        while True:
            try:
                begin_conversation(listener, folder, encoding, timeout_s)
            except (OSError, RuntimeError) as error:  # no more files or threads: who waits in the queue goes on waiting
                say(f"Cannot take another client now: {error}")
                time.sleep(0.2)


def begin_conversation(listener: socket.socket, folder: int, encoding: str, timeout_s: float) -> None:
    connection, peer = listener.accept()
    try:
        threading.Thread(target=converse, args=(connection, peer, folder, encoding, timeout_s), daemon=True).start()
    except RuntimeError:
        connection.close()
        raise


def converse(connection: socket.socket, peer: Address, folder: int, encoding: str, timeout_s: float) -> None:
    """Hear one request and answer it; whatever goes wrong ends this conversation only."""
    with connection:
        try:
            request = receive_request(connection, timeout_s)
            connection.settimeout(timeout_s)
            try:
                name, offset = understand(request, encoding)
                file = open_below(folder, name)
            except Failure as reason:
                say(f"Refused {request.decode(encoding, 'backslashreplace').rstrip()!r} to {peer}: {reason}")
                connection.sendall(f"error {reason}\n".encode())
            else:
                with file:
                    say(f"Sent {name!r} to {peer}: {send(file, offset, connection)}")
            let_peer_close(connection, timeout_s)
        except TimeoutError:
            say(f"Dropped {peer}: kept me waiting for {timeout_s:g} s")
        except OSError as error:
            say(f"Lost {peer}: {error.strerror or error}")


def receive_request(connection: socket.socket, timeout_s: float) -> bytes:
    """All that came until a line feed, the end, or more than any request has; one byte now and then wins no time."""
    request = b""
    deadline = time.monotonic() + timeout_s
    while b"\n" not in request and len(request) < LONGEST_REQUEST:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        more = connection.recv(LONGEST_REQUEST - len(request))
        if not more:
            break
        request += more
    return request


def understand(request: bytes, encoding: str) -> tuple[str, int]:
    """Name and offset of a request."""
    line, line_feed, _ = request.partition(b"\n")
    name, tab, offset = line.partition(b"\t")
    if len(name) > LONGEST_NAME:
        raise Failure("name too long")
    if not line_feed or (tab and not re.fullmatch(rb"[0-9]{1,19}", offset)):
        raise Failure("bad request")
    try:
        return name.decode(encoding), int(offset or 0)
    except UnicodeError:
        raise Failure("bad request") from None


def open_below(folder: int, name: str) -> io.FileIO:
    """Open a regular file below that folder, step by step: no symlink swapped in meanwhile can lead out of it."""
    *parents, last = parts = name.split("/")
    if not {"", ".", ".."}.isdisjoint(parts):
        raise Failure("not found")
    try:
        with contextlib.ExitStack() as opened:
            for part in parents:
                folder = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                opened.callback(os.close, folder)
            # O_NONBLOCK, because to open a FIFO is to wait for its writer.
            file = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        busy = getattr(error, "errno", None) in {errno.EMFILE, errno.ENFILE}
        raise Failure("busy" if busy else "not found") from None
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Failure("not found")
    return os.fdopen(file, "rb", 0)


def send(file: io.FileIO, offset: int, connection: socket.socket) -> str:
    """Send header and content, and say what was sent."""
    size = os.fstat(file.fileno()).st_size
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    connection.sendall(f"ok {size} {digest}\n".encode())
    # os.sendfile underneath: the kernel moves the bytes from file to socket, and they never come up to Python.
    sent = connection.sendfile(file, offset, size - offset) if offset < size else 0
    return f"{sent} bytes{f' from {offset} on' if offset else ''}, sha256 {digest}"


def let_peer_close(connection: socket.socket, timeout_s: float) -> None:
    """Wait, but not for ever: closing with unread bytes sends a RST, which can destroy our last words (RFC 1122)."""
    deadline = time.monotonic() + timeout_s
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(CHUNK) and time.monotonic() < deadline:
            pass


def say(line: str) -> None:
    with speaking:  # or the lines of two threads get mixed
        print(line)


def client(address: Address, encoding: str, timeout_s: float, *, name: str, into: Path, resume: bool) -> None:
    """Fetch one file into that folder, whole or not at all."""
    kept = into / f".download-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}"
    with tempfile.TemporaryDirectory(prefix=".download-", dir=into) as workshop:
        part = Path(workshop) / "part"
        if resume:
            with contextlib.suppress(FileNotFoundError):
                kept.rename(part)  # another client that resumes does not find it, and begins anew
            if part.is_symlink():  # whoever laid it there, we write into no other folder
                part.unlink()
        try:
            with part.open("a+b") as file, socket.create_connection(address, timeout_s) as sock:
                sock.sendall(request_for(name, file.tell(), encoding))
                with sock.makefile("rb") as stream:
                    size, digest = receive_header(stream, name)
                    target = into / local_name(name)
                    receive_content(stream, size, file)
                verify(file, digest, name)
            part.replace(target)
        finally:
            if resume and part.exists() and part.stat().st_size:
                part.replace(kept)
    print(f"Received {name!r}: {size} bytes, sha256 {digest}")


def request_for(name: str, offset: int, encoding: str) -> bytes:
    if "\n" in name or "\t" in name:
        raise Failure(f"{name!r} cannot be asked for: a request is one line, and a tab ends the name")
    try:
        return f"{name}\t{offset}\n".encode(encoding) if offset else f"{name}\n".encode(encoding)
    except UnicodeError:
        raise Failure(f"{name!r} cannot be written in {encoding}") from None


def receive_header(stream: io.BufferedReader, name: str) -> tuple[int, str]:
    """Size and hash of the whole file."""
    line = stream.readline(LONGEST_HEADER)
    header = HEADER.fullmatch(line)
    if not line:
        raise Failure("the server closed the connection before it answered")
    if not header:
        raise Failure(f"no file server answers like this: {line!r}")
    size, digest, reason = header.groups()
    if reason:
        raise Failure(f"the server refuses {name!r}: {reason.decode()}")
    return int(size), digest.decode()


def local_name(name: str) -> str:
    """The last part of the name alone: no folder that a name may hold leads out of ours."""
    last = name.rpartition("/")[2]
    if last in {"", ".", ".."}:
        raise Failure(f"{name!r} ends in no name for a file here")
    return last


def receive_content(stream: io.BufferedReader, size: int, file: io.BufferedRandom) -> None:
    """Append what comes to the file until it has that size, and not a byte more."""
    done = file.tell()
    while done < size:
        try:
            chunk = stream.read1(min(CHUNK, size - done))
        except OSError as error:
            raise Failure(f"cut off after {done} of {size} bytes: {error.strerror or error}") from None
        if not chunk:
            raise Failure(f"cut off after {done} of {size} bytes: the server closed the connection")
        file.write(chunk)
        show_progress(done, done + len(chunk), size)
        done += len(chunk)


def show_progress(before: int, done: int, size: int) -> None:
    """One line that is written over and over, where there is a terminal that can go back in its line."""
    percent = 100 * done // size
    if percent > 100 * before // size and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        print(f"{percent:3} % of {size} bytes", end="\r", file=sys.stderr, flush=True)


def verify(file: io.BufferedRandom, digest: str, name: str) -> None:
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        file.truncate(0)  # not worth resuming
        raise Failure(f"{name!r} is thrown away: its sha256 is {found}, the server announced {digest}")


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "server":
            server(address, options.encoding, options.root, options.timeout)
        wish = {"name": options.name, "into": options.into, "resume": options.resume}
        client(address, options.encoding, options.timeout, **wish)
    except KeyboardInterrupt:
        speaking.acquire(timeout=1)  # no thread shall be in the middle of a line when Python ends
        return 0 if options.role == "server" else 130
    except Failure as reason:
        print(reason)
        return 1
    except (OSError, UnicodeError) as error:
        path = getattr(error, "filename2", None) or getattr(error, "filename", None)
        verb = "listen at" if options.role == "server" else "fetch from"
        doing = f"use {str(path)!r}" if path else f"{verb} {address}"
        print(f"cannot {doing}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    common.add_argument("--encoding", type=encoding, default="utf-8", help="of the name (default: %(default)s)")
    common.add_argument("--timeout", type=seconds, default=10.0, help="for each wait, in s (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Fetch a file over TCP, and know that it is whole.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="give away the files below a folder")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    serve.add_argument("--root", type=folder, default=Path(), help="that folder (default: this one)")
    fetcher = roles.add_parser("client", parents=[common], help="fetch one file")
    fetcher.add_argument("host", help="the server's name or address")
    fetcher.add_argument("name", help="of the file, as the server knows it")
    fetcher.add_argument("--into", type=folder, default=Path(), help="folder to write to (default: this one)")
    fetcher.add_argument("--resume", action="store_true", help="keep half a file, and go on with it next time")
    return parser.parse_args()


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def seconds(text: str) -> float:
    if 0 < float(text) <= 3600:
        return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time: more than 0 s, at most 3600")


def folder(text: str) -> Path:
    if Path(text).is_dir():
        return Path(text)
    raise argparse.ArgumentTypeError(f"there is no folder {text!r}")


def encoding(name: str) -> str:
    try:
        holds_ascii = "/a\t\n".encode(name) == b"/a\t\n"
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    if not holds_ascii:
        raise argparse.ArgumentTypeError(f"a line in {name} does not end with a line feed; try utf-8, gbk or ascii")
    return name


if __name__ == "__main__":
    sys.exit(main())
