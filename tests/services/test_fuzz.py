"""No input ends a server or makes it print a traceback: whatever came before, a proper client is answered."""

import contextlib
import importlib.util
import io
import os
import random
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUESTION = b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x09localhost\x00\x00\x01\x00\x01"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
MANY = settings(max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

SERVER = ["server", "--host", "127.0.0.1", "-p", "0"]
# name → how it is started, the question of a proper client (or several), what its answer begins with
OVER_UDP = {
    "udp_echo": (SERVER, b"hello", b"HELLO"),
    "udp_chat": (SERVER, b"ann: hello", b"bob: ok"),
    "whoami": (SERVER, b"?" * 64, b"127.0.0.1 "),
    "dns": (SERVER, QUESTION, b"\x00\x07\x85\x00"),
}
OVER_TCP = {
    "tcp_greeting": (SERVER, b"Hi there, server", b"Farewell, client"),
    "tcp_echo": (SERVER, b"hello\n", b"HELLO\n"),
    "tcp_reply": (SERVER, "下午好".encode("gbk"), "收到".encode("gbk")),
    "file_download": ([*SERVER, "--root", str(Path(__file__).parent)], b"none\n", b"error"),
    "whoami": (SERVER, b"hello\n", b"127.0.0.1 "),
    "http_site": (SERVER, GET, b"HTTP/1.1 200 OK\r\n"),
}
ENDINGS = ["close", "half-close", "reset"]


@st.composite
def near(draw, proper):
    """Something like the proper thing: cut, with bytes put in, more than once."""
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(proper))] * 2)))
    return proper[:start] * draw(st.integers(0, 3)) + draw(st.binary(max_size=8)) + proper[end:]


def messages(proper):
    letters = st.text(max_size=50).map(lambda text: text.encode(errors="surrogatepass"))
    long = st.builds(lambda byte, count: byte * count, st.binary(min_size=1, max_size=3), st.integers(0, 20_000))
    return st.one_of(near(proper), st.binary(max_size=300), letters, long)


@pytest.fixture(scope="module")
def running(start_for_all):
    """running(name): that server and its port, started when it is first asked for."""
    servers = {}

    def get(name):
        if name not in servers:
            program = start_for_all(name, *(OVER_UDP | OVER_TCP)[name][0])
            servers[name] = program, program.listening_port()
            if name == "udp_chat":
                program.type("bob\n" + "ok\n" * 9000)  # a person who answers everything
        return servers[name]

    return get


def assert_well(program):
    assert program.process.poll() is None, program.output[-2000:]
    assert "Traceback" not in program.output
    assert "Warning" not in program.output


# ------------------------------------------------------------------ UDP


def ask_by_udp(port, question):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(10)
        sock.connect(("127.0.0.1", port))
        sock.send(question)
        return sock.recv(65_507)


@pytest.mark.parametrize("name", OVER_UDP)
def test_no_datagram_ends_a_server(running, udp, name):
    program, port = running(name)
    _, question, answer = OVER_UDP[name]

    @MANY
    @given(st.lists(messages(question), min_size=1, max_size=4))
    def send(datagrams):
        for datagram in datagrams:
            udp.sendto(datagram, ("127.0.0.1", port))
        assert ask_by_udp(port, question).startswith(answer)

    send()
    assert_well(program)


def test_no_datagram_ends_who_only_listens(start, udp):
    receiver = start("udp_receive", "--host", "127.0.0.1", "-p", 0)
    manual = start("assist", "udp", "--bind", "127.0.0.1:0")
    ports = [program.listening_port() for program in (receiver, manual)]

    @MANY
    @given(messages(b"hello"))
    def send(datagram):
        for port in ports:
            udp.sendto(datagram, ("127.0.0.1", port))

    send()
    for program, port in zip((receiver, manual), ports, strict=True):
        udp.sendto(b"the last one", ("127.0.0.1", port))
        program.expect("'the last one'\n")
        assert_well(program)


def test_no_datagram_but_a_text_ends_the_one_that_answers_once(start, udp):
    server = start("udp_prefix", "server", "--host", "127.0.0.1", "-p", 0)
    port = server.listening_port()

    @MANY
    @given(messages(b"hello"))
    def send(datagram):
        udp.sendto(b"\xff" + datagram, ("127.0.0.1", port))
        server.expect("cannot be answered: ")

    send()
    assert_well(server)
    assert ask_by_udp(port, b"hello").decode() == "来自服务器hello"


def test_a_messenger_shows_whatever_comes(start, udp):
    messenger = start("udp_messenger", "--host", "127.0.0.1", "-p", 0)
    port = messenger.listening_port()

    @MANY
    @given(messages(b"hello"), st.text(max_size=20))
    def send(datagram, typed):
        udp.sendto(datagram, ("127.0.0.1", port))
        wrong = "x" + "".join(c for c in typed if c.isprintable())
        messenger.type(f"{wrong}\n2\n")
        messenger.expect("is no choice: ")
        messenger.expect(f"Message from {udp.getsockname()}: ")

    send()
    assert_well(messenger)


# ------------------------------------------------------------------ TCP, and AF_UNIX


