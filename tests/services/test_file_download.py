"""file_download.py: a file arrives whole and verified or not at all, and nothing but the files below --root leaves."""

import contextlib
import hashlib
import os
import random
import resource
import signal
import socket
import stat
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

BIG = random.Random(1).randbytes(3_000_000)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def root(tmp_path):
    """Files to give away, beside one that is not."""
    folder = tmp_path / "root"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "hello.txt").write_bytes(b"hello\n")
    (folder / "empty").write_bytes(b"")
    (folder / "big").write_bytes(BIG)
    (folder / "sub" / "deep" / "file").write_bytes(b"deep")
    (folder / "下午好 a b.txt").write_bytes(b"tea")
    (tmp_path / "secret").write_bytes(b"secret")
    return folder


@pytest.fixture
def into(tmp_path):
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


@pytest.fixture
def server(serve, root):
    return serve("file_download", "--root", root)


@pytest.fixture
def port(server):
    return server[1]


@pytest.fixture
def ask(connect, receive_all):
    """ask(port, request): all that the server sends back."""

    def send(port, request, half_close=False):
        with connect(port) as sock:
            sock.sendall(request)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
            return receive_all(sock)

    return send


@pytest.fixture
def fetch(start, into):
    def run(port, name, *options):
        return start("file_download", "client", "127.0.0.1", name, "-p", port, "--into", into, *options).end()

    return run


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# ------------------------------------------------------------------ conversation


@pytest.mark.parametrize(("name", "content"), [("hello.txt", b"hello\n"), ("empty", b""), ("big", BIG)])
def test_a_file_arrives_whole(server, fetch, into, name, content):
    program, port = server
    digest = sha256(content)
    assert fetch(port, name) == (0, f"Received {name!r}: {len(content)} bytes, sha256 {digest}\n")
    assert (into / name).read_bytes() == content
    assert names(into) == [name]
    program.expect(f"Sent {name!r} to ('127.0.0.1', ")
    assert program.expect("\n").endswith(f"): {len(content)} bytes, sha256 {digest}\n")


def test_the_answer_is_a_header_and_exactly_the_bytes_it_says(port, ask):
    assert ask(port, b"hello.txt\n") == f"ok 6 {sha256(b'hello' + bytes([10]))}\nhello\n".encode()
    assert ask(port, b"empty\n") == f"ok 0 {sha256(b'')}\n".encode()


@pytest.mark.parametrize(("offset", "rest"), [(0, b"hello\n"), (2, b"llo\n"), (6, b""), (7, b""), (10**18, b"")])
def test_an_offset_leaves_out_the_beginning(port, ask, offset, rest):
    assert ask(port, f"hello.txt\t{offset}\n".encode()) == f"ok 6 {sha256(b'hello' + bytes([10]))}\n".encode() + rest


def test_a_file_in_a_folder_lands_without_it(port, fetch, into):
    assert fetch(port, "sub/deep/file")[0] == 0
    assert names(into) == ["file"]


def test_names_may_be_chinese_and_hold_spaces(port, fetch, into):
    assert fetch(port, "下午好 a b.txt")[0] == 0
    assert (into / "下午好 a b.txt").read_bytes() == b"tea"


def test_names_may_travel_in_gbk(serve, root, fetch, into, ask):
    _, port = serve("file_download", "--root", root, "--encoding", "gbk")
    assert fetch(port, "下午好 a b.txt", "--encoding", "gbk")[0] == 0
    assert (into / "下午好 a b.txt").read_bytes() == b"tea"
    assert fetch(port, "下午好 a b.txt")[0] == 1
    assert ask(port, b"\xff\xff\n") == b"error bad request\n"


def test_a_missing_file_is_no_empty_one(server, fetch, into):
    program, port = server
    assert fetch(port, "nothing") == (1, "the server refuses 'nothing': not found\n")
    assert names(into) == []
    program.expect("Refused 'nothing' to ('127.0.0.1', ")
    assert program.expect("\n").endswith("): not found\n")


