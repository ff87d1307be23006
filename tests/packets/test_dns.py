"""DNS in words: who is asked for, and what is answered; a hostile message is just a payload."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRMX, DNSRROPT
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lab.packets import Teller, decode
from lab.packets.dns import in_words
from tests.packets.generated import frame_of

if TYPE_CHECKING:
    from scapy.packet import Packet

POINTER_TO_ITSELF = b"\xc0\x0c"


def question(name: str = "server.lab.test", kind: str = "A") -> Packet:
    return DNSQR(qname=name, qtype=kind)


def answer(*records: Packet, rcode: int = 0, name: str = "server.lab.test", **more: Any) -> Packet:
    return DNS(qr=1, rcode=rcode, qd=question(name), an=list(records), **more)


def record(kind: str, data: str, name: str = "server.lab.test") -> Packet:
    return DNSRR(rrname=name, type=kind, rdata=data)


def raw(name: bytes, *, flags: int = 0x0100, counts: tuple[int, int] = (1, 0), rest: bytes = b"\0\1\0\1") -> bytes:
    return struct.pack(">6H", 1, flags, *counts, 0, 0) + name + rest


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (DNS(rd=1, qd=question()), "query A server.lab.test"),
        (DNS(rd=1, qd=question(kind="AAAA")), "query AAAA server.lab.test"),
        (DNS(rd=1, qd=question(kind="HTTPS")), "query TYPE65 server.lab.test"),
        (DNS(rd=1, qd=question("."), ar=DNSRROPT()), "query A ."),
        (answer(record("A", "203.0.113.10")), "answer server.lab.test = 203.0.113.10"),
        (
            answer(record("A", "203.0.113.10"), record("A", "203.0.113.20")),
            "answer server.lab.test = 203.0.113.10, 203.0.113.20",
        ),
        (answer(record("AAAA", "2001:db8::1")), "answer server.lab.test = 2001:db8::1"),
        (
            answer(record("CNAME", "server.lab.test", "www.example"), record("A", "203.0.113.10"), name="www.example"),
            "answer www.example = CNAME server.lab.test, 203.0.113.10",
        ),
        (
            answer(DNSRRMX(rrname="lab.test", exchange="mail.lab.test"), name="lab.test"),
            "answer lab.test = MX mail.lab.test",
        ),
        (answer(record("TXT", "hello")), "answer server.lab.test = TXT"),
        (answer(DNSRR(rrname="lab.test", type=999, rdata=b"?")), "answer server.lab.test = TYPE999"),
        (answer(), "answer server.lab.test NODATA"),
        (answer(rcode=3, name="no.such"), "answer no.such NXDOMAIN"),
        (answer(rcode=2), "answer server.lab.test SERVFAIL"),
        (answer(rcode=11), "answer server.lab.test RCODE 11"),
        (DNS(qr=1, rcode=1, qd=[]), "answer FORMERR"),
        (DNS(qr=1, opcode=4, rcode=4, qd=[]), "answer NOTIMP"),
    ],
)
def test_questions_and_answers(message: Packet, said: str) -> None:
    assert in_words(bytes(message), is_expected=True) == said


def test_it_is_told_after_the_length_of_the_datagram() -> None:
    query = IP(src="192.168.1.10", dst="203.0.113.53") / UDP(sport=40001, dport=53) / DNS(rd=1, qd=question())
    assert Teller().line(decode(frame_of(bytes(Ether(dst="02:00:00:00:00:01") / query)))) == (
        "192.168.1.10:40001 > 203.0.113.53:53 UDP 33 DNS query A server.lab.test"
    )


def test_at_another_port_only_what_cannot_be_anything_else_is_dns() -> None:
    def told(message: bytes) -> str | None:
        return in_words(message, is_expected=False)

    assert told(bytes(DNS(rd=1, qd=question()))) == "query A server.lab.test"
    assert told(bytes(answer(rcode=3, name="no.such"))) == "answer no.such NXDOMAIN"
    assert told(bytes(DNS(qr=1, rcode=1, qd=[]))) is None
    assert told(raw(b"\1x\0", rest=b"\0\1\0\7")) is None
    assert told(b"\0\x01\x19\0\0\1\0\0\0\0\0\0\1x\0\0\1\0\1") is None


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"hello, I am no DNS",
        bytes(12),
        raw(POINTER_TO_ITSELF),
        raw(b"\xc0\x0e\xc0\x0c"),
        raw(b"\3abc"),
        raw(b"\x50" + b"x" * 80 + b"\0"),
        raw(b"\x2a" * 400),
        raw(b"\1\xff\0"),
        raw(b"\1x\0", counts=(1, 65535), flags=0x8000),
        raw(b"\1x\0", counts=(65535, 0)),
        raw(b"\1x\0") + bytes(5000),
        raw(b"\1x\0", flags=0x2800),
        raw(b"", flags=0x8000, counts=(0, 0)),
        raw(b"\1x\0", flags=0x8000, counts=(1, 100)) + b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\1\2\3\4" * 100,
    ],
)
def test_what_is_no_message_or_a_hostile_one_is_only_a_payload(message: bytes) -> None:
    assert in_words(message, is_expected=True) is None


def test_names_that_would_be_obeyed_by_a_terminal_or_taken_for_something_else_are_escaped() -> None:
    assert in_words(raw(b"\7a\nb c\\\x1b\4test\0"), is_expected=True) == r"query A a\010b\032c\092\027.test"


def test_an_address_of_the_wrong_length_is_not_told() -> None:
    cut = raw(b"\1x\0", flags=0x8000, counts=(1, 1)) + b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + b"\xcb\0\x71"
    assert in_words(cut, is_expected=True) == "answer x NODATA"


@given(st.binary(max_size=100), st.sampled_from((b"", raw(b"\1x\0"), raw(b"\1x\0", flags=0x8000, counts=(1, 2)))))
def test_whatever_comes_the_words_are_printable(tail: bytes, head: bytes) -> None:
    assert (in_words(head + tail, is_expected=True) or "").isprintable()


def test_a_payload_at_the_port_that_is_no_dns_is_shown() -> None:
    packet = IP(src="192.168.1.10", dst="203.0.113.53") / UDP(sport=40001, dport=53) / Raw(b"hello")
    assert Teller().line(decode(frame_of(bytes(Ether(dst="02:00:00:00:00:01") / packet)))).endswith(" UDP 5 'hello'")
