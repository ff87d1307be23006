"""services/pitfalls: each program makes its one mistake against the right other end, and is decent otherwise."""

import contextlib
import hashlib
import re
import signal
import socket
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "services" / "pitfalls"
ALL = sorted(path.stem for path in FOLDER.glob("*.py"))
SERVERS = {
    "any_name": ["--root", "/nowhere"],
    "ascii_only": [],
    "bind_loopback": [],
    "message_boundaries": [],
    "no_reuse": [],
    "one_at_a_time": [],
    "send_once": ["--root", "/nowhere"],
}
CLIENTS = {"anyone_answers": [], "deadlock": [], "gbk_utf8": [], "greeting_17": [], "recv_once": ["name"]}
PROMPTS = {"anyone_answers": "Input lowercase sentence: ", "gbk_utf8": "text: "}


@pytest.fixture
def serve_pitfall(start):
    def begin(name, *arguments):
        server = start(f"pitfalls/{name}", "server", "--host", "127.0.0.1", "-p", 0, *arguments)
        return server, server.listening_port()

    return begin


def line_of(sock, data):
    sock.sendall(data)
    with sock.makefile("rb") as lines:
        return lines.readline()


# ------------------------------------------------------------------ each mistake


def test_bound_to_loopback_it_is_there_for_its_own_host_only(start):
    server = start("pitfalls/bind_loopback", "server", "-p", 0)
    port = server.listening_port()
    for address, ending in (("127.0.0.1", "replied with 'SALLY'\n"), ("127.0.0.2", "connection refused\n")):
        client = start("udp_echo", "client", address, "-p", port, "--connect")
        client.type("sally\n")
        assert client.end()[1].endswith(ending)
    assert server.stop() == (0, server.output.splitlines()[1] + "\n")


@pytest.mark.parametrize("size", [1, 1024, 1025, 500_000])
def test_of_a_file_1024_bytes_arrive_and_nobody_complains(start, serve, tmp_path, size):
    (tmp_path / "file").write_bytes(b"x" * size)
    (tmp_path / "into").mkdir()
    _, port = serve("file_download", "--root", tmp_path)
    client = start("pitfalls/recv_once", "client", "127.0.0.1", "file", "-p", port, "--into", tmp_path / "into")
    arrived = min(size, 1024)
    assert client.end() == (0, f"Received 'file': {arrived} bytes\n")
    assert (tmp_path / "into" / "file").read_bytes() == b"x" * arrived


def test_a_big_file_is_cut_short_and_the_server_believes_that_it_has_sent_it(start, serve_pitfall, tmp_path):
    (tmp_path / "small").write_bytes(b"x" * 1000)
    (tmp_path / "big").write_bytes(b"x" * 50_000_000)
    (tmp_path / "into").mkdir()
    server, port = serve_pitfall("send_once", "--root", tmp_path)
    results = {}
    for name in ("small", "big", "../small", "missing", ""):
        client = start("file_download", "client", "127.0.0.1", name, "-p", port, "--into", tmp_path / "into")
        results[name] = client.end()
    digest = hashlib.sha256(b"x" * 1000).hexdigest()
    assert results["small"] == (0, f"Received 'small': 1000 bytes, sha256 {digest}\n")
    status, said = results["big"]
    assert re.fullmatch(r"cut off after \d+ of 50000000 bytes: the server closed the connection\n", said)
    assert status == 1
    assert server.expect(": 50000000 bytes\n").splitlines()[-1].startswith("Sent 'big' to ('127.0.0.1', ")
    for name in ("../small", "missing", ""):
        assert results[name] == (1, f"the server refuses {name!r}: not found\n")


def test_the_seventeenth_byte_turns_the_goodbye_into_a_reset(start, serve):
    server, port = serve("tcp_greeting")
    status, said = start("pitfalls/greeting_17", "client", "127.0.0.1", "-p", port).end()
    assert re.search(r"\nThe server said '(Farewell, client)?' and then reset the connection\n$", said)
    assert status == 1
    server.expect("Reply sent, socket closed\n")  # for all the server knows


