"""udp_send.py and udp_receive.py: lines go one way, and nothing comes back."""

import socket

import pytest


@pytest.fixture
def receiver(start):
    program = start("udp_receive", "--host", "127.0.0.1", "-p", 0)
    return program, program.listening_port()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_lines_arrive_with_the_port_that_the_sender_has_bound(start, receiver):
    program, port = receiver
    mine = free_port()
    sender = start("udp_send", "127.0.0.1", "-p", port, "--from-port", mine)
    sender.type("hello\n\n下午好\nexit\nmore\n")
    begin = f"Sending from ('0.0.0.0', {mine}) to ('127.0.0.1', {port})\n"
    assert sender.end() == (0, begin + "Line to send: " * 4)
    for line in ("hello", "", "下午好"):
        assert program.expect("\n") == f"The sender at ('127.0.0.1', {mine}) says {line!r}\n"
    assert program.stop() == (0, "")  # neither `exit` nor what followed was sent


def test_7890_and_8080_are_the_ports_if_no_others_are_given(start):
    for name, ports in {"udp_send": ["8080", "7890"], "udp_receive": ["8080"]}.items():
        said = start(name, "--help").end()[1]
        assert all(f"(default: {port})" in said for port in ports)


def test_ctrl_d_ends_the_sender(start):
    sender = start("udp_send", "127.0.0.1", "--from-port", 0, tty=True)
    sender.expect("Line to send: ")
    sender.type("\x04")
    assert sender.end() == (0, "\n")


def test_nobody_need_be_there(start):
    sender = start("udp_send", "127.0.0.1", "-p", 9, "--from-port", 0)
    sender.type("a\nb\nc\nexit\n")
    assert sender.end()[0] == 0


def test_both_can_speak_gbk(start):
    program = start("udp_receive", "--host", "127.0.0.1", "-p", 0, "--encoding", "gbk")
    sender = start("udp_send", "127.0.0.1", "-p", program.listening_port(), "--from-port", 0, "--encoding", "gbk")
    sender.type("下午好\n")
    program.expect(") says '下午好'\n")


def test_what_the_receiver_cannot_understand_costs_one_line(receiver, udp):
    program, port = receiver
    for data in (b"\xff", "下".encode()[:2], b"\x1b[2J", b"a" * 65_507):
        udp.sendto(data, ("127.0.0.1", port))
    mine = udp.getsockname()
    assert program.expect("\n").startswith(f"The sender at {mine} cannot be understood: 'utf-8' codec can't decode")
    assert program.expect("\n").startswith(f"The sender at {mine} cannot be understood: 'utf-8' codec can't decode")
    assert program.expect("\n") == rf"The sender at {mine} says '\x1b[2J'" + "\n"
    assert program.expect("\n") == f"The sender at {mine} says '{'a' * 65_507}'\n"


def test_what_cannot_be_sent_is_refused_and_asked_again(start, udp):
    port = udp.getsockname()[1]
    sender = start("udp_send", "127.0.0.1", "-p", port, "--from-port", 0, "--encoding", "ascii")
    sender.type("下\n" + "a" * 65_508 + "\nlast\nexit\n")
    status, said = sender.end()
    assert "'下' cannot be written in ascii\n" in said
    assert "65508 bytes do not fit in one datagram: it holds 65507 at most\n" in said
    assert status == 0
    assert udp.recv(100) == b"last"


def test_a_port_in_use_and_an_unknown_host_are_said_in_one_line(start, udp):
    taken = udp.getsockname()[1]
    said = start("udp_send", "127.0.0.1", "--from-host", "127.0.0.1", "--from-port", taken).end()
    reason = "Address already in use"
    assert said == (1, f"cannot send from ('127.0.0.1', {taken}) to ('127.0.0.1', 8080): {reason}\n")
    assert start("udp_receive", "--host", "127.0.0.1", "-p", taken).end()[1].endswith(f"{reason}\n")
    status, said = start("udp_send", "a" * 70).end()
    assert said.startswith(f"cannot send from ('0.0.0.0', 7890) to ('{'a' * 70}', 8080): ")
    assert (status, said.count("\n")) == (1, 1)


def test_a_member_of_a_group_hears_what_is_sent_to_it(start):
    program = start("udp_receive", "--host", "127.0.0.1", "-p", 0, "--group", "239.1.2.3")
    program.expect("Listening at ('239.1.2.3', ")
    port = int(program.expect(")\n")[:-2])
    sender = start("udp_send", "239.1.2.3", "-p", port, "--from-host", "127.0.0.1", "--from-port", 0)
    sender.type("hello\nexit\n")
    assert sender.end()[0] == 0
    assert program.expect("\n").endswith(") says 'hello'\n")
    alone = start("udp_send", "127.0.0.1", "-p", port, "--from-port", 0)  # the same port, but not the group
    alone.type("nobody listens\nexit\n")
    assert alone.end()[0] == 0
    assert program.stop() == (0, "")


@pytest.mark.parametrize("text", ["10.0.0.1", "240.0.0.0", "223.255.255.255", "ff02::1", "group"])
def test_what_is_no_group_is_refused(start, text):
    status, said = start("udp_receive", "--group", text).end()
    assert status == 2
    assert said.endswith(f"argument --group: '{text}' is no multicast group: 224.0.0.0 to 239.255.255.255\n")


def test_a_group_is_joined_only_at_an_interface_of_this_host(start):
    said = start("udp_receive", "--group", "239.1.2.3", "--host", "192.0.2.1").end()
    assert said == (1, "cannot listen at ('192.0.2.1', 8080): No such device\n")
