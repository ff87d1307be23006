"""dns.py: names become addresses, and no datagram brings the server out of step or makes it an amplifier."""

import socket
import struct

import pytest

HEADER = struct.Struct("!6H")
HOSTS = b"""# comment
127.0.0.1 localhost
203.0.113.10 Server.Lab server  # the one
203.0.113.20 server
::1 ip6-localhost
rubbish here
256.1.1.1 wrong
203.0.113.30 xn--fsqu00a.lab
"""


def question(name, kind=1, family=1):
    parts = b"".join(bytes([len(part)]) + part for part in name.split(b".")) if name else b""
    return parts + b"\0" + struct.pack("!2H", kind, family)


def query(name, *, number=7, flags=0x0100, kind=1, family=1, questions=1):
    return HEADER.pack(number, flags, questions, 0, 0, 0) + question(name, kind, family)


@pytest.fixture
def server(serve, tmp_path):
    (tmp_path / "hosts").write_bytes(HOSTS)
    return serve("dns", "--hosts", tmp_path / "hosts")


@pytest.fixture
def ask(server, udp):
    def send(message):
        udp.sendto(message, ("127.0.0.1", server[1]))
        return udp.recv(65_507)

    return send


def converse(start, port, name, *options):
    return start("dns", "client", "127.0.0.1", name, "-p", port, *options).end()


@pytest.mark.parametrize(
    ("name", "said", "told"),
    [
        ("server.lab", "'server.lab' has the address 203.0.113.10\n", "'server.lab': 203.0.113.10"),
        ("SERVER.Lab.", "'SERVER.Lab.' has the address 203.0.113.10\n", "'SERVER.Lab': 203.0.113.10"),
        ("server", "'server' has the address 203.0.113.10\n", "'server': 203.0.113.10"),
        ("例子.lab", "'例子.lab' has the address 203.0.113.30\n", "'xn--fsqu00a.lab': 203.0.113.30"),
        ("nobody.lab", "no such name: 'nobody.lab'\n", "'nobody.lab': no such name"),
        ("wrong", "no such name: 'wrong'\n", "'wrong': no such name"),
    ],
)
def test_a_name_has_an_address_or_there_is_no_such_name(start, server, name, said, told):
    program, port = server
    assert converse(start, port, name) == (int("no such" in said), said)
    assert program.expect("\n").endswith(f"asks for {told}\n")


def test_the_answer_is_the_question_and_one_record(ask):
    asked = query(b"server.lab")
    record = b"\xc0\x0c\0\x01\0\x01" + struct.pack("!IH", 60, 4) + bytes([203, 0, 113, 10])
    assert ask(asked) == HEADER.pack(7, 0x8500, 1, 1, 0, 0) + asked[12:] + record


def test_what_follows_the_question_is_left_out(ask):
    edns = HEADER.pack(7, 0x0100, 1, 0, 0, 1) + question(b"server") + b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
    assert len(ask(edns)) == len(query(b"server")) + 16


