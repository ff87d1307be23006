"""udp_messenger.py: one program sends and receives, as its menu is told."""

import pytest

MENU = "1 send\n2 receive\n0 quit\nYour choice: "


@pytest.fixture
def messenger(start):
    def begin(*options, **how):
        program = start("udp_messenger", "--host", "127.0.0.1", "-p", 0, *options, **how)
        port = program.listening_port()
        assert program.expect("Your choice: ") == MENU
        return program, port

    return begin


def test_a_message_goes_from_one_to_the_other(messenger):
    ann, ann_port = messenger()
    bob, bob_port = messenger()
    ann.type(f"1\nhello, 下午好\n127.0.0.1\n{bob_port}\n")
    assert ann.expect("Your choice: ") == (
        f"Text: To which ip? To which port? Sent 'hello, 下午好' to ('127.0.0.1', {bob_port})\n{MENU}"
    )
    bob.type("2\n0\n")
    assert bob.end() == (0, f"Message from ('127.0.0.1', {ann_port}): 'hello, 下午好'\n{MENU}")


def test_on_a_terminal_it_reads_as_a_conversation(messenger, udp):
    ann, _ = messenger(tty=True)
    ann.type("1\n")
    ann.expect("1\nText: ")
    ann.type("hello\n")
    ann.expect("hello\nTo which ip? ")
    ann.type("127.0.0.1\n")
    ann.expect("127.0.0.1\nTo which port? ")
    ann.type(f"{udp.getsockname()[1]}\n")
    ann.expect(f"Sent 'hello' to {udp.getsockname()}\n{MENU}")
    assert udp.recv(100) == b"hello"
    ann.type("\x04")
    assert ann.end() == (0, "\n")


def test_what_came_first_is_received_first(messenger, udp):
    ann, port = messenger("--encoding", "gbk")
    for data in ("下".encode("gbk"), b"\xff\x1b", b""):
        udp.sendto(data, ("127.0.0.1", port))
    ann.type("2\n2\n2\n")
    for text in ("'下'", r"'\\xff\x1b'", "''"):
        ann.expect(f"Message from {udp.getsockname()}: {text}\n")


def test_it_does_not_wait_for_a_message_for_ever(messenger):
    ann, _ = messenger("--timeout", "0.1")
    ann.type("2\n")
    assert ann.expect("Your choice: ") == f"nothing came in 0.1 s\n{MENU}"


@pytest.mark.parametrize("typed", ["7", "send", "", "11", "\x1b[A"])
def test_anything_else_typed_is_named_and_asked_again(messenger, typed):
    ann, _ = messenger()
    ann.type(f"{typed}\n")
    assert ann.expect("Your choice: ") == f"{typed!r} is no choice: type 1, 2 or 0\n{MENU}"


def test_a_wrong_address_or_port_is_asked_again(messenger, udp):
    ann, _ = messenger()
    ann.type("1\nhello\n256.1.1.1\nserver\n127.0.0.1\n0\n70000\nx\n")
    for wrong in ("256.1.1.1", "server"):
        ann.expect(f"To which ip? {wrong!r} is no IPv4 address: four numbers from 0 to 255, with dots\n")
    for wrong in ("0", "70000", "x"):
        ann.expect(f"To which port? {wrong!r} is no port to send to: 1 to 65535\n")
    ann.type(f"{udp.getsockname()[1]}\n")
    assert udp.recv(100) == b"hello"


def test_what_cannot_be_sent_is_refused(messenger):
    ann, _ = messenger("--encoding", "ascii")
    ann.type("1\n下\n1\n" + "a" * 65_508 + "\n1\na\n255.255.255.255\n5\n")
    ann.expect("'下' cannot be written in ascii\n")
    ann.expect("65508 bytes do not fit in one datagram: it holds 65507 at most\n")
    ann.expect("that did not work: Permission denied\n")
    ann.type("0\n")
    assert ann.end()[0] == 0


def test_a_port_in_use_is_said_in_one_line(start, udp):
    port = udp.getsockname()[1]
    status, said = start("udp_messenger", "--host", "127.0.0.1", "-p", port).end()
    assert (status, said) == (1, f"cannot listen at ('127.0.0.1', {port}): Address already in use\n")