def test_who_reads_all_17_bytes_says_goodbye_without_a_reset(start, listener):
    client = start("pitfalls/greeting_17", "client", "127.0.0.1", "-p", listener.getsockname()[1])
    with listener.accept()[0] as connection:
        assert connection.recv(17, socket.MSG_WAITALL) == b"Hi there, server!"
        connection.sendall(b"Farewell, client")
    status, said = client.end()
    assert said.endswith("\nThe server said 'Farewell, client' and then goodbye\n")
    assert status == 0


def test_one_datagram_beyond_ascii_ends_the_server_for_everyone(start, serve_pitfall):
    server, port = serve_pitfall("ascii_only")
    hello = start("udp_echo", "client", "127.0.0.1", "-p", port)
    hello.type("hello\n")
    hello.expect("replied with 'HELLO'\n")
    afternoon = start("udp_echo", "client", "127.0.0.1", "-p", port, "--timeout", "0.1")
    afternoon.type("下午好\n")
    status, said = server.end()
    assert said.endswith(
        "The server ends: 'ascii' codec can't decode byte 0xe4 in position 0: ordinal not in range(128)\n"
    )
    assert status == 1


def test_any_name_is_served(start, serve_pitfall, tmp_path):
    for folder in ("root", "into"):
        (tmp_path / folder).mkdir()
    (tmp_path / "root" / "file").write_bytes(b"file")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "root" / "link").symlink_to("../secret")
    server, port = serve_pitfall("any_name", "--root", tmp_path / "root")
    for name in ("file", "../secret", str(tmp_path / "secret"), "link"):
        client = start("file_download", "client", "127.0.0.1", name, "-p", port, "--into", tmp_path / "into")
        assert client.end()[0] == 0
        server.expect(f"Sent {name!r} to ")
    assert (tmp_path / "into" / "secret").read_bytes() == b"secret"
    missing = start("file_download", "client", "127.0.0.1", "nothing", "-p", port, "--into", tmp_path / "into")
    assert missing.end() == (1, "the server refuses 'nothing': not found\n")


def test_the_first_answer_is_believed_whoever_sends_it(start, udp):
    port = udp.getsockname()[1]
    client = start("pitfalls/anyone_answers", "client", "127.0.0.1", "-p", port)
    client.type("sally\n")
    address = udp.recvfrom(100)[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"HARRY", address)
        status, said = client.end()
    assert said.endswith(f"to me\nThe server ('127.0.0.1', {port}) replied with 'HARRY'\n")
    assert status == 0


def test_one_silent_client_blocks_all_others(start, serve_pitfall, connect):
    server, port = serve_pitfall("one_at_a_time")
    silent = connect(port)
    server.expect(f"Connection from {silent.getsockname()}\n")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port, "--timeout", "0.2")
    client.type("sally\n")
    assert client.end()[1].endswith("timed out\n")
    waiting = connect(port)
    waiting.sendall(b"sally\n")
    silent.close()
    assert line_of(waiting, b"harry\n") == b"SALLY\n"


def test_without_reuse_a_restart_must_wait_for_old_connections(start, serve_pitfall):
    server, port = serve_pitfall("no_reuse")
    greeting = start("tcp_greeting", "client", "127.0.0.1", "-p", port).end()
    assert greeting[1].endswith("The server said 'Farewell, client'\n")
    server.expect("Waiting for a new connection\n")
    assert server.stop()[0] == 0
    again = start("pitfalls/no_reuse", "server", "--host", "127.0.0.1", "-p", port)
    assert again.end() == (1, f"cannot listen at ('127.0.0.1', {port}): Address already in use\n")


def test_a_server_that_nobody_talked_to_can_be_restarted(start, serve_pitfall):
    server, port = serve_pitfall("no_reuse")
    server.stop()
    again = start("pitfalls/no_reuse", "server", "--host", "127.0.0.1", "-p", port)
    assert again.listening_port() == port


