"""tcp_echo.py: every line of every client comes back in upper case, and no client holds up another."""

import resource
import socket
import struct

import pytest

LONGEST = 65_536


def say(sock, data, answer):
    sock.sendall(data)
    with sock.makefile("rb") as lines:
        assert lines.readline() == answer


def test_lines_come_back_in_upper_case(start, serve):
    server, port = serve("tcp_echo")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port)
    client.type("sally\nharry\nexit\n")
    status, said = client.end()
    connected, *rest = said.splitlines()
    mine = connected.removeprefix("Connected from ").removesuffix(f" to ('127.0.0.1', {port})")
    assert rest == [">>> The server replied with 'SALLY'", ">>> The server replied with 'HARRY'", ">>> "]
    assert status == 0
    assert server.expect(f"Goodbye to {mine}\n") == (
        f"Connection from {mine}\n"
        f"The client at {mine} says 'sally'\n"
        f"The client at {mine} says 'harry'\n"
        f"Goodbye to {mine}\n"
    )


def test_on_a_terminal_the_prompt_stands_before_what_is_typed(start, serve):
    _, port = serve("tcp_echo")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port, tty=True)
    client.expect(">>> ")
    client.type("sally\n")
    assert client.expect(">>> ") == "sally\nThe server replied with 'SALLY'\n>>> "
    client.type("\x04")
    assert client.end() == (0, "\n")


def test_many_clients_talk_at_once(serve, connect):
    _, port = serve("tcp_echo")
    clients = [connect(port) for _ in range(20)]
    for number, sock in reversed(list(enumerate(clients))):
        say(sock, f"client {number}\n".encode(), f"CLIENT {number}\n".encode())


def test_an_empty_line_is_a_message(start, serve):
    _, port = serve("tcp_echo")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port)
    client.type("\n下午好 ß\n")
    client.expect("The server replied with ''\n")
    client.expect("The server replied with '下午好 SS'\n")


def test_both_ends_can_speak_gbk(start, serve, connect):
    _, port = serve("tcp_echo", "--encoding", "gbk")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port, "--encoding", "gbk")
    client.type("下午好 a\n")
    client.expect("The server replied with '下午好 A'\n")
    say(connect(port), "早a\n".encode("gbk"), "早A\n".encode("gbk"))


def test_a_line_in_pieces_is_put_together_and_two_in_one_are_told_apart(serve, connect, receive_all):
    _, port = serve("tcp_echo")
    sock = connect(port)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in ("下".encode()[:1], "下".encode()[1:], b"sal", b"ly\nhar", b"ry\nron\n"):
        sock.sendall(piece)
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock) == "下SALLY\nHARRY\nRON\n".encode()


def test_the_longest_line_passes_and_a_longer_one_ends_the_conversation(serve, connect):
    server, port = serve("tcp_echo")
    say(connect(port), b"a" * (LONGEST - 1) + b"\n", b"A" * (LONGEST - 1) + b"\n")
    sock = connect(port)
    sock.sendall(b"a" * LONGEST)
    server.expect(f"Dropped {sock.getsockname()}: no line has more than {LONGEST} bytes\n")
    assert sock.recv(1) == b""


@pytest.mark.parametrize(("sent", "told"), [(b"", ""), (b"sal", ", whose last line has no end: b'sal'")])
def test_a_client_that_closes_is_said_goodbye(serve, connect, sent, told):
    server, port = serve("tcp_echo")
    with connect(port) as sock:
        mine = sock.getsockname()
        sock.sendall(sent)
    server.expect(f"Goodbye to {mine}{told}\n")


def test_a_silent_client_is_dropped(serve, connect):
    server, port = serve("tcp_echo", "--timeout", "0.1")
    sock = connect(port)
    sock.sendall(b"sal")
    server.expect(f"Dropped {sock.getsockname()}: kept me waiting for 0.1 s\n")
    assert sock.recv(1) == b""


def test_a_client_that_never_reads_is_dropped(serve, connect):
    server, port = serve("tcp_echo", "--timeout", "0.3")
    sock = connect(port)
    sock.settimeout(0.2)
    with pytest.raises(TimeoutError):  # both its directions are full
        sock.sendall((b"a" * 60_000 + b"\n") * 1000)
    server.expect(f"Dropped {sock.getsockname()}: kept me waiting for 0.3 s\n")


def test_a_reset_costs_its_own_connection_only(serve, connect):
    server, port = serve("tcp_echo")
    other = connect(port)
    with connect(port) as sock:
        mine = sock.getsockname()
        server.expect(f"Connection from {mine}\n")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then sends a RST
    server.expect(f"Lost {mine}: Connection reset by peer\n")
    say(other, b"still here\n", b"STILL HERE\n")


