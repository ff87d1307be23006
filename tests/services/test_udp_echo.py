"""udp_echo.py: datagrams go out in lower case and come back in upper case."""

import socket
import time

import pytest

UNKNOWN_PORT = 9  # discard: nobody listens there


def converse(start, sentence, port, *options, **how):
    client = start("udp_echo", "client", "127.0.0.1", "-p", port, *options, **how)
    client.type(f"{sentence}\n")
    status, said = client.end()
    return status, said.removeprefix("Input lowercase sentence: ")


def test_a_sentence_comes_back_in_upper_case(start, serve):
    server, port = serve("udp_echo")
    status, said = converse(start, "sally", port)
    assigned, replied = said.splitlines()
    mine = int(assigned.removeprefix("The OS assigned the address ('0.0.0.0', ").removesuffix(") to me"))
    assert replied == f"The server ('127.0.0.1', {port}) replied with 'SALLY'"
    assert status == 0
    assert server.expect("\n") == f"The client at ('127.0.0.1', {mine}) says 'sally'\n"


def test_a_connected_client_knows_its_own_address(start, serve):
    _, port = serve("udp_echo")
    status, said = converse(start, "sally", port, "--connect")
    assert said.startswith("The OS assigned the address ('127.0.0.1', ")
    assert said.endswith(f") to me\nThe server ('127.0.0.1', {port}) replied with 'SALLY'\n")
    assert status == 0


@pytest.mark.parametrize("sentence", ["", "下午好 sally", "straße"])
def test_any_sentence_is_echoed(start, serve, sentence):
    _, port = serve("udp_echo")
    _, said = converse(start, sentence, port)
    assert said.endswith(f"replied with {sentence.upper()!r}\n")


def test_both_ends_can_speak_gbk(start, serve, udp):
    server, port = serve("udp_echo", "--encoding", "gbk")
    _, said = converse(start, "下午好 a", port, "--encoding", "gbk")
    assert said.endswith("replied with '下午好 A'\n")
    udp.sendto("早".encode("gbk"), ("127.0.0.1", port))
    assert udp.recv(100) == "早".encode("gbk")
    assert server.process.poll() is None


@pytest.mark.parametrize(
    ("encoding", "data", "complaint"),
    [
        ("utf-8", "下".encode("gbk"), "'utf-8' codec can't decode byte 0xcf in position 0: invalid continuation byte"),
        ("utf-8", "下".encode()[:2], "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data"),
        ("ascii", "下".encode(), "'ascii' codec can't decode byte 0xe4 in position 0: ordinal not in range(128)"),
        ("latin-1", b"\xff", None),  # ÿ, whose capital Ÿ latin-1 does not have
        ("utf-8", "ŉ".encode() * 32_753, "[Errno 90] Message too long"),  # its capital takes one byte more
    ],
)
def test_a_datagram_that_cannot_be_answered_costs_one_line(serve, udp, encoding, data, complaint):
    server, port = serve("udp_echo", "--encoding", encoding)
    mine = udp.getsockname()
    udp.sendto(data, ("127.0.0.1", port))
    line = server.expect("\n")
    if line.startswith(f"The client at {mine} says"):
        line = server.expect("\n")
    assert line.startswith(f"The client at {mine} cannot be answered: ")
    assert complaint is None or line.endswith(f"{complaint}\n")
    udp.sendto(b"next", ("127.0.0.1", port))
    assert udp.recv(100) == b"NEXT"


def test_control_characters_reach_no_terminal(start, serve, udp):
    server, port = serve("udp_echo")
    udp.sendto(b"\x1b[2J\r\n", ("127.0.0.1", port))
    assert server.expect("\n").endswith(r"says '\x1b[2J\r\n'" + "\n")


def test_a_server_survives_a_terminal_that_lacks_the_letters(serve, udp):
    server, port = serve("udp_echo", env={"PYTHONIOENCODING": "ascii"})
    udp.sendto("下".encode(), ("127.0.0.1", port))
    assert server.expect("\n").endswith(r"says '\u4e0b'" + "\n")


def test_the_largest_datagram_passes(start, serve):
    _, port = serve("udp_echo")
    status, said = converse(start, "a" * 65_507, port)
    assert said.endswith(f"replied with '{'A' * 65_507}'\n")
    assert status == 0