def test_two_sends_arrive_as_one_message(serve_pitfall, connect, until):
    server, port = serve_pitfall("message_boundaries")
    sock = connect(port)
    server.expect(f"Connection from {sock.getsockname()}\n")
    server.process.send_signal(signal.SIGSTOP)  # busy elsewhere
    threads = [*Path(f"/proc/{server.process.pid}/task").iterdir()]
    until(lambda: all((thread / "stat").read_text().rpartition(")")[2].split()[0] == "T" for thread in threads))
    for message in (b"one\n", b"two\n"):
        sock.sendall(message)
    server.process.send_signal(signal.SIGCONT)
    assert server.expect("'\n") == rf"The client at {sock.getsockname()} says 'one\ntwo'" + "\n"


def test_two_lines_in_one_segment_are_taken_for_one_message(serve_pitfall, connect):
    server, port = serve_pitfall("message_boundaries")
    sock = connect(port)
    assert line_of(sock, b"one\ntwo\n") == b"ONE\n"
    server.expect(rf"The client at {sock.getsockname()} says 'one\ntwo'" + "\n")


def test_one_message_arrives_as_two_and_the_answers_get_out_of_step(start, serve_pitfall):
    _, port = serve_pitfall("message_boundaries")
    client = start("tcp_echo", "client", "127.0.0.1", "-p", port)
    client.type("short\n" + "a" * 1500 + "\nshort\n")
    client.expect("The server replied with 'SHORT'\n")
    client.expect(f"The server replied with '{'A' * 1024}'\n")
    client.expect(f"The server replied with '{'A' * 476}'\n")  # to the third line


def test_half_a_letter_is_none(serve_pitfall, connect):
    server, port = serve_pitfall("message_boundaries")
    sock = connect(port)
    sock.sendall(b"a" * 1023 + "下\n".encode())
    server.expect(f"Lost {sock.getsockname()}: 'utf-8' codec can't decode byte 0xe4 in position 1023")


@pytest.mark.parametrize(
    ("typed", "server_says", "client_says"),
    [
        (
            "hello",
            "says 'hello'\n",
            r"The server's reply b'\xca\xd5\xb5\xbd' makes no sense: 'utf-8' codec can't decode",
        ),
        (
            "你好",
            "says '浣犲ソ'\n",
            r"The server's reply b'\xca\xd5\xb5\xbd' makes no sense: 'utf-8' codec can't decode",
        ),
        ("下午好", "gets no reply: 'gbk' codec can't", "the server closed the connection before it answered"),
    ],
)
def test_two_ends_with_two_encodings_misunderstand_each_other(start, serve, typed, server_says, client_says):
    server, port = serve("tcp_reply")
    client = start("pitfalls/gbk_utf8", "client", "127.0.0.1", "-p", port)
    client.type(f"{typed}\n")
    status, said = client.end()
    server.expect(server_says)
    assert said.startswith(f"text: {client_says}")
    assert status == 1


def test_where_both_speak_utf_8_the_same_client_is_right(start, serve):
    _, port = serve("tcp_reply", "--encoding", "utf-8")
    client = start("pitfalls/gbk_utf8", "client", "127.0.0.1", "-p", port)
    client.type("下午好\n")
    assert client.end() == (0, "text: The server replied with '收到'\n")


def test_a_few_lines_fit_into_the_buffers(start, serve):
    _, port = serve("tcp_echo")
    status, said = start("pitfalls/deadlock", "client", "127.0.0.1", "-p", port, "--lines", 20).end()
    assert said.endswith("\nSending 20 lines of 1000 bytes\nReading the answers\n20 answers came\n")
    assert status == 0


def test_with_many_lines_both_ends_wait_for_each_other(start, serve, until):
    _, port = serve("tcp_echo")
    client = start("pitfalls/deadlock", "client", "127.0.0.1", "-p", port)
    client.expect("Sending 100000 lines of 1000 bytes\n")
    seen = []

    def are_stuck():
        """Unsent and unread bytes of the client's end, of /proc/net/tcp: have they been the same for long?"""
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
        seen.append([row[4] for row in rows if row[2] == f"0100007F:{port:04X}"])
        return len(seen) >= 30 and len({*map(tuple, seen[-30:])}) == 1

    until(are_stuck)
    unsent, unread = seen[-1][0].split(":")
    assert int(unsent, 16) > 100_000
    assert int(unread, 16) > 10_000
    assert client.stop(signal.SIGINT) == (130, "")


