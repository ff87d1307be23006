"""assist.py: a person can play the other end of any program, over UDP and TCP, in text and in bytes."""

import re
import signal
import socket

import pytest

TIME = r"\d\d:\d\d:\d\d\.\d{3}"


@pytest.fixture
def assist(start):
    def begin(*arguments, **how):
        program = start("assist", *arguments, **how)
        return program, program.listening_port()

    return begin


@pytest.fixture
def by_udp(assist, udp):
    """One that talks to our UDP socket."""
    program, port = assist("udp", "--bind", "127.0.0.1:0", "--to", f"127.0.0.1:{udp.getsockname()[1]}")
    return program, port


def line(program):
    """The next line, without its time."""
    text = program.expect("\n")
    assert re.match(rf"{TIME} ", text), text
    return text[13:]


def test_text_goes_both_ways_over_udp(by_udp, udp):
    program, port = by_udp
    mine = udp.getsockname()
    program.type("hello 下\n")
    assert line(program) == f"sent 9 bytes to {mine}\n"
    assert udp.recvfrom(100) == ("hello 下".encode(), ("127.0.0.1", port))
    for data, shown in (
        (b"hi\r\n\x1b", r"5 bytes: 'hi\r\n\x1b'"),
        (b"\xff", r"1 bytes: '\\xff'"),
        (b"", "0 bytes: ''"),
    ):
        udp.sendto(data, ("127.0.0.1", port))
        assert line(program) == f"{mine} sends {shown}\n"
    program.type("/quit\n")
    assert program.end() == (0, "")


def test_bytes_go_both_ways(assist, udp):
    program, port = assist("udp", "--bind", "127.0.0.1:0", "--hex", "--end", "crlf")
    mine = udp.getsockname()
    udp.sendto(b"\x00hi", ("127.0.0.1", port))
    assert line(program) == f"{mine} sends 3 bytes: 00 68 69\n"
    program.type("68 65 0a\n")  # to who sent last
    assert line(program) == f"sent 3 bytes to {mine}\n"
    assert udp.recv(100) == b"he\n"
    program.type("hello\n")
    program.expect("'hello' is no bytes: two digits each, 0 to 9 and a to f, as in 68 65 0a\n")


def test_commands(by_udp, udp):
    program, _ = by_udp
    program.type("/hex ff00\n//text\n/nonsense\n/to nowhere\n/to 127.0.0.1:70000\n/repeat 5\n/hex f\n")
    assert udp.recv(100) == b"\xff\x00"
    assert udp.recv(100) == b"/text"
    program.expect("no command '/nonsense': /hex, /to, /repeat, /quit, or // for a text that begins with /\n")
    program.expect("'nowhere' is no HOST:PORT, as in server:3000\n")
    program.expect("'70000' is no port: 0 to 65535\n")
    program.expect("'5' is no interval: 10 to 3600000 ms, or 0 to stop\n")
    program.expect("'f' is no bytes: ")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(10)
        program.type(f"/to localhost:{other.getsockname()[1]}\nhello\n")
        assert other.recv(100) == b"hello"


def test_the_last_can_be_repeated_until_told_otherwise(by_udp, udp):
    program, _ = by_udp
    program.type("tick\n/repeat 10\n")
    assert [udp.recv(100) for _ in range(5)] == [b"tick"] * 5
    program.type("/repeat 0\n/hex 00\n")
    while udp.recv(100) != b"\0":
        pass
    udp.settimeout(0.1)
    with pytest.raises(TimeoutError):
        udp.recv(100)


@pytest.mark.parametrize(("end", "data"), [("none", b"a"), ("cr", b"a\r"), ("lf", b"a\n"), ("crlf", b"a\r\n")])
def test_a_text_can_have_an_end(assist, udp, end, data):
    program, _ = assist("udp", "--bind", "127.0.0.1:0", "--to", f"127.0.0.1:{udp.getsockname()[1]}", "--end", end)
    program.type("a\n")
    assert udp.recv(100) == data


def test_it_speaks_gbk(assist, udp):
    program, port = assist("udp", "--bind", "127.0.0.1:0", "--encoding", "gbk")
    udp.sendto("下午好".encode("gbk"), ("127.0.0.1", port))
    assert line(program).endswith("sends 6 bytes: '下午好'\n")
    program.type("早\n\U0001f375\n")
    assert udp.recv(100) == "早".encode("gbk")
    program.expect("'\U0001f375' cannot be written in gbk\n")