def test_a_larger_one_is_refused_before_it_is_sent(start, udp):
    status, said = converse(start, "a" * 65_508, udp.getsockname()[1])
    assert (status, said) == (1, "65508 bytes do not fit in one datagram: it holds 65507 at most\n")
    udp.setblocking(False)
    with pytest.raises(BlockingIOError):
        udp.recv(1)


def test_a_sentence_that_the_encoding_lacks_is_refused_before_it_is_sent(start):
    status, said = converse(start, "下午好", UNKNOWN_PORT, "--encoding", "ascii")
    assert (status, said) == (1, "'下午好' cannot be written in ascii\n")


def test_bytes_that_are_no_text_at_all_are_refused(start):
    status, said = converse(start, "\udcff", UNKNOWN_PORT)
    assert (status, said) == (1, r"'\udcff' cannot be written in utf-8" + "\n")


def test_ctrl_d_sends_nothing(start):
    client = start("udp_echo", "client", "127.0.0.1", "-p", UNKNOWN_PORT)
    client.expect("Input lowercase sentence: ")
    client.close_input()
    assert client.end() == (1, "\nno sentence, nothing sent\n")


def test_a_connected_client_hears_that_nobody_is_there(start):
    status, said = converse(start, "sally", UNKNOWN_PORT, "--connect")
    assert said.endswith("to me\nconnection refused\n")
    assert status == 1


def test_a_client_asks_again_with_twice_the_patience(start, udp):
    before = time.monotonic()
    status, said = converse(start, "sally", udp.getsockname()[1], "--timeout", "0.05", "--retries", "2")
    assert time.monotonic() - before >= 0.05 + 0.1 + 0.2
    assert said.endswith(f"to me\nno answer from {udp.getsockname()} after 3 tries\n")
    assert status == 1
    assert [udp.recv(100) for _ in range(3)] == [b"sally"] * 3


def test_without_retries_it_asks_once(start, udp):
    status, said = converse(start, "sally", udp.getsockname()[1], "--timeout", "0.05")
    assert said.endswith(f"no answer from {udp.getsockname()} after 1 try\n")
    assert status == 1


def test_retries_mend_a_lost_datagram(start, udp):
    client = start("udp_echo", "client", "127.0.0.1", "-p", udp.getsockname()[1], "--timeout", "0.1", "--retries", "9")
    client.type("sally\n")
    udp.recv(100)  # lost
    _, address = udp.recvfrom(100)
    udp.sendto(b"SALLY", address)
    assert client.end()[1].endswith("replied with 'SALLY'\n")


@pytest.mark.parametrize("options", [[], ["--connect"]])
def test_a_stranger_is_not_believed(start, udp, options):
    client = start("udp_echo", "client", "127.0.0.1", "-p", udp.getsockname()[1], *options)
    client.type("sally\n")
    _, address = udp.recvfrom(100)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"HARRY", address)
        warning = f"message 'HARRY' from unexpected host ('127.0.0.1', {stranger.getsockname()[1]})!\n"
    udp.sendto(b"SALLY", address)
    status, said = client.end()
    assert said.endswith("replied with 'SALLY'\n")
    assert (warning in said) == (not options)
    assert "replied with 'HARRY'" not in said
    assert status == 0


def test_an_answer_in_another_encoding_is_shown_byte_by_byte(start, udp):
    client = start("udp_echo", "client", "127.0.0.1", "-p", udp.getsockname()[1])
    client.type("sally\n")
    udp.sendto("下".encode("gbk"), udp.recvfrom(100)[1])
    assert client.end()[1].endswith(r"replied with '\\xcf\\xc2'" + "\n")


def test_the_prompt_stands_before_what_is_typed_on_a_terminal(start, serve):
    _, port = serve("udp_echo")
    client = start("udp_echo", "client", "127.0.0.1", "-p", port, tty=True)
    client.expect("Input lowercase sentence: ")
    client.type("sally\n")
    status, said = client.end()
    assert said.startswith("sally\nThe OS assigned")
    assert status == 0


def test_more_than_ten_retries_are_not_offered(start):
    status, said = start("udp_echo", "client", "127.0.0.1", "--retries", "11").end()
    assert status == 2
    assert "--retries" in said