def test_an_older_file_is_replaced_and_keeps_nothing(port, fetch, into):
    (into / "hello.txt").write_bytes(b"something older and longer")
    assert fetch(port, "hello.txt")[0] == 0
    assert (into / "hello.txt").read_bytes() == b"hello\n"


def test_a_file_gets_the_usual_permissions(port, fetch, into):
    fetch(port, "hello.txt")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((into / "hello.txt").stat().st_mode) == 0o666 & ~mask


def test_many_clients_are_served_at_once(port, connect, ask):
    slow = connect(port)  # in the middle of a file all the while
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.sendall(b"big\n")
    assert slow.recv(3) == b"ok "
    for _ in range(20):
        connect(port)  # silent
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(port, b"big\n"), range(32)))
    assert {sha256(answer.partition(b"\n")[2]) for answer in answers} == {sha256(BIG)}


# ------------------------------------------------------------------ what does not leave


@pytest.fixture
def traps(root, tmp_path):
    (root / "to-secret").symlink_to(tmp_path / "secret")
    (root / "to-hello").symlink_to("hello.txt")
    (root / "outside").symlink_to(tmp_path)
    os.mkfifo(root / "fifo")
    (root / "forbidden").write_bytes(b"x")
    with socket.socket(socket.AF_UNIX) as sock:
        previous = os.open(".", os.O_RDONLY)
        os.chdir(root)  # a socket's path may have 108 bytes at most
        sock.bind("socket")
        os.fchdir(previous)
        os.close(previous)


HOSTILE_NAMES = [
    b"",
    b".",
    b"..",
    b"/",
    b"../secret",
    b"sub/../../secret",
    b"sub/../hello.txt",
    b"./hello.txt",
    b"sub//deep/file",
    b"hello.txt/",
    b"/etc/passwd",
    b"//etc/passwd",
    b"..\\secret",
    b"hello.txt\0",
    b"\0",
    b"../secret\0hello.txt",
    b"hello.txt\r",
    b"to-secret",
    b"to-hello",
    b"outside/secret",
    b"outside/root/hello.txt",
    b"fifo",
    b"socket",
    b"sub",
    b"sub/",
    b"hello.txt/x",
    b"%2e%2e/secret",
    b"~/x",
    b"a" * 255,
    b"a/" * 127 + b"a",
]


def test_what_is_no_file_below_the_root_is_not_found(traps, port, ask):
    answers = {name: ask(port, name + b"\n") for name in HOSTILE_NAMES}
    assert answers == dict.fromkeys(HOSTILE_NAMES, b"error not found\n")


def test_devices_are_not_found(serve, ask):
    _, port = serve("file_download", "--root", "/dev")
    assert ask(port, b"null\n") == b"error not found\n"
    assert ask(port, b"zero\n") == b"error not found\n"


def test_a_symlink_swapped_in_while_serving_leads_nowhere(root, tmp_path, port, ask):
    """A folder becomes a link to its outer twin and back again, all the time; the twin's file must never come."""
    (tmp_path / "twin").mkdir()
    (tmp_path / "twin" / "file").write_bytes(b"secret")
    (root / "swap").mkdir()
    (root / "swap" / "file").write_bytes(b"public")
    (root / "link").symlink_to(tmp_path / "twin")
    enough = threading.Event()

    def swap():
        while not enough.is_set():
            (root / "swap").rename(root / "spare")
            (root / "link").rename(root / "swap")
            (root / "swap").rename(root / "link")
            (root / "spare").rename(root / "swap")

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        answers = {ask(port, b"swap/file\n").partition(b"\n")[2] for _ in range(200)}
    finally:
        enough.set()
        swapper.join()
    assert b"secret" not in answers
    assert b"public" in answers


def test_a_root_that_is_a_symlink_itself_is_served(serve, root, tmp_path, ask):
    (tmp_path / "door").symlink_to(root)
    _, port = serve("file_download", "--root", tmp_path / "door")
    assert ask(port, b"hello.txt\n").endswith(b"\nhello\n")


