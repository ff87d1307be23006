"""Which packets count at a place: `only:` of a scenario, and the words after `lab capture`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6MLReport2, ICMPv6ND_NS, ICMPv6ND_RS, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from lab.packets import Only, decode
from tests.packets.generated import frame_of

if TYPE_CHECKING:
    from scapy.packet import Packet

HERE = IP(src="192.168.1.10", dst="203.0.113.10")
HERE_6 = IPv6(src="2001:db8::1", dst="2001:db8::2")
DATAGRAM = HERE / UDP(sport=40001, dport=3000) / b"sally"
SEGMENT = HERE / TCP(sport=3000, dport=40001)
PACKETS: dict[str, Packet] = {
    "arp": ARP(),
    "arp of IPv6": HERE_6 / ICMPv6ND_NS(tgt="2001:db8::2"),
    "an address to be taken": IPv6(src="::", dst="ff02::1:ff00:2") / ICMPv6ND_NS(tgt="2001:db8::2"),
    "routers": HERE_6 / ICMPv6ND_RS(),
    "groups of IPv6": HERE_6 / ICMPv6MLReport2(),
    "echo": HERE / ICMP(),
    "echo 6": HERE_6 / ICMPv6EchoRequest(),
    "port unreachable": HERE / ICMP(type=3, code=3) / DATAGRAM,
    "to 3000": DATAGRAM,
    "from 3000": HERE / UDP(sport=3000, dport=40001),
    "to 3000 over IPv6": HERE_6 / UDP(sport=1, dport=3000),
    "to 53": HERE / UDP(sport=40001, dport=53),
    "segment": SEGMENT,
    "segment to 80": HERE / TCP(sport=40001, dport=80),
    "groups": HERE / Raw(b"x"),
    "something else": HERE / Raw(b"x"),
}
PACKETS["groups"].proto = 2  # IGMP
UNASKED = {"an address to be taken", "routers", "groups", "groups of IPv6"}
PACKETS["something else"].proto = 132


def taken(only: Only, packet: Packet) -> bool:
    return only.takes(decode(frame_of(bytes(Ether(dst="02:00:00:00:00:01") / packet))))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], set(PACKETS) - {"arp", "arp of IPv6", *UNASKED}),
        (["arp"], {"arp", "arp of IPv6"}),
        (["icmp"], {"echo", "echo 6", "port unreachable"}),
        (["udp"], {"to 3000", "from 3000", "to 3000 over IPv6", "to 53"}),
        (["tcp"], {"segment", "segment to 80"}),
        (["udp/3000"], {"to 3000", "from 3000", "to 3000 over IPv6"}),
        (["tcp/3000"], {"segment"}),
        (
            ["udp/3000", "icmp", "arp"],
            {
                "arp",
                "arp of IPv6",
                "echo",
                "echo 6",
                "port unreachable",
                "to 3000",
                "from 3000",
                "to 3000 over IPv6",
            },
        ),
    ],
)
def test_what_each_word_takes(words: list[str], expected: set[str]) -> None:
    only = Only(words)
    assert {name for name, packet in PACKETS.items() if taken(only, packet)} == expected


def test_what_is_neither_ip_nor_arp_counts_nowhere() -> None:
    packet = decode(frame_of(bytes(Ether(dst="02:00:00:00:00:01", type=0x88CC)) + b"x" * 46))
    assert not any(Only(words).takes(packet) for words in ([], ["arp"], ["icmp"], ["udp"], ["udp/3000"]))


def parts(port: int, ident: int) -> list[Packet]:
    whole = IP(src="192.168.1.10", dst="203.0.113.10", id=ident) / UDP(sport=40001, dport=port) / Raw(b"x" * 3000)
    return fragment(whole, fragsize=1480)


def test_the_fragments_of_a_datagram_go_with_the_first_one() -> None:
    only = Only(["udp/3000"])
    assert [taken(only, part) for part in (*parts(3000, ident=1), *parts(53, ident=2))] == [True] * 3 + [False] * 3
    assert all(taken(Only(["udp"]), part) for part in parts(53, ident=2))
    assert not any(taken(Only(["udp/3000"]), part) for part in parts(3000, ident=1)[1:])


def test_an_identification_that_comes_again_is_another_packet() -> None:
    only = Only(["udp/3000"])
    assert [taken(only, part) for part in (*parts(3000, ident=1), *parts(53, ident=1))] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    "word", ["", "http", "UDP", "udp/", "udp/x", "udp/3000 ", "icmp/8", "arp/1", "udp/-1", "udp/٣", "tcp/1/2"]
)
def test_another_word_is_refused_with_those_that_there_are(word: str) -> None:
    with pytest.raises(ValueError, match="allowed: arp, icmp, udp, tcp, udp/PORT, tcp/PORT") as refused:
        Only(["udp", word])
    assert repr(word) in str(refused.value)


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match=rf"^{port} is no port \(allowed: 1 to 65535\)$"):
        Only([f"udp/{port}"])
