"""A web site of one page, so that the way from a name through DNS and TCP to HTTP has an end.

    http_site.py server [-p 80]               and any browser, or: curl http://203.0.113.10:3000/

Framing (HTTP/1.1, RFC 9112): a request is lines, the first `GET / HTTP/1.1`, up to an empty one; 8,192 bytes at most.
The response is lines in the same manner, one of them saying how many bytes of page follow. One request a connection.

GET and HEAD of `/` show the page; another path is 404, another method 405, what is no request 400, and one without an
end, or longer than PATIENCE_S on its way, 408. No file is opened, and nothing that a visitor sends goes to another.

Ctrl-C or SIGTERM ends it quietly, with status 0.
"""

import argparse
import re
import signal
import socket
import sys
import threading
import time
from typing import NoReturn

PAGE = """<!doctype html>
<html lang="en">
<title>You have arrived</title>
<h1>You have arrived</h1>
<p>DNS told your browser the address of this name, TCP shook hands, and HTTP asked for this page.
<p lang="zh">欢迎来到这台服务器。
</html>
"""
REQUEST = re.compile(rb"([!-~]+) ([!-~]+) HTTP/(1\.[01])\r?\n((?:[^\r\n]+\r?\n)*)\r?\n")
LONGEST_REQUEST = 8_192  # bytes
PATIENCE_S = 5.0
Address = tuple[str, int]
speaking = threading.Lock()


def server(address: Address, encoding: str) -> NoReturn:
    """Show the page to every visitor, each in a thread of its own."""
    with socket.create_server(address) as listener:
        say(f"Listening at {listener.getsockname()}")
        while True:
            try:
                connection, peer = listener.accept()
                begin_visit(connection, peer, encoding)
            except (OSError, RuntimeError) as error:  # no more files or threads: who waits in the queue goes on waiting
                say(f"Cannot take another visitor now: {error}")
                time.sleep(0.2)


def begin_visit(connection: socket.socket, peer: Address, encoding: str) -> None:
    try:
        threading.Thread(target=converse, args=(connection, peer, encoding), daemon=True).start()
    except RuntimeError:
        connection.close()
        raise


def converse(connection: socket.socket, peer: Address, encoding: str) -> None:
    """Hear one request, answer it, and let the visitor close first."""
    with connection:
        try:
            request = receive_request(connection)
            status, about, with_body = judge(request)
            say(f"The visitor at {peer} {about}{f': {status}' if status else ''}")
            if status is not None:
                connection.settimeout(PATIENCE_S)
                connection.sendall(response(status, encoding, with_body))
            # Closing with unread bytes sends a RST, which can destroy the page on its way (RFC 1122, 4.2.2.13).
            connection.shutdown(socket.SHUT_WR)
            let_visitor_close(connection)
        except OSError as error:
            say(f"Lost {peer}: {error.strerror or error}")


def receive_request(connection: socket.socket) -> bytes:
    """All up to an empty line, the end, too many bytes or too much time."""
    request = b""
    deadline = time.monotonic() + PATIENCE_S
    while not re.search(rb"\n\r?\n", request) and len(request) < LONGEST_REQUEST:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            more = connection.recv(LONGEST_REQUEST - len(request))
        except TimeoutError:
            break
        if not more:
            break
        request += more
    return request


def judge(request: bytes) -> tuple[str | None, str, bool]:
    """The status to answer with, what the log says of the visit, and whether the page or its like follows."""
    parsed = REQUEST.match(request)
    if not request:
        return None, "says nothing", False
    if not parsed:
        ended = len(request) >= LONGEST_REQUEST or re.search(rb"\n\r?\n", request)
        return "400 Bad Request" if ended else "408 Request Timeout", "sends no request", True
    method, target, version, fields = parsed.groups()
    about = f"asks {method[:20].decode()} {target[:80].decode()}"
    hosts = re.findall(rb"(?im)^host:", fields)
    if len(hosts) > 1 or (version == b"1.1" and not hosts):  # RFC 9112, 3.2
        return "400 Bad Request", about, True
    if method not in {b"GET", b"HEAD"}:
        return "405 Method Not Allowed", about, True
    return "200 OK" if target.partition(b"?")[0] == b"/" else "404 Not Found", about, method == b"GET"


def response(status: str, encoding: str, with_body: bool) -> bytes:
    found = status.startswith("200")
    body = (PAGE if found else f"{status}\n").encode(encoding, "xmlcharrefreplace")
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: text/{'html' if found else 'plain'}; charset={encoding}",
        f"Content-Length: {len(body)}",
        *(["Allow: GET, HEAD"] if status.startswith("405") else []),
        "Connection: close",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii") + (body if with_body else b"")


def let_visitor_close(connection: socket.socket) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (left_s := deadline - time.monotonic()) > 0:
        connection.settimeout(left_s)
        try:
            if not connection.recv(LONGEST_REQUEST):
                return
        except TimeoutError:
            return


def say(line: str) -> None:
    with speaking:  # or the lines of two threads get mixed
        print(line)


def main() -> int:
    options = arguments()
    address = (options.host, options.port)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        server(address, options.encoding)
    except KeyboardInterrupt:
        speaking.acquire(timeout=1)  # no thread shall be in the middle of a line when Python ends
        return 0
    except (OSError, UnicodeError) as error:
        print(f"cannot listen at {address}: {getattr(error, 'strerror', None) or error}")
        return 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A web site of one page.")
    roles = parser.add_subparsers(dest="role", required=True, metavar="server")
    serve = roles.add_parser("server", help="show the page to every visitor")
    serve.add_argument("-p", "--port", type=port, default=3000, help="TCP port (default: %(default)s; HTTP has 80)")
    serve.add_argument("--host", default="0.0.0.0", help="address to listen at (default: %(default)s, all)")  # noqa: S104
    serve.add_argument("--encoding", type=encoding, default="utf-8", help="of the page (default: %(default)s)")
    return parser.parse_args()


def port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def encoding(name: str) -> str:
    try:
        PAGE.encode(name, "xmlcharrefreplace")
    except (LookupError, UnicodeError):
        raise argparse.ArgumentTypeError(f"no text encoding {name!r}; try utf-8, gbk or ascii") from None
    return name


if __name__ == "__main__":
    sys.exit(main())
