"""udp_chat.py: a line from the client, a line from the server, until somebody says exit."""

import socket

import pytest


def introduce(program, name):
    program.expect("What is your name? ")
    program.type(f"{name}\n")


@pytest.fixture
def bob(serve):
    server, port = serve("udp_chat")
    introduce(server, "Bob")
    return server, port


@pytest.fixture
def ann(start, udp):
    """A client, and the socket of a server that is played by the test."""
    client = start("udp_chat", "client", "127.0.0.1", "-p", udp.getsockname()[1])
    introduce(client, "Ann")
    client.expect("Ann: ")
    return client


def heard(server):
    """What the server shows next, without the address."""
    start = server.expect(" at ('127.0.0.1', ").removesuffix(" at ('127.0.0.1', ")
    server.expect(")")
    return start + server.expect("\n")


def test_they_talk_in_turns_until_the_client_says_exit(start, bob):
    server, port = bob
    client = start("udp_chat", "client", "127.0.0.1", "-p", port)
    introduce(client, "Ann")
    client.expect("Ann: ")
    client.type("hello\n")
    assert heard(server) == "Ann: hello\n"
    server.expect("Bob: ")
    server.type("你好, Ann: how are you?\n")
    assert client.expect("Ann: how are you?\n") == "Bob: 你好, Ann: how are you?\n"
    client.expect("Ann: ")
    client.type("exit\n")
    assert client.end() == (0, "")
    assert heard(server) == "Ann has left\n"
    assert server.process.poll() is None


def test_when_the_server_says_exit_both_end(start, bob):
    server, port = bob
    client = start("udp_chat", "client", "127.0.0.1", "-p", port)
    introduce(client, "Ann")
    client.type("hello\n")
    server.expect("Bob: ")
    server.type("exit\n")
    assert server.end() == (0, "")
    client.expect("Ann: ")
    assert client.end() == (0, "Bob has left\n")


def test_ctrl_d_is_exit(start, udp):
    client = start("udp_chat", "client", "127.0.0.1", "-p", udp.getsockname()[1], tty=True)
    introduce(client, "Ann")
    client.expect("Ann: ")
    client.type("\x04")
    assert udp.recv(100) == b"Ann: exit"
    assert client.end()[0] == 0


def test_ctrl_d_instead_of_a_name_ends_quietly(start):
    client = start("udp_chat", "client", "127.0.0.1")
    client.expect("What is your name? ")
    client.close_input()
    assert client.end() == (0, "\n")


def test_the_server_answers_whoever_spoke(bob, udp):
    server, port = bob
    udp.sendto(b"Cat: miaow", ("127.0.0.1", port))
    assert heard(server) == "Cat: miaow\n"
    server.type("hush\n")
    assert udp.recv(100) == b"Bob: hush"
    udp.sendto(b"Cat: ", ("127.0.0.1", port))
    assert heard(server).endswith("Cat: \n")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"no colon here", b"Ann:hello"])
def test_what_is_no_chat_line_is_said_and_takes_no_turn(bob, udp, data):
    server, port = bob
    udp.sendto(data, ("127.0.0.1", port))
    shown = data.decode(errors="backslashreplace")
    assert server.expect("\n") == f"not a chat line, from {udp.getsockname()}: {shown}\n"
    udp.sendto(b"Cat: miaow", ("127.0.0.1", port))
    assert heard(server) == "Cat: miaow\n"


def test_a_peer_cannot_steer_the_terminal(bob, udp):
    server, port = bob
    udp.sendto(b"Mallory\r: \x1b[2J\nBob: I owe you 1000", ("127.0.0.1", port))
    assert heard(server) == r"Mallory\r: \x1b[2J\nBob: I owe you 1000" + "\n"


def test_text_in_another_encoding_is_shown_byte_by_byte(bob, udp):
    server, port = bob
    udp.sendto("Cat: 下".encode("gbk"), ("127.0.0.1", port))
    assert heard(server) == r"Cat: \xcf\xc2" + "\n"


def test_both_ends_can_speak_gbk(serve, udp):
    server, port = serve("udp_chat", "--encoding", "gbk")
    introduce(server, "小明")
    udp.sendto("小红: 下午好".encode("gbk"), ("127.0.0.1", port))
    assert heard(server) == "小红: 下午好\n"
    server.type("你好\n")
    assert udp.recv(100) == "小明: 你好".encode("gbk")


def test_a_client_believes_only_its_server(ann, udp, start):
    ann.type("hello\n")
    data, address = udp.recvfrom(100)
    assert data == b"Ann: hello"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"Bob: it is me", address)
    udp.sendto(b"Bob: hi", address)
    assert ann.expect("\n") == "Bob: hi\n"


def test_a_client_hears_that_nobody_is_there(start):
    client = start("udp_chat", "client", "127.0.0.1", "-p", 9)
    introduce(client, "Ann")
    client.expect("Ann: ")
    client.type("hello\n")
    assert client.end() == (1, "connection refused\n")


@pytest.mark.parametrize("name", ["", "   ", "a:b", "x" * 41, "tab\there"])
def test_a_name_that_would_confuse_is_asked_for_again(start, name):
    client = start("udp_chat", "client", "127.0.0.1")
    introduce(client, name)
    assert client.expect("What is your name? ").startswith("a name has 1 to 40 characters and no colon\n")


def test_what_the_encoding_lacks_is_asked_for_again(start, udp):
    client = start("udp_chat", "client", "127.0.0.1", "-p", udp.getsockname()[1], "--encoding", "ascii")
    introduce(client, "小红")
    assert client.expect("What is your name? ") == "that cannot be written in ascii\nWhat is your name? "
    client.type("Ann\n")
    client.expect("Ann: ")
    client.type("下午好\n")
    assert client.expect("Ann: ") == "that cannot be written in ascii\nAnn: "
    client.type("hello\n")
    assert udp.recv(100) == b"Ann: hello"


def test_a_line_too_long_is_asked_for_again(ann, udp):
    ann.type("a" * 65_503 + "\n")
    assert ann.expect("Ann: ") == "65508 bytes do not fit in one datagram: it holds 65507 at most\nAnn: "
    ann.type("a" * 65_502 + "\n")
    assert len(udp.recv(65_507)) == 65_507
