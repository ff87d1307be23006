"""http_site.py: one page, and nothing else, for whoever asks properly."""

import socket
import struct
import urllib.request

import pytest

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def server(serve):
    return serve("http_site")


@pytest.fixture
def ask(server, connect, receive_all):
    """ask(request): status line, header lines, body."""

    def send(request, half_close=False):
        with connect(server[1]) as sock:
            sock.sendall(request)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
            head, _, body = receive_all(sock).partition(b"\r\n\r\n")
        status, *fields = head.decode().split("\r\n")
        return status, fields, body

    return send


def test_a_browser_sees_the_page(server):
    program, port = server
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as response:
        page = response.read().decode()
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert int(response.headers["Content-Length"]) == len(page.encode())
    assert "<title>You have arrived</title>" in page
    assert "欢迎" in page
    assert program.expect("\n").endswith(") asks GET /: 200 OK\n")


def test_the_page_can_have_any_encoding(serve, connect, receive_all):
    for name, welcome in (("gbk", "欢迎".encode("gbk")), ("ascii", b"&#27426;&#36814;")):
        _, port = serve("http_site", "--encoding", name)
        sock = connect(port)
        sock.sendall(GET)
        page = receive_all(sock)
        assert f"charset={name}".encode() in page
        assert welcome in page


def test_head_gets_the_header_alone(ask):
    status, fields, body = ask(GET.replace(b"GET", b"HEAD"))
    assert (status, body) == ("HTTP/1.1 200 OK", b"")
    assert fields == ask(GET)[1]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", "200 OK"),
        (b"GET / HTTP/1.0\n\n", "200 OK"),
        (b"GET /?q=1 HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK"),
        (b"GET /../../etc/passwd HTTP/1.0\r\n\r\n", "404 Not Found"),
        (b"GET /<script> HTTP/1.0\r\n\r\n", "404 Not Found"),
        (b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "405 Method Not Allowed"),
        (b"get / HTTP/1.0\r\n\r\n", "405 Method Not Allowed"),
        (b"GET / HTTP/1.1\r\n\r\n", "400 Bad Request"),  # 1.1 needs a Host
        (b"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", "400 Bad Request"),
        (b"GET / HTTP/2\r\n\r\n", "400 Bad Request"),
        (b"hello\r\n\r\n", "400 Bad Request"),
        (b"\r\n\r\n", "400 Bad Request"),
        (b"\xff\x00 / HTTP/1.0\r\n\r\n", "400 Bad Request"),
        (b"GET / HTTP/1.0\r\nX: \r\r\n\r\n", "400 Bad Request"),
        (b"GET /" + b"a" * 10_000, "400 Bad Request"),
    ],
)
def test_every_request_has_its_status(ask, request_, status):
    seen, fields, body = ask(request_)
    assert seen == f"HTTP/1.1 {status}"
    assert f"Content-Length: {len(body)}" in fields
    assert ("Allow: GET, HEAD" in fields) == status.startswith("405")
    assert b"script" not in body


def test_a_request_in_pieces_is_put_together(server, connect, receive_all):
    sock = connect(server[1])
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in (b"GET", b" / HTTP/1.1\r\nHo", b"st: x\r\n\r", b"\n"):
        sock.sendall(piece)
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_request_cut_short_is_not_waited_for(ask):
    assert ask(b"GET / HT", half_close=True)[0] == "HTTP/1.1 408 Request Timeout"


def test_a_visitor_that_says_nothing_hears_nothing(server, connect, receive_all):
    program, port = server
    sock = connect(port)
    mine = sock.getsockname()
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock) == b""
    assert program.expect("\n") == f"The visitor at {mine} says nothing\n"


def test_silent_visitors_hold_up_nobody(server, connect, ask):
    for _ in range(20):
        connect(server[1]).sendall(b"GET")
    assert ask(GET)[0] == "HTTP/1.1 200 OK"


def test_a_reset_is_survived(server, connect, ask):
    program, port = server
    with connect(port) as sock:
        mine = sock.getsockname()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then sends a RST
    program.expect(f"Lost {mine}: Connection reset by peer\n")
    assert ask(GET)[0] == "HTTP/1.1 200 OK"


def test_a_long_address_makes_no_long_line(server, ask):
    ask(b"GET /" + b"a" * 5_000 + b" HTTP/1.0\r\n\r\n")
    assert len(server[0].expect("\n")) < 200
