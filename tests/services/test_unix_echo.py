"""unix_echo.py: two processes of one host, and the kernel says who they are."""

import os
import signal
import socket
import stat

import pytest


@pytest.fixture
def path(tmp_path):
    return tmp_path / "echo.sock"


@pytest.fixture
def serve_unix(start, path):
    def begin(*options):
        server = start("unix_echo", "server", "--path", path, *options)
        server.expect(f"Listening at '{path}'\n")
        return server

    return begin


@pytest.fixture
def connect_unix(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(10)
        sock.connect(str(path))
        yield sock


def converse(start, path, sentence, *options):
    client = start("unix_echo", "client", "--path", path, *options)
    client.type(f"{sentence}\n")
    client.expect("Input lowercase sentence: ")
    return client, *client.end()


def test_a_sentence_comes_back_and_the_server_knows_whose_it_was(start, serve_unix, path):
    server = serve_unix()
    client, status, said = converse(start, path, "sally 下")
    assert (status, said) == (0, f"The server at '{path}' replied with 'SALLY 下'\n")
    assert server.expect("\n") == f"Process {client.process.pid} of user {os.getuid()} says 'sally 下'\n"


def test_only_its_owner_may_connect(serve_unix, path):
    serve_unix()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_quietly_and_leaves_no_file(serve_unix, path, number):
    assert serve_unix().stop(number) == (0, "")
    assert not path.exists()


def test_the_socket_of_a_killed_server_is_replaced_and_of_a_living_one_is_not(start, serve_unix, path):
    server = serve_unix()
    second = start("unix_echo", "server", "--path", path).end()
    assert second == (1, f"cannot listen at '{path}': Address already in use\n")
    server.process.kill()
    server.end()
    assert path.exists()
    serve_unix()
    assert converse(start, path, "a")[1] == 0


def test_a_file_that_is_no_socket_stays(start, path):
    path.write_text("mine")
    assert start("unix_echo", "server", "--path", path).end() == (
        1,
        f"cannot listen at '{path}': Address already in use\n",
    )
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "0 bytes without a line feed before the peer closed"),
        (b"half", "4 bytes without a line feed before the peer closed"),
        (b"\xff\n", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"a" * 65_536, "no line has more than 65536 bytes"),
    ],
)
def test_one_client_s_trouble_is_not_the_next_one_s(start, serve_unix, path, data, said):
    server = serve_unix()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(str(path))
        sock.sendall(data)
    assert server.expect("\n") == f"Process {os.getpid()} of user {os.getuid()} cannot be answered: {said}\n"
    assert converse(start, path, "a")[1] == 0


def test_a_silent_client_holds_up_nobody_for_long(start, serve_unix, path):
    server = serve_unix("--timeout", "0.1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(str(path))
        server.expect("cannot be answered: no line came in 0.1 s\n")
        assert converse(start, path, "a")[1] == 0


def test_a_line_in_pieces_is_put_together(serve_unix, request):
    serve_unix()
    sock = request.getfixturevalue("connect_unix")
    for piece in (b"sal", b"ly\nmore"):
        sock.sendall(piece)
    assert sock.recv(100) == b"SALLY\n"


def test_the_longest_line_passes_and_a_longer_one_is_refused(start, serve_unix, path):
    serve_unix()
    assert converse(start, path, "ΐ" * 32_767)[2].endswith("'\n")
    assert converse(start, path, "a" * 65_536)[1:] == (1, "65537 bytes are too many: a line has 65536 at most\n")


def test_nobody_there_and_bad_paths_are_said_in_one_line(start, path):
    assert converse(start, path, "a")[1:] == (1, f"cannot talk to '{path}': No such file or directory\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    assert converse(start, path, "a")[1:] == (1, f"cannot talk to '{path}': Connection refused\n")
    status, said = start("unix_echo", "client", "--path", "x" * 108).end()
    assert "is no path for a socket: 1 to 107 bytes" in said
    assert status == 2
    status, said = start("unix_echo", "server", "--path", path.parent / "no" / "sock").end()
    assert (status, said.count("\n")) == (1, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_client_that_is_told_to_stop_ends_quietly(start, number):
    client = start("unix_echo", "client")
    client.expect("Input lowercase sentence: ")
    assert client.stop(number) == (130, "")


def test_ctrl_d_sends_nothing(start):
    client = start("unix_echo", "client")
    client.close_input()
    assert client.end() == (1, "Input lowercase sentence: \nno sentence, nothing sent\n")