# ------------------------------------------------------------------ peers that misbehave


BAD_REQUESTS = {
    b"a" * 256 + b"\n": "name too long",
    b"a" * 256 + b"\t5\n": "name too long",
    b"a" * 100_000: "name too long",
    b"\xff\n": "bad request",
    b"\xc0\xae\xc0\xae/secret\n": "bad request",  # .. in a way that UTF-8 forbids
    "下".encode("gbk") + b"\n": "bad request",
    b"hello.txt\t\n": "bad request",
    b"hello.txt\t-1\n": "bad request",
    b"hello.txt\t1x\n": "bad request",
    b"hello.txt\t1\t2\n": "bad request",
    b"hello.txt\t" + b"9" * 20 + b"\n": "bad request",
    "hello.txt\t\N{ARABIC-INDIC DIGIT ONE}\n".encode(): "bad request",
}


def test_a_bad_request_is_told_so(port, ask):
    answers = {request: ask(port, request) for request in BAD_REQUESTS}
    assert answers == {request: f"error {reason}\n".encode() for request, reason in BAD_REQUESTS.items()}


@pytest.mark.parametrize("request_line", [b"", b"hello.txt"])
def test_a_request_without_its_line_feed_is_none(port, ask, request_line):
    assert ask(port, request_line, half_close=True) == b"error bad request\n"


def test_a_half_open_client_gets_its_file(port, ask):
    assert ask(port, b"hello.txt\n", half_close=True).endswith(b"\nhello\n")


def test_a_request_in_pieces_is_put_together(port, connect, receive_all):
    sock = connect(port)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for letter in b"hello.txt\n":
        sock.sendall(bytes([letter]))
    assert receive_all(sock).endswith(b"\nhello\n")


def test_what_follows_a_request_does_not_destroy_the_answer(port, ask):
    assert ask(port, b"big\n" + b"x" * 100_000).endswith(BIG[-1000:])


def test_control_characters_in_a_name_reach_no_terminal(server, ask):
    program, port = server
    assert ask(port, b"\x1b[2J\r\xe2\x80\xae\n") == b"error not found\n"
    assert program.expect("\n").startswith(r"Refused '\x1b[2J\r\u202e' to (")


@pytest.mark.parametrize("request_line", [b"", b"hel"])
def test_an_idle_client_is_dropped(serve, root, connect, receive_all, request_line):
    program, port = serve("file_download", "--root", root, "--timeout", "0.1")
    sock = connect(port)
    sock.sendall(request_line)
    assert receive_all(sock) == b""
    assert program.expect("\n") == f"Dropped {sock.getsockname()}: kept me waiting for 0.1 s\n"


def test_a_byte_now_and_then_wins_no_time(serve, root, connect):
    program, port = serve("file_download", "--root", root, "--timeout", "0.3")
    sock = connect(port)
    sock.settimeout(0.05)
    for _ in range(100):
        sock.sendall(b"x")
        try:
            assert sock.recv(1) == b""
            break
        except TimeoutError:
            continue
    else:
        pytest.fail("it was never dropped")
    assert program.expect("\n") == f"Dropped {sock.getsockname()}: kept me waiting for 0.3 s\n"


def test_a_client_that_does_not_read_is_dropped(serve, root, connect):
    with (root / "huge").open("wb") as file:
        file.truncate(64 << 20)
    program, port = serve("file_download", "--root", root, "--timeout", "0.2")
    sock = connect(port)
    sock.sendall(b"huge\n")
    assert program.expect("\n") == f"Dropped {sock.getsockname()}: kept me waiting for 0.2 s\n"


def test_a_client_that_goes_away_costs_nobody_else(server, connect, ask):
    program, port = server
    with connect(port) as sock:
        mine = sock.getsockname()
        sock.sendall(b"big\n")
        sock.recv(3)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then sends a RST
    assert program.expect("\n").startswith((f"Lost {mine}: ", f"Sent 'big' to {mine}: "))
    assert ask(port, b"hello.txt\n").endswith(b"\nhello\n")


