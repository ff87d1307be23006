"""udp_multi.py: every server is asked, and who owes no answer is not believed."""

import socket

import pytest


@pytest.fixture
def other():
    """A second server, at another address of the loopback interface and the same port as nobody's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(10)
        yield sock


def ask(start, port, *hosts, timeout="10"):
    client = start("udp_multi", "client", *hosts, "-p", port, "--timeout", timeout)
    client.type("sally\n")
    client.expect("Input lowercase sentence: ")
    return client


def test_all_answers_are_gathered(start, serve, other):
    _, port = serve("udp_echo")
    other.bind(("127.0.0.2", port))
    client = ask(start, port, "127.0.0.1", "127.0.0.2")
    client.expect("The OS assigned the address ('0.0.0.0', ")
    client.expect(f") to me\nThe server ('127.0.0.1', {port}) replied with 'SALLY'\n")
    data, address = other.recvfrom(100)
    assert data == b"sally"
    other.sendto("下".encode(), address)
    assert client.end() == (0, f"The server ('127.0.0.2', {port}) replied with '下'\n")


def test_a_stranger_and_a_second_answer_are_shown_and_not_believed(start, udp, other):
    port = udp.getsockname()[1]
    other.bind(("127.0.0.2", port))
    client = ask(start, port, "127.0.0.1", "127.0.0.2")
    address = udp.recvfrom(100)[1]
    udp.sendto(b"SALLY", address)
    udp.sendto(b"again", address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.3", port))
        stranger.sendto(b"\xffHARRY", address)
        client.expect(f"The server ('127.0.0.1', {port}) replied with 'SALLY'\n")
        assert client.expect("\n") == f"message 'again' from unexpected host ('127.0.0.1', {port})!\n"
        assert client.expect("\n") == rf"message '\\xffHARRY' from unexpected host ('127.0.0.3', {port})!" + "\n"
    other.sendto(b"SALLY", address)
    assert client.end() == (0, f"The server ('127.0.0.2', {port}) replied with 'SALLY'\n")


def test_who_does_not_answer_is_named(start, serve):
    _, port = serve("udp_echo")
    status, said = ask(start, port, "127.0.0.1", "127.0.0.2", timeout="0.2").end()
    assert said.endswith(f"replied with 'SALLY'\nno answer from ('127.0.0.2', {port})\n")
    assert status == 1


def test_a_host_that_is_named_twice_is_asked_once(start, udp):
    client = ask(start, udp.getsockname()[1], "127.0.0.1", "localhost", "127.0.0.1")
    udp.sendto(b"SALLY", udp.recvfrom(100)[1])
    assert client.end()[0] == 0
    udp.setblocking(False)
    with pytest.raises(BlockingIOError):
        udp.recv(1)


def test_a_host_without_a_way_to_it_does_not_keep_the_others_from_being_asked(start, serve):
    _, port = serve("udp_echo")
    status, said = ask(start, port, "255.255.255.255", "127.0.0.1").end()
    assert said.startswith(f"cannot talk to ('255.255.255.255', {port}): Permission denied\n")
    assert said.endswith(f"The server ('127.0.0.1', {port}) replied with 'SALLY'\n")
    assert status == 1


@pytest.mark.parametrize(
    ("typed", "options", "complaint"),
    [
        ("下午好\n", ["--encoding", "ascii"], "'下午好' cannot be written in ascii\n"),
        ("a" * 65_508 + "\n", [], "65508 bytes do not fit in one datagram: it holds 65507 at most\n"),
        ("", [], "\nno sentence, nothing sent\n"),
    ],
)
def test_what_cannot_be_sent_is_refused(start, typed, options, complaint):
    client = start("udp_multi", "client", "127.0.0.1", *options)
    client.type(typed)
    client.close_input()
    assert client.end() == (1, f"Input lowercase sentence: {complaint}")


def test_a_host_that_does_not_exist_is_named_before_anything_is_asked(start):
    status, said = start("udp_multi", "client", "127.0.0.1", "::1", "-p", 5).end()
    assert said.startswith("cannot talk to ('::1', 5): ")
    assert said.count("\n") == 1
    assert status == 1