def say(sock, pieces, ending):
    """Send the pieces, and end; a server may have closed before."""
    sock.settimeout(10)
    with sock, contextlib.suppress(OSError):
        for piece in pieces:
            sock.sendall(piece)
        if ending == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if ending == "half-close":
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65_536):
                pass


def ask(sock, question):
    sock.settimeout(10)
    with sock, sock.makefile("rb") as stream:
        sock.sendall(question)
        sock.shutdown(socket.SHUT_WR)
        return stream.read()


@pytest.mark.parametrize("name", OVER_TCP)
def test_no_client_ends_a_server(running, name):
    program, port = running(name)
    _, question, answer = OVER_TCP[name]

    @MANY
    @given(st.lists(messages(question), max_size=4), st.sampled_from(ENDINGS))
    def talk(pieces, ending):
        say(socket.create_connection(("127.0.0.1", port)), pieces, ending)
        assert ask(socket.create_connection(("127.0.0.1", port)), question).startswith(answer)

    talk()
    assert_well(program)


def test_no_client_ends_the_server_of_one_host(start, tmp_path):
    path = str(tmp_path / "sock")
    server = start("unix_echo", "server", "--path", path)
    server.expect("Listening at")

    def connect():
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(path)
        return sock

    @MANY
    @given(st.lists(messages(b"hello\n"), max_size=4), st.sampled_from(ENDINGS))
    def talk(pieces, ending):
        say(connect(), pieces, ending)
        assert ask(connect(), b"hello\n") == b"HELLO\n"

    talk()
    assert_well(server)


def test_no_client_ends_the_manual_other_end(start):
    manual = start("assist", "tcp", "--bind", "127.0.0.1:0")
    port = manual.listening_port()

    @MANY
    @given(st.lists(messages(b"hello"), max_size=4), st.sampled_from(["close", "reset"]))
    def talk(pieces, ending):
        say(socket.create_connection(("127.0.0.1", port)), pieces, ending)

    talk()
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"the last one")
        manual.expect("'the last one'\n")
    assert_well(manual)


def test_silent_and_slow_clients_together_hold_up_nobody(running):
    for name in ("tcp_echo", "file_download", "whoami", "http_site"):
        _, port = running(name)
        _, question, answer = OVER_TCP[name]
        with contextlib.ExitStack() as opened:
            for _ in range(10):
                opened.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(question[:2])
            before = time.monotonic()
            assert ask(socket.create_connection(("127.0.0.1", port)), question).startswith(answer)
            assert time.monotonic() - before < 2


# ------------------------------------------------------------------ what a client makes of an answer


def load(name):
    """A program as a module: what it does inside, without a process."""
    spec = importlib.util.spec_from_file_location(
        f"{name}_program", Path(__file__).parents[2] / "services" / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_dns_message_is_too_strange():
    dns = load("dns")
    header = st.builds(struct.Struct("!6H").pack, *[st.integers(0, 0xFFFF)] * 6)
    record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xcb\x00\x71\x0a"

    @settings(MANY, max_examples=1000)
    @given(header, st.one_of(near(QUESTION[12:] + record * 2), st.binary(max_size=100)))
    def read(head, body):
        answer, told = dns.answer(head + body, {b"localhost": bytes(4)})
        assert len(answer) <= len(head + body) + 16
        assert told.isprintable()
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            status = dns.tell("x", head + body, 12)
        assert status in {0, 1}
        assert printed.getvalue().endswith("\n")

    read()


# ------------------------------------------------------------------ names of files


def test_of_100_000_names_none_leads_out_while_links_are_swapped(tmp_path):
    program = load("file_download")
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "a" / "b", outside / "b"):
        folder.mkdir(parents=True)
        (folder / "f").write_bytes(b"inside" if root in folder.parents else b"outside")
        (folder.parent / "f").write_bytes((folder / "f").read_bytes())
    (root / "out").symlink_to(outside)
    (root / "file-out").symlink_to(outside / "f")
    (root / "twin").symlink_to(outside)
    parts = [
        "..",
        ".",
        "",
        "a",
        "b",
        "f",
        "out",
        "file-out",
        "twin",
        "swap",
        "etc",
        "passwd",
        "\0",
        "下",
        "..\\",
        "~",
        " ",
    ]
    parts += [str(outside).strip("/"), "proc/self/root", "%2e%2e", "....", "..\udcff"]
    parts += ["swap", "a", "b", "f", "f", "f"] * 4
    done = threading.Event()

    def swap():
        """A real folder and a link that leads out, in turns, under one name."""
        (root / "swap").symlink_to(outside)
        (root / "real").mkdir()
        (root / "real" / "f").write_bytes(b"inside")
        while not done.is_set():
            (root / "swap").rename(root / "was")
            (root / "real").rename(root / "swap")
            (root / "was").rename(root / "real")

    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    chance = random.Random(3)
    given_away = 0
    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        for _ in range(100_000):
            name = chance.choice(["", "", "/"]) + "/".join(chance.choices(parts, k=chance.randint(1, 4)))
            with contextlib.suppress(program.Failure), program.open_below(folder, name) as file:
                assert file.read(7) == b"inside", name
                given_away += 1
    finally:
        done.set()
        swapper.join()
        os.close(folder)
    assert given_away > 300  # or this has tried nothing
