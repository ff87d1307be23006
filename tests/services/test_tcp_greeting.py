"""tcp_greeting.py: sixteen bytes each way, and no client's failure is the next one's."""

import socket
import struct

import pytest


def begin(serve, *options):
    server, port = serve("tcp_greeting", *options)
    server.expect("Waiting for a new connection\n")
    return server, port


def greet(server, sock):
    """Expect what the server says of a connection before anything comes over it."""
    mine, its = sock.getsockname(), sock.getpeername()
    assert server.expect(f"Socket peer: {mine}\n") == (
        f"Connection from {mine}\n  Socket name: {its}\n  Socket peer: {mine}\n"
    )


def test_they_greet_each_other(start, serve):
    server, port = begin(serve)
    status, said = start("tcp_greeting", "client", "127.0.0.1", "-p", port).end()
    first, second = said.splitlines()
    mine = int(first.removeprefix("Client has been assigned socket name ('127.0.0.1', ").removesuffix(")"))
    assert second == "The server said 'Farewell, client'"
    assert status == 0
    assert server.expect("Waiting for a new connection\n") == (
        f"Connection from ('127.0.0.1', {mine})\n"
        f"  Socket name: ('127.0.0.1', {port})\n"
        f"  Socket peer: ('127.0.0.1', {mine})\n"
        "  Incoming sixteen-octet message: 'Hi there, server'\n"
        "  Reply sent, socket closed\n"
        "Waiting for a new connection\n"
    )


def test_a_message_in_pieces_is_put_together(serve, connect, receive_all):
    server, port = begin(serve)
    sock = connect(port)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    greet(server, sock)
    for letter in b"Hi there, server":
        sock.sendall(bytes([letter]))
    assert receive_all(sock) == b"Farewell, client"


def test_what_follows_the_sixteen_bytes_is_no_part_of_them(serve, connect):
    server, port = begin(serve)
    sock = connect(port)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    greet(server, sock)
    for piece in (b"Hi there", b", server and more"):
        sock.sendall(piece)
    assert server.expect("\n") == "  Incoming sixteen-octet message: 'Hi there, server'\n"


def test_both_ends_can_speak_gbk(start, serve, connect):
    server, port = begin(serve, "--encoding", "gbk")
    _, said = start("tcp_greeting", "client", "127.0.0.1", "-p", port, "--encoding", "gbk").end()
    assert said.endswith("The server said 'Farewell, client'\n")
    server.expect("Reply sent")
    connect(port).sendall("八个汉字就是十六".encode("gbk"))
    assert server.expect("octet message: '八个汉字就是十六'\n")


@pytest.mark.parametrize("sent", [b"", b"Hello", b"Hi there, serve"])
def test_a_client_that_closes_early_is_told_from_a_message(serve, connect, sent):
    server, port = begin(serve)
    with connect(port) as sock:
        greet(server, sock)
        sock.sendall(sent)
    assert server.expect("Waiting for a new connection\n") == (
        f"  expected 16 bytes, got {len(sent)} before the peer closed\nWaiting for a new connection\n"
    )


def test_a_half_open_client_still_gets_its_reply(serve, connect, receive_all):
    _, port = begin(serve)
    sock = connect(port)
    sock.sendall(b"Hi there, server")
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock) == b"Farewell, client"


def test_a_silent_client_does_not_hold_up_the_next_for_ever(start, serve, connect):
    server, port = begin(serve, "--timeout", "0.1")
    sock = connect(port)
    sock.sendall(b"Hi")
    greet(server, sock)
    assert start("tcp_greeting", "client", "127.0.0.1", "-p", port).end()[0] == 0
    assert server.expect("Waiting for") == "  expected 16 bytes, got 2 and then silence\nWaiting for"


def test_a_reset_costs_its_own_connection_only(start, serve, connect):
    server, port = begin(serve)
    with connect(port) as sock:
        greet(server, sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then sends a RST
    assert server.expect("Waiting for") == "  Connection reset by peer\nWaiting for"
    assert start("tcp_greeting", "client", "127.0.0.1", "-p", port).end()[0] == 0


def test_a_message_in_another_encoding_costs_one_line(serve, connect, receive_all):
    server, port = begin(serve)
    sock = connect(port)
    greet(server, sock)
    sock.sendall("八个汉字就是十六".encode("gbk"))
    assert receive_all(sock) == b""
    assert server.expect("Waiting for") == (
        "  'utf-8' codec can't decode byte 0xb0 in position 0: invalid start byte\nWaiting for"
    )


@pytest.mark.parametrize("sent", [b"", b"Farew"])
def test_a_client_notices_a_reply_cut_short(start, listener, sent):
    client = start("tcp_greeting", "client", "127.0.0.1", "-p", listener.getsockname()[1])
    with listener.accept()[0] as connection:
        assert connection.recv(16, socket.MSG_WAITALL) == b"Hi there, server"
        connection.sendall(sent)
    client.expect("socket name")
    client.expect("\n")
    assert client.end() == (1, f"expected 16 bytes, got {len(sent)} before the peer closed\n")


def test_a_client_does_not_wait_for_ever(start, listener):
    port = listener.getsockname()[1]
    client = start("tcp_greeting", "client", "127.0.0.1", "-p", port, "--timeout", "0.1")
    status, said = client.end()
    assert said.endswith(f"cannot talk to ('127.0.0.1', {port}): expected 16 bytes, got 0 and then silence\n")
    assert status == 1


def test_a_client_says_that_nobody_listens(start):
    status, said = start("tcp_greeting", "client", "127.0.0.1", "-p", 9).end()
    assert (status, said) == (1, "cannot talk to ('127.0.0.1', 9): Connection refused\n")


def test_a_restart_need_not_wait_for_old_connections(start, serve):
    server, port = begin(serve)
    start("tcp_greeting", "client", "127.0.0.1", "-p", port).end()
    server.expect("Waiting for a new connection\n")  # the server closed first, so the port is in TIME_WAIT now
    server.stop()
    again = start("tcp_greeting", "server", "--host", "127.0.0.1", "-p", port)
    again.expect(f"Listening at ('127.0.0.1', {port})\n")


def test_an_encoding_that_needs_more_than_sixteen_bytes_is_refused(start):
    status, said = start("tcp_greeting", "client", "127.0.0.1", "--encoding", "utf-16").end()
    assert status == 2
    assert said.endswith("argument --encoding: 'Hi there, server' takes 34 bytes in utf-16, not 16\n")