def test_running_out_of_descriptors_is_survived(server, connect, ask, until):
    program, port = server
    resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (7, 7))
    silent = [connect(port) for _ in range(5)]
    program.expect("Cannot take another client now: [Errno 24] Too many open files\n")
    for sock in silent:
        sock.close()
    until(lambda: ask(port, b"hello.txt\n").endswith(b"\nhello\n"))


def test_no_descriptor_left_for_the_file_is_busy_and_not_missing(server, connect, ask):
    program, port = server
    asker = connect(port)
    asker.sendall(b"hello.tx")
    connect(port).sendall(b"x\n")  # when this one is refused, the first one has been accepted
    program.expect("Refused 'x' to")
    program.expect("\n")
    resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (6, 6))
    asker.sendall(b"t\n")
    assert asker.recv(100) == b"error busy\n"


def test_no_descriptor_is_left_open(traps, server, ask, until):
    program, port = server
    descriptors = Path(f"/proc/{program.process.pid}/fd")
    before = len(list(descriptors.iterdir()))
    for name in (b"hello.txt", b"sub/deep/file", b"sub/deep/none", b"sub/none/x", b"fifo", b"sub", b"\0"):
        ask(port, name + b"\n")
    until(lambda: len(list(descriptors.iterdir())) == before)


def test_a_server_under_load_stops_quietly(server, ask):
    program, port = server

    def ask_on_and_on():
        with contextlib.suppress(OSError):  # the server has gone
            while True:
                ask(port, b"hello.txt\n")

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(ask_on_and_on)
        for _ in range(20):
            program.expect("Sent")
        status, said = program.stop()
    assert status == 0
    assert "Traceback" not in said
    assert "Fatal" not in said


# ------------------------------------------------------------------ what the client writes


@pytest.fixture
def play(start, listener, into):
    """play(answer, …): a client whose server is the test; gives its request, exit status and output."""

    def run(answer, name="f", *options):
        client = start(
            "file_download", "client", "127.0.0.1", name, "-p", listener.getsockname()[1], "--into", into, *options
        )
        with listener.accept()[0] as connection, connection.makefile("rb") as stream:
            request = stream.readline()
            connection.sendall(answer)
        return request, *client.end()

    return run


def ok(content, size=None, digest=None):
    return f"ok {len(content) if size is None else size} {digest or sha256(content)}\n".encode() + content


def test_a_file_cut_short_leaves_nothing(play, into):
    _, status, said = play(ok(b"hel", size=6))
    assert (status, said) == (1, "cut off after 3 of 6 bytes: the server closed the connection\n")
    assert names(into) == []


def test_a_file_cut_short_leaves_the_older_one_alone(play, into):
    (into / "f").write_bytes(b"older")
    play(ok(b"hel", size=6))
    assert (into / "f").read_bytes() == b"older"
    assert names(into) == ["f"]


def test_an_altered_file_is_thrown_away(play, into):
    _, status, said = play(ok(b"hellO", digest=sha256(b"hello")), "f", "--resume")
    assert said == f"'f' is thrown away: its sha256 is {sha256(b'hellO')}, the server announced {sha256(b'hello')}\n"
    assert status == 1
    assert names(into) == []


def test_not_a_byte_more_than_announced_is_taken(play, into):
    assert play(ok(b"hello") + b" and more")[1] == 0
    assert (into / "f").read_bytes() == b"hello"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"ok\n",
        b"ok 5\n",
        b"ok -5 " + b"0" * 64 + b"\n",
        b"ok 5 " + b"g" * 64 + b"\n",
        b"ok 5 " + b"0" * 64,
        b"error \x1b[2J\n",
        b"error " + b"x" * 101 + b"\n",
        b"x" * 1000,
        b"\n",
    ],
)
def test_nonsense_is_shown_harmlessly(play, into, answer):
    _, status, said = play(answer)
    line = answer[: answer.find(b"\n") + 1 or 110]
    assert (status, said) == (1, f"no file server answers like this: {line!r}\n")
    assert names(into) == []


