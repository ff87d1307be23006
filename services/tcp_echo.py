"""Echo over TCP, line by line and for many clients at once: what goes out comes back in upper case.

    tcp_echo.py server [--once]
    tcp_echo.py client 203.0.113.10

Framing: a message is a line; its line feed ends it. TCP carries a stream of bytes, not messages: one recv() may bring
half a line or three, so whoever reads must look for the line feed. An empty line is a message, too: one byte. (To send
no byte at all is to send nothing: a server that expects "an empty message" then waits for ever.)

The server has two loops: one takes connections, and for each of these another, in a thread of its own, answers its
lines. It drops a client that is silent for --timeout. With --once it answers one message, and ends.

The client sends lines until `exit` or Ctrl-D. Ctrl-C or SIGTERM ends either quietly: the server with status 0, the
client with 130. A client without its answer: 1.
"""

import argparse
import signal
import socket
import sys
import threading
import time

LONGEST = 65_536  # bytes of a line
GROWTH = 3  # text in capitals may take three times the bytes: the Greek ΐ becomes three letters
Address = tuple[str, int]
speaking = threading.Lock()


def server(address: Address, encoding: str, timeout_s: float, once: bool) -> None:
    """The connection loop."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Without this, a restart must wait while old connections to the port are in TIME_WAIT (socket(7)).
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
        say(f"Listening at {listener.getsockname()}")
        while True:
            try:
                connection, peer = listener.accept()
                if not once:
                    begin_conversation(connection, peer, encoding, timeout_s)
                elif converse(connection, peer, encoding, timeout_s, once):
                    return
            except (OSError, RuntimeError) as error:  # no more files or threads: who waits in the queue goes on waiting
                say(f"Cannot take another client now: {error}")
                time.sleep(0.2)


def begin_conversation(connection: socket.socket, peer: Address, encoding: str, timeout_s: float) -> None:
    try:
        threading.Thread(target=converse, args=(connection, peer, encoding, timeout_s), daemon=True).start()
    except RuntimeError:
        connection.close()
        raise


def converse(connection: socket.socket, peer: Address, encoding: str, timeout_s: float, once: bool = False) -> bool:
    """The conversation loop; whatever goes wrong ends this conversation only. Was `once` done?"""
    with connection, connection.makefile("rb") as lines:
        say(f"Connection from {peer}")
        connection.settimeout(timeout_s)
        try:
            while (line := lines.readline(LONGEST)).endswith(b"\n"):
                text = line[:-1].decode(encoding)
                say(f"The client at {peer} says {text!r}")
                connection.sendall(f"{text.upper()}\n".encode(encoding))
                if once:
                    return True
        except TimeoutError:
            say(f"Dropped {peer}: kept me waiting for {timeout_s:g} s")
        except OSError as error:
            say(f"Lost {peer}: {error.strerror or error}")
        except UnicodeError as error:
            say(f"The client at {peer} cannot be answered: {error}")
        else:
            if len(line) == LONGEST:
                say(f"Dropped {peer}: no line has more than {LONGEST} bytes")
            else:
                say(f"Goodbye to {peer}{f', whose last line has no end: {line!r}' if line else ''}")
    return False


def say(line: str) -> None:
    with speaking:  # or the lines of two threads get mixed
        print(line)


def client(address: Address, encoding: str, timeout_s: float) -> int:
    """Send what is typed, line by line, and print what comes back."""
    with socket.create_connection(address, timeout_s) as sock, sock.makefile("rb") as lines:
        print(f"Connected from {sock.getsockname()} to {sock.getpeername()}")
        while (text := input(">>> ")) != "exit":
            try:
                data = f"{text}\n".encode(encoding)
            except UnicodeError:
                print(f"{text!r} cannot be written in {encoding}")
                continue
            if len(data) > LONGEST:
                print(f"{len(data)} bytes are too many: a line has {LONGEST} at most")
                continue
            sock.sendall(data)
            reply = lines.readline(GROWTH * LONGEST)
            if not reply.endswith(b"\n"):
                print("the server closed the connection before it answered")
                return 1
            print(f"The server replied with {reply[:-1].decode(encoding, 'backslashreplace')!r}")
    return 0


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.role == "client":
            return client(address, options.encoding, options.timeout)
        server(address, options.encoding, options.timeout, options.once)
    except KeyboardInterrupt:
        speaking.acquire(timeout=1)  # no thread shall be in the middle of a line when Python ends
        return 0 if options.role == "server" else 130
    except EOFError:  # Ctrl-D
        print()
    except (OSError, UnicodeError) as error:
        verb = "listen at" if options.role == "server" else "talk to"
        print(f"cannot {verb} {address}: {getattr(error, 'strerror', None) or error}")
        return 1
    return 0


def arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s)")
    common.add_argument("--encoding", type=encoding, default="utf-8", help="of the text (default: %(default)s)")
    parser = argparse.ArgumentParser(description="Echo over TCP, in upper case.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server|client")
    serve = roles.add_parser("server", parents=[common], help="answer every line of every client")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    serve.add_argument(
        "--timeout", type=seconds, default=300.0, help="for a silent client, in s (default: %(default)s)"
    )
    serve.add_argument("--once", action="store_true", help="answer one message and end")
    ask = roles.add_parser("client", parents=[common], help="send lines")
    ask.add_argument("host", help="the server's name or address")
    ask.add_argument("--timeout", type=seconds, default=10.0, help="for each answer, in s (default: %(default)s)")
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
        line_feed = "\n".encode(name)
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    if line_feed != b"\n":
        raise argparse.ArgumentTypeError(f"a line feed is {line_feed!r} in {name}: it cannot end a line here")
    return name


if __name__ == "__main__":
    sys.exit(main())
