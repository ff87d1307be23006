"""tcp_reply.py: a message ends with its side of the connection, and is acknowledged in GBK."""

import socket
import struct

import pytest

RECEIVED = "收到".encode("gbk")
LONGEST = 65_536


def converse(start, port, text, *options):
    client = start("tcp_reply", "client", *options)
    client.type(f"127.0.0.1\n{port}\n{text}\n")
    client.expect("server ip: server port: text: ")
    return client.end()


def test_what_is_said_is_received(start, serve):
    server, port = serve("tcp_reply")
    assert converse(start, port, "下午好") == (0, "The server replied with '收到'\n")
    mine = server.expect("\n").removeprefix("Connection from ").removesuffix("\n")
    assert server.expect("\n") == f"The client at {mine} says '下午好'\n"


def test_the_wire_carries_gbk(serve, connect, receive_all):
    server, port = serve("tcp_reply")
    sock = connect(port)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in "下午好".encode("gbk"):
        sock.sendall(bytes([byte]))
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock) == RECEIVED
    server.expect("says '下午好'\n")


def test_both_ends_can_speak_utf_8(start, serve):
    server, port = serve("tcp_reply", "--encoding", "utf-8")
    assert converse(start, port, "下午好", "--encoding", "utf-8")[1] == "The server replied with '收到'\n"
    server.expect("says '下午好'\n")


def test_the_longest_message_passes_and_a_longer_one_does_not(serve, connect, receive_all):
    server, port = serve("tcp_reply")
    sock = connect(port)
    sock.sendall(b"a" * LONGEST)
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock) == RECEIVED
    sock = connect(port)
    sock.sendall(b"a" * (LONGEST + 1))
    server.expect(f"The client at {sock.getsockname()} gets no reply: no message has more than {LONGEST} bytes\n")


def test_a_client_that_does_not_come_to_an_end_holds_up_nobody_for_long(start, serve, connect):
    server, port = serve("tcp_reply", "--timeout", "0.1")
    sock = connect(port)
    sock.sendall(b"and then")
    server.expect(f"The client at {sock.getsockname()} gets no reply: no end of the message in 0.1 s\n")
    assert converse(start, port, "next")[0] == 0


def test_one_client_s_trouble_is_not_the_next_one_s(start, serve, connect, receive_all):
    server, port = serve("tcp_reply")
    sock = connect(port)
    sock.sendall(b"\xff")
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock) == b""
    server.expect(f"The client at {sock.getsockname()} gets no reply: 'gbk' codec can't decode byte 0xff")
    with connect(port) as reset:
        mine = reset.getsockname()
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then sends a RST
    server.expect(f"The client at {mine} gets no reply: Connection reset by peer\n")
    assert converse(start, port, "") == (0, "The server replied with '收到'\n")


# ------------------------------------------------------------------ the client


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("256.1.1.1\n3000\nx\n", "Octet 256 (> 255) not permitted in '256.1.1.1'\n"),
        ("server\n3000\nx\n", "Expected 4 octets in 'server'\n"),
        ("127.0.0.1\n70000\nx\n", "'70000' is no port: 0 to 65535\n"),
        ("127.0.0.1\n3000\n\U0001f375\n", "'\U0001f375' cannot be written in gbk\n"),
        ("127.0.0.1\n9\nx\n", "cannot talk to ('127.0.0.1', 9): Connection refused\n"),
    ],
)
def test_a_client_says_what_is_wrong_in_one_line(start, typed, complaint):
    client = start("tcp_reply", "client")
    client.type(typed)
    assert client.end() == (1, f"server ip: server port: text: {complaint}")


def test_ctrl_d_sends_nothing(start):
    client = start("tcp_reply", "client")
    client.expect("server ip: ")
    client.close_input()
    assert client.end() == (1, "\nnothing sent\n")


def test_a_server_that_closes_without_a_word_has_not_replied(start, listener):
    client = start("tcp_reply", "client")
    client.type(f"127.0.0.1\n{listener.getsockname()[1]}\nhello\n")
    with listener.accept()[0] as connection, connection.makefile("rb") as stream:
        assert stream.read() == b"hello"
    client.expect("text: ")
    assert client.end() == (1, "the server closed the connection before it answered\n")


def test_a_silent_server_is_not_waited_for_for_ever(start, listener):
    port = listener.getsockname()[1]
    status, said = converse(start, port, "hello", "--timeout", "0.1")
    assert (status, said) == (1, f"cannot talk to ('127.0.0.1', {port}): no end of the message in 0.1 s\n")


def test_a_reply_in_another_encoding_is_shown_byte_by_byte(start, listener):
    client = start("tcp_reply", "client")
    client.type(f"127.0.0.1\n{listener.getsockname()[1]}\nhello\n")
    with listener.accept()[0] as connection, connection.makefile("rb") as stream:
        stream.read()
        connection.sendall(b"\xff\x00")
    client.expect(r"replied with '\\xff\x00'")