@pytest.mark.parametrize(
    ("message", "flags"),
    [
        (query(b"nobody"), 0x8503),
        (query(b"server", kind=28), 0x8500),
        (query(b"nobody", kind=28), 0x8503),
        (query(b"server", family=3), 0x8105),
        (query(b"server", flags=0x1000), 0x9004),
        (query(b"server", questions=0), 0x8101),
        (query(b"server", questions=2), 0x8101),
        (query(b"server")[:-1], 0x8101),
        (query(b"server")[:15], 0x8101),
        (HEADER.pack(7, 0x0100, 1, 0, 0, 0), 0x8101),
        (HEADER.pack(7, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c\0\x01\0\x01", 0x8101),  # a name that points at itself
        (query(b".".join([b"a" * 63] * 4)), 0x8101),
        (HEADER.pack(7, 0x0100, 1, 0, 0, 0) + b"\x06server\x03a.b\0\0\x01\0\x01", 0x8101),
        (query(b"\xff\x00\x1b[2J"), 0x8503),
        (query(b""), 0x8503),
    ],
)
def test_what_has_no_address_is_answered_with_the_reason_and_no_byte_more_than_was_asked(ask, message, flags):
    answer = ask(message)
    assert HEADER.unpack_from(answer)[:2] == (7, flags)
    assert HEADER.unpack_from(answer)[3:] == (0, 0, 0)
    assert len(answer) <= len(message)


def test_it_is_silent_to_answers_and_to_what_is_too_short(server, udp, ask):
    program, port = server
    for message in (b"", b"x" * 11, query(b"server", flags=0x8500)):
        udp.sendto(message, ("127.0.0.1", port))
        assert program.expect("\n") == f"Ignored {udp.getsockname()}: no question\n"
    assert ask(query(b"server", number=8))[:2] == b"\0\x08"  # the first that comes back


def test_two_servers_do_not_talk_to_each_other_for_ever(server, ask):
    program, port = server
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as same_port:
        same_port.bind(("127.0.0.2", port))
        same_port.sendto(query(b"server"), ("127.0.0.1", port))
        program.expect(f"Ignored ('127.0.0.2', {port}): from my own port, as another server like me would\n")
        assert ask(query(b"server"))
        same_port.setblocking(False)
        with pytest.raises(BlockingIOError):
            same_port.recv(100)


def test_a_broadcast_is_not_answered(start, udp):
    server = start("dns", "server", "-p", 0)
    server.expect("Listening at ('0.0.0.0', ")
    port = int(server.expect(")\n")[:-2])
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    udp.sendto(query(b"localhost"), ("127.255.255.255", port))
    assert server.expect("\n") == f"Ignored {udp.getsockname()}: sent to 127.255.255.255, not to me alone\n"


def test_control_characters_reach_no_terminal(server, ask):
    program, _ = server
    ask(query(b"\xff\x1b[2J"))
    assert program.expect("\n").endswith(r"asks for '\\xff\x1b[2J': no such name" + "\n")


def test_a_file_of_names_that_is_not_there_is_said_in_one_line(start, tmp_path):
    status, said = start("dns", "server", "-p", 0, "--hosts", tmp_path / "none").end()
    assert (status, said) == (1, f"cannot read '{tmp_path}/none': No such file or directory\n")


# ------------------------------------------------------------------ the client


def reply(asked, flags=0x8180, answers=1, records=b"", body=None):
    return asked[:2] + struct.pack("!5H", flags, 1, answers, 0, 0) + (asked[12:] if body is None else body) + records


RECORD = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xcb\x00\x71\x0a"
ALIAS = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x05\x03www\0"
OTHER = b"\x03www\0\0\x01\0\x01\0\0\0\x3c\0\x04\xcb\x00\x71\x14"


def answer_with(start, udp, make, *options):
    client = start("dns", "client", "127.0.0.1", "www.lab", "-p", udp.getsockname()[1], *options)
    asked, address = udp.recvfrom(1000)
    for message in make(asked):
        udp.sendto(message, address)
    return client.end()


def test_an_alias_and_several_addresses_are_read(start, udp):
    made = answer_with(start, udp, lambda asked: [reply(asked, answers=3, records=ALIAS + OTHER + RECORD)])
    assert made == (0, "'www.lab' has the address 203.0.113.20\n'www.lab' has the address 203.0.113.10\n")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda asked: reply(asked, answers=2, records=RECORD), "the answer makes no sense: cut short\n"),
        (lambda asked: reply(asked, records=RECORD[:-1]), "the answer makes no sense: cut short\n"),
        (lambda asked: reply(asked, records=b"\xc0"), "the answer makes no sense: cut short\n"),
        (lambda asked: reply(asked, answers=65_535), "the answer makes no sense: cut short\n"),
        (lambda asked: reply(asked, flags=0x0100, answers=0), "the answer makes no sense: it is a question\n"),
        (lambda asked: reply(asked, answers=0), "'www.lab' has no IPv4 address\n"),
        (lambda asked: reply(asked, answers=0, flags=0x8185), "the server says: it refuses\n"),
        (lambda asked: reply(asked, answers=0, flags=0x818B), "the server says: error 11\n"),
        (
            lambda asked: reply(asked, answers=0, flags=0x8181, body=b""),
            "the server says: it does not understand the question\n",
        ),
    ],
)
def test_an_answer_without_an_address_is_told(start, udp, make, said):
    assert answer_with(start, udp, lambda asked: [make(asked)]) == (1, said)


def test_answers_to_other_questions_are_not_believed(start, udp):
    def forge(asked):
        wrong_number = bytes([asked[0] ^ 1]) + asked[1:]
        wrong_name = reply(asked, records=RECORD, body=question(b"evil.lab"))
        return [b"", reply(wrong_number, records=RECORD), wrong_name, reply(asked, records=OTHER)]

    status, said = answer_with(start, udp, forge)
    assert [line.split()[0] for line in said.splitlines()] == ["ignored"] * 3 + ["'www.lab'"]
    assert said.endswith("'www.lab' has the address 203.0.113.20\n")
    assert status == 0


def test_it_asks_again_and_then_gives_up(start, udp):
    status, said = answer_with(start, udp, lambda _: [], "--timeout", "0.05", "--retries", "1")
    assert (status, said) == (1, f"no answer from {udp.getsockname()} after 2 tries\n")
    assert udp.recv(100)


def test_nobody_there_is_said(start):
    assert converse(start, 9, "server") == (1, "connection refused\n")


@pytest.mark.parametrize("name", ["", ".", "a..b", "a" * 64, ".".join(["a" * 63] * 4)])
def test_what_is_no_name_is_not_asked_for(start, name):
    status, said = converse(start, 9, name)
    assert f"{name!r} is no name: parts of 1 to 63 letters with dots between, 253 in all" in said
    assert status == 2