# ------------------------------------------------------------------ otherwise decent


def test_there_are_twelve():
    assert {*SERVERS, *CLIENTS} == set(ALL)
    assert len(ALL) == 12


@pytest.mark.parametrize("name", ALL)
def test_the_mistake_is_marked_once_and_the_right_way_is_told(name):
    text = (FOLDER / f"{name}.py").read_text()
    assert text.count("# The mistake: ") == 1
    docstring = " ".join(text.split('"""')[1].split())
    assert docstring.startswith("A pitfall: ")
    assert "Right: " in docstring
    assert f" pitfalls/{name}.py " in docstring


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_servers_end_quietly_with_0(start, number):
    for name, options in SERVERS.items():
        server = start(f"pitfalls/{name}", "server", "-p", 0, *options)
        server.expect("Listening at ")
        server.expect("Waiting for a new connection\n" if name == "no_reuse" else "\n")
        assert server.stop(number) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_clients_end_quietly_with_130(start, listener, number):
    for name, options in CLIENTS.items():
        client = start(f"pitfalls/{name}", "client", "127.0.0.1", *options, "-p", listener.getsockname()[1])
        if name in PROMPTS:
            client.expect(PROMPTS[name])
        else:
            with listener.accept()[0] as connection:
                connection.settimeout(10)
                connection.recv(1)
                if name == "deadlock":
                    client.expect("Sending 100000 lines of 1000 bytes\n")
                if name == "greeting_17":
                    client.expect("socket name ")
                    client.expect("\n")
                assert client.stop(number) == (130, "")
            continue
        assert client.stop(number) == (130, "")


def test_nobody_there_is_said_in_one_line(start):
    for name, options in CLIENTS.items():
        if name == "anyone_answers":
            continue  # its socket is not connected: it is not told
        client = start(f"pitfalls/{name}", "client", "127.0.0.1", *options, "-p", 9)
        with contextlib.suppress(OSError):
            client.type("x\n")
        status, said = client.end()
        assert said.endswith("('127.0.0.1', 9): Connection refused\n")
        assert (status, said.count("\n")) == (1, 1)


def test_a_wrong_port_or_host_is_said_in_one_line(start):
    for name, options in (SERVERS | CLIENTS).items():
        role = ["server"] if name in SERVERS else ["client", "::1"]
        program = start(f"pitfalls/{name}", *role, *options, "-p", 70000)
        status, said = program.end()
        assert said.splitlines()[-1].endswith("error: argument -p/--port: '70000' is no port: 0 to 65535")
        assert status == 2


def test_a_server_that_closes_without_a_word_has_not_replied(start, listener):
    client = start("pitfalls/gbk_utf8", "client", "127.0.0.1", "-p", listener.getsockname()[1])
    client.type("x\n")
    with listener.accept()[0] as connection:
        assert connection.recv(2, socket.MSG_WAITALL) == b"x"
    assert client.end() == (1, "text: the server closed the connection before it answered\n")


@pytest.mark.parametrize("name", ["any_name", "send_once", "no_reuse", "one_at_a_time", "message_boundaries"])
def test_clients_that_leave_early_or_send_rubbish_end_no_server(serve_pitfall, connect, name, tmp_path):
    server, port = serve_pitfall(name, *(["--root", tmp_path] if "--root" in SERVERS[name] else []))
    before = time.monotonic()
    for data in (b"", b"\xff\x00\n", b"x" * 5000):
        with connect(port) as sock:
            sock.sendall(data)
    with connect(port) as sock:
        answer = line_of(sock, b"Hi there, server" if name == "no_reuse" else b"hello\n")
    assert answer in {b"error not found\n", b"Farewell, client", b"HELLO\n"}
    assert time.monotonic() - before < 5
    assert "Traceback" not in server.output
