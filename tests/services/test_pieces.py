"""pieces.py: UDP keeps messages apart, TCP keeps every byte."""

import signal
import socket
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = ["one", "two", "three", "下午好"]


@pytest.fixture
def receive(start):
    """receive("--udp"): the receiver on a free port, and that port."""

    def begin(*arguments):
        program = start("pieces", "receiver", "--host", "127.0.0.1", "-p", 0, *arguments)
        return program, program.listening_port()

    return begin


def test_datagrams_come_one_by_one_and_what_does_not_fit_is_lost(start, receive):
    program, port = receive("--udp")
    status, said = start("pieces", "sender", "--udp", "127.0.0.1", "-p", port, *WORDS).end()
    assert (status, said) == (0, "".join(f"Sent {word!r}\n" for word in WORDS))
    assert program.expect("\n") == "A datagram: 'one'\n"
    assert program.expect("\n") == "A datagram: 'two'\n"
    assert program.expect("\n") == "A datagram: 'thre', cut off\n"
    assert program.expect("\n") == "A datagram: '下\\\\xe5', cut off\n"


def test_a_stream_comes_in_pieces_of_the_receivers_own_choosing(start, receive):
    program, port = receive("--tcp", "--size", 6)
    assert start("pieces", "sender", "--tcp", "127.0.0.1", "-p", port, "one", "two", "three").end()[0] == 0
    assert program.expect("over\n") == "6 bytes: 'onetwo'\n5 bytes: 'three'\nThe stream is over\n"


def test_a_piece_is_whole_however_it_came(receive, connect):
    program, port = receive("--tcp")
    connection = connect(port)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"abcdefg":
        connection.send(bytes([byte]))
    connection.shutdown(socket.SHUT_WR)
    assert program.expect("over\n") == "4 bytes: 'abcd'\n3 bytes: 'efg'\nThe stream is over\n"


def test_the_next_one_is_heard_after_a_silent_peer_and_after_one_that_resets(receive, connect):
    program, port = receive("--tcp", "--timeout", 0.2)
    silent = connect(port)
    assert program.expect("\n") == f"Lost {silent.getsockname()}: timed out\n"
    rude = connect(port)
    rude.sendall(b"four")
    assert program.expect("\n") == "4 bytes: 'four'\n"
    rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    name = rude.getsockname()
    rude.close()
    assert program.expect("\n") == f"Lost {name}: Connection reset by peer\n"
    connect(port).close()
    assert program.expect("\n") == "The stream is over\n"


@pytest.mark.parametrize("kind", ["--udp", "--tcp"])
def test_no_input_ends_a_receiver(receive, kind):
    program, port = receive(kind)

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.binary(max_size=300))
    def send(data):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "--udp" else socket.SOCK_STREAM) as sock:
            sock.connect(("127.0.0.1", port))
            sock.sendall(data)

    send()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "--udp" else socket.SOCK_STREAM) as sock:
        sock.connect(("127.0.0.1", port))
        sock.sendall(b"last")
    program.expect("'last'\n")
    assert program.process.poll() is None
    assert "Traceback" not in program.output
    assert "Warning" not in program.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["--udp", "--tcp"])
def test_a_receiver_that_is_told_to_stop_ends_quietly_with_0(receive, kind, number):
    program, _ = receive(kind)
    assert program.stop(number) == (0, "")


def test_nobody_there_an_unknown_host_and_a_taken_port_are_one_line(start, udp):
    taken = udp.getsockname()[1]
    for arguments, said in {
        ("sender", "--tcp", "127.0.0.1", "-p", "9", "x"): "cannot talk to ('127.0.0.1', 9): Connection refused\n",
        ("sender", "--udp", "::1", "x"): "cannot talk to ('::1', 3000): Address family for hostname not supported\n",
        ("receiver", "--udp", "--host", "127.0.0.1", "-p", str(taken)): (
            f"cannot listen at ('127.0.0.1', {taken}): Address already in use\n"
        ),
    }.items():
        assert start("pieces", *arguments).end() == (1, said)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["receiver"], "one of the arguments --udp --tcp is required"),
        (["receiver", "--udp", "--tcp"], "argument --tcp: not allowed with argument --udp"),
        (["receiver", "--udp", "--size", "0"], "argument --size: '0' is no number of bytes: 1 to 65507"),
        (
            ["receiver", "--tcp", "--timeout", "nan"],
            "argument --timeout: 'nan' is no time: more than 0 s, at most 3600",
        ),
        (["receiver", "--tcp", "-p", "65536"], "argument -p/--port: '65536' is no port: 0 to 65535"),
        (["sender", "--udp", "127.0.0.1"], "the following arguments are required: words"),
        (["sender", "--udp", "127.0.0.1", ""], "argument words: a word of 0 bytes: 1 to 65507 fit into one datagram"),
        (
            ["sender", "--udp", "127.0.0.1", "a" * 65_508],
            "argument words: a word of 65508 bytes: 1 to 65507 fit into one datagram",
        ),
    ],
)
def test_a_wrong_command_line_is_named(start, arguments, complaint):
    status, said = start("pieces", *arguments).end()
    assert (status, said.splitlines()[-1].partition("error: ")[2]) == (2, complaint)
