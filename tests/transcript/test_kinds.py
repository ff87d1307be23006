"""The kinds of holes: what each takes and what each refuses, in words."""

from __future__ import annotations

import pytest

from lab.transcript import KINDS, Setting

GOOD = {
    "port": ["1", "3000", "65535"],
    "ephemeral": ["40000", "40999"],
    "int": ["0", "-7", "+7", "007", "123456789012345678901234567890"],
    "ip": ["1.2.3.4", "::1", "2001:db8::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.10", "::ffff:10.0.0.1"],
    "public": ["8.8.8.8", "203.0.113.10", "198.51.100.11", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8"],
    "mac": ["02:42:ac:11:00:02", "02-42-AC-11-00-02"],
    "hex": ["0", "dead", "0xBEEF"],
    "time": [
        "12:03",
        "12:03:04.123456",
        "2024-05-01T12:03:04Z",
        "2024-05-01 12:03:04+02:00",
        "0.034 ms",
        "35ms",
        "2 s",
        "7",
    ],
    "word": ["a", "b-c!", "下午好"],
}
BAD = {
    "port": ["0", "65536", "70000", "03000", "-1", "3000 ", "٣"],
    "ephemeral": ["39999", "41000", "x"],
    "int": ["", "1.5", "1e3", "x", "٣"],
    "ip": ["1.2.3", "256.1.1.1", "01.2.3.4", "::g", "server"],
    "private": ["172.32.0.1", "203.0.113.10", "127.0.0.1", "fd00::1", "169.254.1.1", "x"],
    "public": [
        "10.0.0.1", "172.16.0.1", "192.168.1.10", "127.0.0.1", "169.254.1.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "0.0.0.0", "100.64.0.1", "::", "::1", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
        "x",
    ],
    "mac": ["02:42:ac:11:00", "02:42:ac-11:00:02", "02:42:ac:11:00:0g"],
    "hex": ["", "0x", "xyz"],
    "time": ["", "noon", "12:3", "ms"],
    "word": ["", "a b", "a\t"],
}  # fmt: skip
HERE = Setting("client-a1", range(40000, 41000))


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in GOOD.items() for text in texts])
def test_a_kind_takes_what_is_of_it(matches, kind, text):
    assert KINDS[kind].objection(text, HERE) is None
    assert KINDS[kind].characters.match(text).end() == len(text)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in BAD.items() for text in texts])
def test_a_kind_refuses_what_is_not(kind, text):
    assert KINDS[kind].objection(text, HERE)


def test_every_kind_is_shown_here():
    assert set(GOOD) == set(BAD) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "text", "objection"),
    [
        ("port", "70000", "is no port (1 to 65535)"),
        ("ephemeral", "3000", "is not in the ephemeral ports of client-a1 (40000 to 40999)"),
        ("private", "8.8.8.8", "is not private (RFC 1918)"),
        ("private", "x", "is no IP address"),
        ("public", "192.168.1.1", "is not public (private, RFC 1918)"),
        ("public", "127.0.0.1", "is not public (loopback)"),
        ("public", "255.255.255.255", "is not public (broadcast)"),
        ("public", "100.64.0.1", "is not public (shared address space, RFC 6598)"),
        ("public", "fe80::1", "is not public (IPv6 outside 2000::/3)"),
    ],
)
def test_a_kind_says_what_is_wrong(kind, text, objection):
    assert KINDS[kind].objection(text, HERE) == objection


def test_ephemeral_means_the_ports_of_the_host_that_printed_it(observe, judged):
    narrow = Setting("server", range(50000, 50010))
    assert judged(observe("{p:ephemeral}", "50009", setting=narrow)).ok
    assert not judged(observe("{p:ephemeral}", "40000", setting=narrow)).ok


def test_a_kind_holds_at_its_occurrence_even_when_the_variable_is_bound(matches):
    assert matches("{x}\n{x:private}", "10.0.0.1\n10.0.0.1")
    assert not matches("{x}\n{x:private}", "8.8.8.8\n8.8.8.8")
    assert matches("{client-a1:private} {server:public}", "192.168.1.10 203.0.113.10")
    assert not matches("{client-a1:public}", "192.168.1.10")


def test_a_kind_decides_where_a_hole_ends(matches):
    assert matches("{address:ip}:{port:port}", "2001:db8::1:4000")
    assert matches("{text} {number:int}", "a 1 b 2")
    assert matches("took {t:time} ms", "took 0.034 ms")