def test_a_server_that_says_nothing_is_told_so(play):
    assert play(b"")[1:] == (1, "the server closed the connection before it answered\n")


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "sub/x"])
def test_a_friendly_answer_to_a_hostile_name_stays_in_the_folder(play, into, name):
    request, status, _ = play(ok(b"hello"), name)
    assert request == f"{name}\n".encode()
    assert status == 0
    assert names(into) == ["x"]
    assert names(into.parent) == ["into"]


@pytest.mark.parametrize("name", ["", ".", "..", "sub/", "../.."])
def test_a_name_for_no_file_is_never_written(play, into, name):
    _, status, said = play(ok(b"hello"), name)
    assert (status, said) == (1, f"{name!r} ends in no name for a file here\n")
    assert names(into) == []


def test_a_symlink_of_that_name_is_replaced_and_not_followed(play, into):
    (into.parent / "target").write_bytes(b"untouched")
    (into / "f").symlink_to(into.parent / "target")
    assert play(ok(b"hello"))[1] == 0
    assert (into.parent / "target").read_bytes() == b"untouched"
    assert not (into / "f").is_symlink()


def test_a_folder_of_that_name_stays(play, into):
    (into / "f").mkdir()
    _, status, said = play(ok(b"hello"))
    assert (status, said) == (1, f"cannot use '{into}/f': Is a directory\n")
    assert names(into) == ["f"]


@pytest.mark.parametrize("name", ["a\nb", "a\tb"])
def test_a_name_that_would_break_the_line_is_not_sent(start, listener, name):
    client = start("file_download", "client", "127.0.0.1", name, "-p", listener.getsockname()[1])
    assert client.end() == (1, f"{name!r} cannot be asked for: a request is one line, and a tab ends the name\n")


def test_a_name_that_the_encoding_lacks_is_not_sent(start, listener):
    arguments = ["下", "-p", listener.getsockname()[1], "--encoding", "ascii"]
    assert start("file_download", "client", "127.0.0.1", *arguments).end() == (1, "'下' cannot be written in ascii\n")


def test_a_silent_server_is_not_waited_for_for_ever(start, listener, into):
    port = listener.getsockname()[1]
    client = start("file_download", "client", "127.0.0.1", "f", "-p", port, "--into", into, "--timeout", "0.1")
    assert client.end() == (1, f"cannot fetch from ('127.0.0.1', {port}): timed out\n")
    assert names(into) == []


@pytest.fixture
def begin(start, listener, into, until):
    """begin(…): a client in the middle of a file, and the connection to it; a third of the file has come."""
    with contextlib.ExitStack() as opened:

        def run(*options):
            arguments = ["127.0.0.1", "big", "-p", listener.getsockname()[1], "--into", into, *options]
            client = start("file_download", "client", *arguments)
            connection = opened.enter_context(listener.accept()[0])
            connection.recv(100)
            connection.sendall(ok(BIG[:1_000_000], size=len(BIG), digest=sha256(BIG)))
            until(lambda: any(part.stat().st_size for part in into.glob(".download-*/part")))
            return client

        yield run


def test_a_server_that_falls_silent_is_given_up(begin, into):
    client = begin("--timeout", "0.2")
    assert client.end() == (1, "cut off after 1000000 of 3000000 bytes: timed out\n")
    assert names(into) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [[], ["--resume"]])
def test_ctrl_c_leaves_half_a_file_only_to_resume(begin, into, number, options):
    client = begin(*options)
    assert client.stop(number) == (130, "")
    assert len(names(into)) == len(options)
    assert all(half.startswith(".download-") for half in names(into))