def test_broadcast_is_allowed_where_it_is_asked_for(assist):
    refused, _ = assist("udp", "--bind", "127.0.0.1:0", "--to", "127.255.255.255:9")
    refused.type("a\n")
    refused.expect("that did not work: Permission denied\n")
    allowed, _ = assist("udp", "--bind", "127.0.0.1:0", "--to", "127.255.255.255:9", "--broadcast")
    allowed.type("a\n")
    assert line(allowed) == "sent 1 bytes to ('127.255.255.255', 9)\n"


def test_over_udp_what_cannot_be_sent_is_told(assist):
    program, _ = assist("udp", "--bind", "127.0.0.1:0")
    program.type("hello\n")
    program.expect("to whom? /to HOST:PORT, or wait until somebody sends\n")
    program.type("/to 127.0.0.1:9\n" + "a" * 65_508 + "\n")
    program.expect("65508 bytes do not fit in one datagram: it holds 65507 at most\n")


def test_it_is_the_other_end_of_a_server_over_tcp(start, serve):
    _, port = serve("tcp_echo")
    program = start("assist", "tcp", "--to", f"127.0.0.1:{port}", "--end", "lf")
    program.expect(f") to ('127.0.0.1', {port})\n")
    program.type("sally\n")
    assert {line(program), line(program)} == {  # the answer may come before its own word of what it sent
        f"sent 6 bytes to ('127.0.0.1', {port})\n",
        rf"('127.0.0.1', {port}) sends 6 bytes: 'SALLY\n'" + "\n",
    }
    program.type("/to 127.0.0.1:9\n")
    program.expect("a connection has its peer already: /to is for UDP\n")
    program.close_input()
    assert program.end() == (0, "")


def test_it_is_the_other_end_of_many_clients_over_tcp(assist, connect):
    program, port = assist("tcp", "--bind", "127.0.0.1:0")
    program.type("hello\n")
    program.expect("nobody is connected\n")
    first, second = connect(port), connect(port)
    for _ in range(2):
        assert line(program).endswith(" connected\n")
    program.type("hello\n")
    assert (first.recv(100), second.recv(100)) == (b"hello", b"hello")
    for _ in range(2):
        line(program)
    mine = first.getsockname()
    first.close()
    assert line(program) == f"{mine} closed the connection\n"
    program.type("again\n")
    assert second.recv(100) == b"again"


def test_a_peer_that_resets_is_told_and_forgotten(assist, connect):
    program, port = assist("tcp", "--bind", "127.0.0.1:0")
    sock = connect(port)
    mine = sock.getsockname()
    line(program)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close() then sends a RST
    sock.close()
    assert line(program) == f"{mine} is lost: Connection reset by peer\n"
    program.type("hello\n")
    program.expect("nobody is connected\n")


def test_on_a_terminal_that_can_it_has_a_history(assist, udp):
    to = f"127.0.0.1:{udp.getsockname()[1]}"
    program, port = assist("udp", "--bind", "127.0.0.1:0", "--to", to, tty=True, env={"TERM": "xterm"})
    program.type("hello\n")
    assert udp.recv(100) == b"hello"
    program.expect("sent 5 bytes")
    program.type("\x1b[A\n")  # cursor up
    assert udp.recv(100) == b"hello"
    program.expect("sent 5 bytes")
    program.type("half")
    program.expect("half")
    udp.sendto(b"in between", ("127.0.0.1", port))
    program.expect("sends 10 bytes: 'in between'\n")
    program.expect("half")  # what is being typed stands there again
    program.type(" done\n")
    assert udp.recv(100) == b"half done"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly(by_udp, number):
    assert by_udp[0].stop(number) == (130, "")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["tcp"], 2, "error: tcp needs --to HOST:PORT, to connect, or --bind PORT, to listen"),
        (["udp", "--to", "server"], 2, "'server' is no HOST:PORT, as in server:3000"),
        (["udp", "--to", "server:0"], 2, "'server:0' is no HOST:PORT, as in server:3000"),
        (["udp", "--bind", "70000"], 2, "'70000' is no port: 0 to 65535"),
        (["udp", "--encoding", "klingon"], 2, "no text encoding 'klingon'; try utf-8, gbk, ascii or latin-1"),
        (["tcp", "--to", "127.0.0.1:9"], 1, "cannot talk to 127.0.0.1:9: Connection refused"),
        (["tcp", "--bind", "192.0.2.77:5"], 1, "cannot listen at ('192.0.2.77', 5): Cannot assign requested address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_begins(start, arguments, status, said):
    seen, output = start("assist", *arguments).end()
    assert said in output.splitlines()[-1]
    assert seen == status
    assert "Traceback" not in output
