"""A manual other end: talk to any program over UDP or TCP by hand, and see every byte that it sends.

    assist.py udp --bind 8080 --to server:3000 --encoding gbk
    assist.py tcp --to server:3000              connects
    assist.py tcp --bind 8080                   waits for connections; what is typed goes to all of them

Framing: none of its own. What is typed is sent as it stands, with --end (none, cr, lf, crlf) behind it: over TCP most
programs wait for a line feed. Over UDP without --to it goes to whoever sent last. Lines that begin with / are commands:

    /hex 68 65 0a    send these bytes            /repeat MS   send the last again, every so many ms; 0 stops that
    /to HOST:PORT    UDP: send there from now on  /quit        as Ctrl-D does (//text sends /text)

With --hex, what is typed is bytes, and what arrives is shown as such. Each arrival is one line: time, sender, how many
bytes, which. Over TCP such a line is what one recv() brought, and not necessarily a message.

Ctrl-D ends it with status 0, Ctrl-C or SIGTERM quietly with 130.
"""

import argparse
import importlib
import os
import select
import signal
import socket
import sys
import threading
import time
from datetime import datetime
from types import ModuleType

LARGEST = 65_507  # bytes in one datagram, and of what one recv() is asked for
PATIENCE_S = 5.0  # for a connection, and for a peer that does not read
ENDS = {"none": b"", "cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}
Address = tuple[str, int]
speaking = threading.Lock()


class Refused(Exception):
    """This cannot be done; the text says why."""


class Datagrams:
    """UDP: one socket, any number of peers."""

    def __init__(self, sock: socket.socket, to: Address | None) -> None:
        self.sock, self.to, self.last_sender = sock, to, to

    def sockets(self) -> list[socket.socket]:
        return [self.sock]

    def hear(self, sock: socket.socket) -> tuple[Address, bytes | str]:
        data, self.last_sender = sock.recvfrom(LARGEST)
        return self.last_sender, data

    def send(self, data: bytes) -> list[Address]:
        """Send to who was chosen, or else to who sent last."""
        to = self.to or self.last_sender
        if to is None:
            raise Refused("to whom? /to HOST:PORT, or wait until somebody sends")
        if len(data) > LARGEST:
            raise Refused(f"{len(data)} bytes do not fit in one datagram: it holds {LARGEST} at most")
        self.sock.sendto(data, to)
        return [to]


class Connections:
    """TCP: the connections that there are, and the listener for more, if any."""

    def __init__(self, listener: socket.socket | None, peers: dict[socket.socket, Address]) -> None:
        self.listener, self.peers = listener, peers

    def sockets(self) -> list[socket.socket]:
        return [*([self.listener] if self.listener else []), *self.peers]

    def hear(self, sock: socket.socket) -> tuple[Address, bytes | str]:
        if sock is self.listener:
            connection, peer = sock.accept()
            connection.settimeout(PATIENCE_S)
            self.peers[connection] = peer
            return peer, "connected"
        try:
            if data := sock.recv(LARGEST):
                return self.peers[sock], data
            reason = "closed the connection"
        except OSError as error:
            reason = f"is lost: {error.strerror or error}"
        sock.close()
        return self.peers.pop(sock), reason

    def send(self, data: bytes) -> list[Address]:
        """Send to all; one that is lost does not keep it from the others."""
        reached = []
        for connection, peer in list(self.peers.items()):
            try:
                connection.sendall(data)
                reached.append(peer)
            except OSError:
                continue  # hear() will tell
        if not reached:
            raise Refused("nobody is connected")
        return reached


class Talk:
    """What is typed goes out, what comes in is shown."""

    def __init__(self, end: Datagrams | Connections, options: argparse.Namespace) -> None:
        self.end, self.encoding, self.as_hex = end, options.encoding, options.hex
        self.line_end = b"" if options.hex else ENDS[options.end]
        self.editor = line_editor()
        self.last = b""
        self.sending = threading.Lock()
        self.stop_repeating = threading.Event()
        self.is_over = threading.Event()

    def listen(self) -> None:
        """Show all that arrives, until it is over."""
        while not self.is_over.is_set():
            ready, _, _ = select.select(self.end.sockets(), [], [], 0.1)  # and then see who has connected meanwhile
            for sock in ready:
                try:
                    peer, what = self.end.hear(sock)
                except OSError as error:  # no more files: who waits goes on waiting
                    self.say(f"cannot hear that now: {error.strerror or error}")
                    time.sleep(0.2)
                    continue
                if isinstance(what, bytes):
                    shown = what.hex(" ") if self.as_hex else repr(what.decode(self.encoding, "backslashreplace"))
                    what = f"sends {len(what)} bytes: {shown}"
                self.say(f"{now()} {peer} {what}")

    def type_lines(self) -> None:
        """Send what is typed, and do what is commanded, until /quit."""
        while (line := input()) != "/quit":
            try:
                self.obey(line)
            except Refused as reason:
                self.say(str(reason))
            except OSError as error:
                self.say(f"that did not work: {error.strerror or error}")

    def obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "/repeat":
            self.repeat(interval(rest))
        elif word == "/to":
            if not isinstance(self.end, Datagrams):
                raise Refused("a connection has its peer already: /to is for UDP")
            self.end.to = resolve(rest)
        elif word == "/hex":
            self.send(unhex(rest))
        elif word.startswith("/") and not word.startswith("//"):
            raise Refused(f"no command {word!r}: /hex, /to, /repeat, /quit, or // for a text that begins with /")
        elif self.as_hex:
            self.send(unhex(line))
        else:
            self.send(encode(line[1:] if line.startswith("//") else line, self.encoding) + self.line_end)

    def send(self, data: bytes) -> None:
        with self.sending:
            self.last = data
            self.send_last()

    def send_last(self) -> None:
        data = self.last
        for peer in self.end.send(data):
            self.say(f"{now()} sent {len(data)} bytes to {peer}")

    def repeat(self, every_ms: int) -> None:
        """Send the last again and again, in a thread of its own, until the next /repeat."""
        self.stop_repeating.set()
        self.stop_repeating = stop = threading.Event()

        def go_on() -> None:
            try:
                while not stop.wait(every_ms / 1000):
                    with self.sending:
                        if not stop.is_set():
                            self.send_last()
            except (Refused, OSError) as error:
                self.say(f"repeats no more: {getattr(error, 'strerror', None) or error}")

        if every_ms:
            threading.Thread(target=go_on, daemon=True).start()

    def say(self, line: str) -> None:
        """Print a line; where lines are edited, above the one that is being typed."""
        with speaking:
            if self.editor:
                print(f"\r\x1b[K{line}\n{self.editor.get_line_buffer()}", end="", flush=True)
            else:
                print(line)


def line_editor() -> ModuleType | None:
    """With readline imported, input() has a history, on a terminal that can move its cursor."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        return None
    try:
        return importlib.import_module("readline")
    except ImportError:
        return None


def encode(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeError:
        raise Refused(f"{text!r} cannot be written in {encoding}") from None


def unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Refused(f"{text!r} is no bytes: two digits each, 0 to 9 and a to f, as in 68 65 0a") from None


def interval(text: str) -> int:
    if text.isdecimal() and (int(text) == 0 or 10 <= int(text) <= 3_600_000):
        return int(text)
    raise Refused(f"{text!r} is no interval: 10 to 3600000 ms, or 0 to stop")


def resolve(text: str) -> Address:
    """The address of a HOST:PORT."""
    try:
        host, its_port = remote(text)
        return (socket.gethostbyname(host), its_port)
    except argparse.ArgumentTypeError as error:
        raise Refused(str(error)) from None
    except (OSError, UnicodeError) as error:
        raise Refused(f"cannot find {host!r}: {getattr(error, 'strerror', None) or error}") from None


def now() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S.%f")[:-3]


def converse_udp(options: argparse.Namespace) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, options.broadcast)
        sock.bind(options.bind or ("", 0))
        print("Listening at", sock.getsockname())
        converse(Datagrams(sock, resolve(options.to) if options.to else None), options)


def converse_tcp(options: argparse.Namespace) -> None:
    if options.to:
        with socket.create_connection(resolve(options.to), PATIENCE_S, options.bind) as sock:
            print(f"Connected from {sock.getsockname()} to {sock.getpeername()}")
            converse(Connections(None, {sock: sock.getpeername()}), options)
    else:
        with socket.create_server(options.bind) as listener:
            print("Listening at", listener.getsockname())
            converse(Connections(listener, {}), options)


def converse(end: Datagrams | Connections, options: argparse.Namespace) -> None:
    talk = Talk(end, options)
    listening = threading.Thread(target=talk.listen, daemon=True)
    listening.start()
    try:
        talk.type_lines()
    except EOFError:  # Ctrl-D
        pass
    finally:
        talk.is_over.set()
        listening.join(1)  # before the sockets are closed that it waits at
        speaking.acquire(timeout=1)  # no thread shall be in the middle of a line when Python ends


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.protocol == "udp":
            converse_udp(options)
        else:
            converse_tcp(options)
    except KeyboardInterrupt:
        return 130
    except (Refused, OSError, UnicodeError) as error:
        doing = f"talk to {options.to}" if options.to else f"listen at {options.bind}"
        print(f"cannot {doing}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A manual other end for any program.")
    parser.add_argument("protocol", choices=["udp", "tcp"])
    parser.add_argument("--bind", type=local, metavar="[ADDRESS:]PORT", help="my own address (default: any)")
    parser.add_argument("--to", type=host_and_port, metavar="HOST:PORT", help="whom to talk to")
    parser.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    parser.add_argument("--hex", action="store_true", help="type and show bytes instead of text")
    parser.add_argument("--end", choices=ENDS, default="none", help="what follows each text (default: %(default)s)")
    parser.add_argument("--broadcast", action="store_true", help="UDP: let me send to broadcast addresses")
    options = parser.parse_args()
    if options.protocol == "tcp" and not (options.to or options.bind):
        parser.error("tcp needs --to HOST:PORT, to connect, or --bind PORT, to listen")
    return options


def local(text: str) -> Address:
    host, _, its_port = text.rpartition(":")
    return (host, port(its_port))


def host_and_port(text: str) -> str:
    remote(text)
    return text


def remote(text: str) -> Address:
    host, _, its_port = text.rpartition(":")
    if host and port(its_port):
        return (host, port(its_port))
    raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT, as in server:3000")


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk, ascii or latin-1") from None
    return name


if __name__ == "__main__":
    sys.exit(main())