@pytest.mark.parametrize("kept", [True, False])
def test_resume_completes_what_was_cut(play, into, kept):
    first = ["--resume"] if kept else []
    assert play(ok(b"hel", size=6, digest=sha256(b"hello\n")), "f", *first)[0] == b"f\n"
    assert len(names(into)) == (1 if kept else 0)
    rest = b"lo\n" if kept else b"hello\n"
    request, status, said = play(f"ok 6 {sha256(b'hello' + bytes([10]))}\n".encode() + rest, "f", "--resume")
    assert request == (b"f\t3\n" if kept else b"f\n")
    assert (status, said) == (0, f"Received 'f': 6 bytes, sha256 {sha256(b'hello' + bytes([10]))}\n")
    assert names(into) == ["f"]
    assert (into / "f").read_bytes() == b"hello\n"


def test_resume_asks_the_real_server_for_the_rest_only(server, play, fetch, into):
    play(ok(BIG[:1_000_000], size=len(BIG), digest=sha256(BIG)), "big", "--resume")
    program, port = server
    assert fetch(port, "big", "--resume")[0] == 0
    assert (into / "big").read_bytes() == BIG
    assert program.expect("\n").endswith(f"): 2000000 bytes from 1000000 on, sha256 {sha256(BIG)}\n")


@pytest.mark.parametrize("now", [b"HELLO\n", b"he"])
def test_resume_of_a_file_that_has_changed_begins_anew_next_time(play, into, now):
    play(ok(b"hel", size=6), "f", "--resume")
    request, _, said = play(ok(now[3:], size=len(now), digest=sha256(now)), "f", "--resume")
    assert request == b"f\t3\n"
    assert said.startswith("'f' is thrown away: ")
    assert names(into) == []


def test_a_refusal_keeps_what_there_is_to_resume(play, into):
    play(ok(b"hel", size=6), "f", "--resume")
    before = names(into)
    assert play(b"error busy\n", "f", "--resume")[1:] == (1, "the server refuses 'f': busy\n")
    assert names(into) == before


def test_a_symlink_in_the_place_of_half_a_file_is_not_followed(play, into):
    play(ok(b"hel", size=6), "f", "--resume")
    (half,) = into.iterdir()
    half.unlink()
    (into.parent / "target").write_bytes(b"untouched")
    half.symlink_to(into.parent / "target")
    assert play(ok(b"hello\n"), "f", "--resume")[0] == b"f\n"
    assert (into.parent / "target").read_bytes() == b"untouched"


@pytest.mark.parametrize(("terminal", "shown"), [("xterm", True), ("dumb", False)])
def test_progress_is_shown_where_a_line_can_be_written_over(start, port, into, terminal, shown):
    arguments = ["client", "127.0.0.1", "big", "-p", port, "--into", into]
    _, said = start("file_download", *arguments, tty=True, env={"TERM": terminal}).end()
    assert ("100 % of 3000000 bytes\r" in said) == shown
    assert said.endswith(f"Received 'big': 3000000 bytes, sha256 {sha256(BIG)}\n")
    assert shown or said.count("\n") == 1


def test_progress_is_no_business_of_a_pipe(start, port, into):
    arguments = ["client", "127.0.0.1", "big", "-p", port, "--into", into]
    assert "%" not in start("file_download", *arguments, env={"TERM": "xterm"}).end()[1]


# ------------------------------------------------------------------ command line


def test_a_folder_must_be_there(start, tmp_path):
    for arguments in (["server", "--root"], ["client", "x", "f", "--into"]):
        status, said = start("file_download", *arguments, tmp_path / "none").end()
        assert status == 2
        assert said.endswith(f"there is no folder '{tmp_path}/none'\n")


def test_a_folder_that_cannot_be_written_is_named(start, tmp_path):
    status, said = start("file_download", "client", "127.0.0.1", "f", "--into", "/proc").end()
    assert status == 1
    assert said.startswith("cannot use '/proc/.download-")
    assert said.count("\n") == 1


def test_an_encoding_whose_lines_end_otherwise_is_refused(start):
    status, said = start("file_download", "server", "--encoding", "utf-16").end()
    assert status == 2
    assert said.endswith("a line in utf-16 does not end with a line feed; try utf-8, gbk or ascii\n")
