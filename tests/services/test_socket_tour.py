"""socket_tour.py: what it says of sockets is what the kernel does."""

import errno
import re
import socket
import sys

import pytest


@pytest.fixture(scope="module")
def stops():
    """Title → what → value, of one tour for all tests."""
    return {}


@pytest.fixture
def tour(start, stops):
    """tour("A new"): what is shown, and its value, under the title that begins so."""
    if not stops:
        status, said = start("socket_tour").end()
        assert status == 0
        for block in re.split(r"^(?=\S)", said, flags=re.MULTILINE)[1:]:
            title, *lines = block.splitlines()
            stops[title] = dict(line.strip().split(": ", 1) for line in lines)
    return lambda begin: next(lines for title, lines in stops.items() if title.startswith(begin))


def test_it_has_ten_stops(tour, stops):
    tour("A new")
    assert len(stops) == 10
    assert all(stops.values())


def test_birth(tour):
    seen = tour("A new socket")
    assert seen["family"] == f"AF_INET ({int(socket.AF_INET)}: IPv4)"
    assert seen["type"] == "SOCK_STREAM (1: a stream, TCP)"
    assert seen["fileno()"].isdecimal()
    assert seen["getsockname()"] == "('0.0.0.0', 0)"
    assert seen["getpeername()"] == "OSError, ENOTCONN"
    assert seen["fileno() after close()"] == "-1"


def test_addresses(tour):
    seen = tour("A UDP socket gets")
    bound = seen["getsockname() after bind(('127.0.0.1', 0))"]
    mine = re.fullmatch(r"\('0\.0\.0\.0', ([1-9]\d*)\)", seen["getsockname() after it"])
    assert seen["getsockname() before the first send"] == "('0.0.0.0', 0)"
    assert seen["recvfrom() at the other end"] == f"(b'hello', ('127.0.0.1', {mine[1]}))"
    assert seen["getsockname() after connect()"] == f"('127.0.0.1', {mine[1]})"
    assert seen["getpeername() after connect()"] == bound
    assert seen["bind() to an address in use"] == "OSError, EADDRINUSE"


def test_options_and_waiting(tour):
    seen = tour("Options")
    assert seen["getsockopt(SOL_SOCKET, SO_REUSEADDR)"] == "0"
    assert seen["the same after setsockopt(…, 1)"] == "1"
    assert seen["SO_RCVBUF after setsockopt(…, 10000)"].startswith("20000 ")
    assert list(tour("A call can wait").values()) == [
        "None (recv() waits for ever)",
        "0.0",
        "BlockingIOError, EAGAIN",
        "0.05",
        "TimeoutError, timed out",
    ]


def test_connecting(tour):
    assert tour("connect() raises") == {
        "connect() where nobody listens": "ConnectionRefusedError, ECONNREFUSED",
        "connect_ex() where nobody listens": f"{errno.ECONNREFUSED} (ECONNREFUSED)",
        "connect_ex() where somebody does": "0",
    }


def test_sending(tour):
    seen = tour("send() takes")
    took = int(seen["send() of 64000000 bytes that nobody reads"].removeprefix("took "))
    assert 0 < took < 64_000_000
    assert seen["bytes that arrive after sendall() of the rest"] == "64000000"


def test_files_and_messages(tour):
    assert tour("makefile()") == {"readlines()": r"['first\n', '下午好\n']"}
    seen = tour("sendmsg()")
    assert seen["sendmsg([b'one ', b'two'])"] == "7"
    assert seen["recvmsg(100)"] == "b'one two', flags 0"
    assert seen["recvmsg(3) of the same"] == f"b'one', flags {int(socket.MSG_TRUNC)} (MSG_TRUNC: the rest is lost)"


def test_closing(tour):
    seen = tour("The peer hears")
    assert seen["recv() at the other end after close() of one"] == "BlockingIOError, EAGAIN"
    assert seen["recv() after close() of the other"] == "b''"


def test_byte_order(tour):
    seen = tour("The network sends")
    assert seen["this machine has its bytes"] == f"{sys.byteorder} endian"
    assert seen["struct.pack('!H', 3000)"] == seen["htons(3000), in memory"] == "0b b8"
    assert seen["struct.pack('<H', 3000)"] == "b8 0b"
    assert seen["htonl(0xcb00710a), in memory"] == seen["inet_aton('203.0.113.10')"] == "cb 00 71 0a"