@pytest.mark.parametrize(
    ("encoding", "data"), [("utf-8", "下".encode("gbk")), ("ascii", b"\x80"), ("latin-1", b"\xff")]
)
def test_a_line_that_cannot_be_answered_ends_its_own_connection_only(serve, connect, encoding, data):
    server, port = serve("tcp_echo", "--encoding", encoding)
    sock = connect(port)
    sock.sendall(data + b"\n")
    server.expect(f"The client at {sock.getsockname()} cannot be answered: '{encoding}' codec can't ")
    assert sock.recv(1) == b""
    say(connect(port), b"next\n", b"NEXT\n")


def test_once_means_one_message(serve, start, connect):
    server, port = serve("tcp_echo", "--once")
    with connect(port) as early:  # leaves without a word: that was no message
        mine = early.getsockname()
    server.expect(f"Goodbye to {mine}\n")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port)
    client.type("sally\nharry\n")
    client.expect(">>> The server replied with 'SALLY'\n")
    assert server.end()[0] == 0
    status, said = client.end()
    assert said in {
        ">>> the server closed the connection before it answered\n",
        f">>> cannot talk to ('127.0.0.1', {port}): Connection reset by peer\n",
        f">>> cannot talk to ('127.0.0.1', {port}): Broken pipe\n",
    }
    assert status == 1


def test_a_restart_need_not_wait_for_old_connections(start, serve, connect, receive_all):
    server, port = serve("tcp_echo", "--once")
    with connect(port) as sock:
        sock.sendall(b"a\n")
        assert receive_all(sock) == b"A\n"  # the server closed first, so the port is in TIME_WAIT when we close, too
    assert server.end()[0] == 0
    again = start("tcp_echo", "server", "--host", "127.0.0.1", "-p", port)
    again.expect(f"Listening at ('127.0.0.1', {port})\n")


def test_running_out_of_descriptors_is_survived(serve, connect):
    server, port = serve("tcp_echo")
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (6, 6))
    peers = [connect(port) for _ in range(4)]
    server.expect("Cannot take another client now: [Errno 24] Too many open files\n")
    for peer in peers:
        say(peer, b"a\n", b"A\n")
        peer.close()


# ------------------------------------------------------------------ the client


def test_what_cannot_be_sent_is_refused_and_asked_again(start, serve):
    _, port = serve("tcp_echo")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port, "--encoding", "ascii")
    client.type("下午好\n" + "a" * LONGEST + "\nsally\n")
    client.expect(">>> '下午好' cannot be written in ascii\n")
    client.expect(f">>> {LONGEST + 1} bytes are too many: a line has {LONGEST} at most\n")
    client.expect(">>> The server replied with 'SALLY'\n")


@pytest.mark.parametrize("reply", [b"", b"SAL"])
def test_half_a_reply_is_none(start, listener, reply):
    client = start("tcp_echo", "client", "127.0.0.1", "-p", listener.getsockname()[1])
    client.type("sally\n")
    with listener.accept()[0] as connection:
        assert connection.recv(6, socket.MSG_WAITALL) == b"sally\n"
        connection.sendall(reply)
    client.expect("\n")
    assert client.end() == (1, ">>> the server closed the connection before it answered\n")


def test_a_reply_in_another_encoding_is_shown_byte_by_byte(start, listener):
    client = start("tcp_echo", "client", "127.0.0.1", "-p", listener.getsockname()[1])
    client.type("sally\n")
    with listener.accept()[0] as connection:
        connection.recv(6, socket.MSG_WAITALL)
        connection.sendall("下\n".encode("gbk"))
        client.expect(r"replied with '\\xcf\\xc2'" + "\n")


def test_a_client_does_not_wait_for_ever(start, listener):
    port = listener.getsockname()[1]
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port, "--timeout", "0.1")
    client.type("sally\n")
    status, said = client.end()
    assert said.endswith(f">>> cannot talk to ('127.0.0.1', {port}): timed out\n")
    assert status == 1


def test_a_client_says_that_nobody_listens(start):
    status, said = start("tcp_echo", "client", "127.0.0.1", "-p", 9).end()
    assert (status, said) == (1, "cannot talk to ('127.0.0.1', 9): Connection refused\n")


def test_an_encoding_whose_line_feed_is_another_is_refused(start):
    status, said = start("tcp_echo", "client", "127.0.0.1", "--encoding", "utf-16-le").end()
    assert status == 2
    assert r"a line feed is b'\n\x00' in utf-16-le: it cannot end a line here" in said
