"""One line a packet: each form that a template can be written against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_RR, fragment
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    ICMPv6ND_NS,
    ICMPv6PacketTooBig,
    IPv6,
    IPv6ExtHdrFragment,
)
from scapy.layers.l2 import ARP, LLC, Dot1Q, Ether
from scapy.packet import Raw

from lab.packets import Icmp, Teller, decode
from tests.packets.generated import frame_of

if TYPE_CHECKING:
    from scapy.packet import Packet

LINK = Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:01")
CLIENT, SERVER, OUTSIDE = "192.168.1.10", "203.0.113.10", "198.51.100.11"
OUT, BACK = IP(src=CLIENT, dst=SERVER), IP(src=SERVER, dst=CLIENT)
UDP_OUT = OUT / UDP(sport=40001, dport=3000)
HANDSHAKE = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None), ("WScale", 7)]


def line(packet: Packet, *show: str) -> str:
    return Teller(show).line(decode(frame_of(bytes(LINK / packet))))


def cut_line(packet: Packet, length: int) -> str:
    data = bytes(LINK / packet)
    return Teller().line(decode(frame_of(data[:length], length=len(data))))


def test_a_datagram() -> None:
    assert line(UDP_OUT / b"sally") == "192.168.1.10:40001 > 203.0.113.10:3000 UDP 5 'sally'"


def test_an_empty_datagram() -> None:
    assert line(UDP_OUT) == "192.168.1.10:40001 > 203.0.113.10:3000 UDP 0"


def test_padding_up_to_the_smallest_frame_is_no_payload() -> None:
    assert line(UDP_OUT / b"x" / Raw(b""), "id").endswith("UDP 1 'x'")
    data = bytes(LINK / UDP_OUT / b"x").ljust(60, b"\0")
    assert Teller().line(decode(frame_of(data))) == "192.168.1.10:40001 > 203.0.113.10:3000 UDP 1 'x'"


def test_a_datagram_over_ipv6_has_brackets_around_the_addresses() -> None:
    packet = IPv6(src="2001:db8::10", dst="2001:db8::53") / UDP(sport=40001, dport=3000) / b"sally"
    assert line(packet) == "[2001:db8::10]:40001 > [2001:db8::53]:3000 UDP 5 'sally'"


def test_an_ip_header_with_options() -> None:
    packet = IP(src=CLIENT, dst=SERVER, options=[IPOption_RR(routers=["1.2.3.4"])]) / UDP(sport=1, dport=2) / b"hi"
    assert line(packet) == "192.168.1.10:1 > 203.0.113.10:2 UDP 2 'hi'"


def test_a_frame_with_vlan_tags() -> None:
    assert line(Dot1Q(vlan=7) / Dot1Q(vlan=8) / UDP_OUT / b"hi") == (
        "192.168.1.10:40001 > 203.0.113.10:3000 UDP 2 'hi'"
    )


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        (8, 0, "echo request"),
        (0, 0, "echo reply"),
        (13, 0, "timestamp request"),
        (42, 7, "type 42 code 7"),
    ],
)
def test_icmp(kind: int, code: int, said: str) -> None:
    assert line(OUT / ICMP(type=kind, code=code)) == f"192.168.1.10 > 203.0.113.10 ICMP {said}"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (ICMP(type=3, code=0), "net unreachable"),
        (ICMP(type=3, code=1), "host unreachable"),
        (ICMP(type=3, code=3), "port unreachable"),
        (ICMP(type=3, code=4, nexthopmtu=1400), "fragmentation needed, mtu 1400"),
        (ICMP(type=3, code=13), "administratively prohibited"),
        (ICMP(type=5, code=1, gw="192.168.1.2"), "redirect to 192.168.1.2"),
        (ICMP(type=11, code=0), "time exceeded"),
        (ICMP(type=11, code=1), "reassembly time exceeded"),
    ],
)
def test_icmp_tells_of_which_packet_without_its_payload(message: Packet, said: str) -> None:
    quoted = IP(src=OUTSIDE, dst=SERVER) / UDP(sport=40001, dport=3000) / b"sally"
    assert line(IP(src=SERVER, dst=OUTSIDE) / message / quoted) == (
        f"203.0.113.10 > 198.51.100.11 ICMP {said}, of 198.51.100.11:40001 > 203.0.113.10:3000 UDP 5"
    )


def test_icmp_that_quotes_only_eight_bytes_of_a_segment_tells_what_is_in_them() -> None:
    quoted = bytes(OUT / TCP(sport=40001, dport=80, seq=77, flags="PA") / b"GET /")[:28]
    said = "203.0.113.10 > 192.168.1.10 ICMP port unreachable, of 192.168.1.10:40001 > 203.0.113.10:80 TCP seq 1"
    assert line(BACK / ICMP(type=3, code=3) / Raw(quoted)) == said


def test_a_quoted_segment_is_counted_like_the_one_that_was_sent() -> None:
    teller = Teller()
    syn = OUT / TCP(sport=40001, dport=80, seq=1000, flags="S", options=HANDSHAKE)
    large = OUT / TCP(sport=40001, dport=80, seq=1001, ack=7, flags="A") / (b"x" * 1448)
    for packet in (syn, large):
        teller.line(decode(frame_of(bytes(LINK / packet))))
    message = BACK / ICMP(type=3, code=4, nexthopmtu=1400) / Raw(bytes(large)[:548])
    assert teller.line(decode(frame_of(bytes(LINK / message)))).endswith(
        "mtu 1400, of 192.168.1.10:40001 > 203.0.113.10:80 TCP ACK seq 1 ack 1 win 8192 len 1448"
    )


def test_a_quoted_echo_and_a_quoted_fragment() -> None:
    part = fragment(UDP_OUT / Raw(b"x" * 3000), fragsize=1480)[0]
    exceeded = BACK / ICMP(type=11, code=1)
    assert line(exceeded / OUT / ICMP()).endswith("exceeded, of 192.168.1.10 > 203.0.113.10 ICMP echo request")
    assert line(exceeded / part).endswith(", of 192.168.1.10:40001 > 203.0.113.10:3000 UDP fragment 0+1480")


def test_icmp_about_icmp_about_icmp_ends_somewhere() -> None:
    endless = bytes(IP(src=SERVER, dst=CLIENT, len=0) / ICMP(type=11)) * 2000
    assert Teller().line(decode(frame_of(bytes(LINK / OUT)[:14] + endless))) == (
        "203.0.113.10 > 192.168.1.10 ICMP time exceeded, of 203.0.113.10 > 192.168.1.10 ICMP time exceeded"
    )


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (ICMPv6EchoRequest(), "echo request"),
        (ICMPv6ND_NS(tgt="2001:db8::1"), "neighbor solicitation of 2001:db8::1"),
        (
            ICMPv6DestUnreach(code=4) / IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP(sport=1, dport=2) / b"x",
            "port unreachable, of [2001:db8::1]:1 > [2001:db8::2]:2 UDP 1",
        ),
        (
            ICMPv6PacketTooBig(mtu=1280) / IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP(sport=1, dport=2) / b"x",
            "packet too big, mtu 1280, of [2001:db8::1]:1 > [2001:db8::2]:2 UDP 1",
        ),
    ],
)
def test_icmp_of_ipv6(message: Packet, said: str) -> None:
    packet = IPv6(src="2001:db8::2", dst="2001:db8::1") / message
    assert line(packet) == f"2001:db8::2 > 2001:db8::1 ICMPv6 {said}"


def test_arp() -> None:
    assert line(ARP(op=1, psrc=CLIENT, pdst="192.168.1.1")) == "ARP who-has 192.168.1.1 from 192.168.1.10"
    reply = ARP(op=2, psrc="192.168.1.1", hwsrc="02:00:00:00:00:01", pdst=CLIENT)
    assert line(reply) == "ARP 192.168.1.1 is-at 02:00:00:00:00:01"
    assert line(ARP(op=9)) == "ARP operation 9"


def test_arp_of_something_else_than_ethernet_and_ipv4() -> None:
    infiniband = b"\0\x20" + bytes(ARP())[2:]
    assert Teller().line(decode(frame_of(bytes(Ether(type=0x0806)) + infiniband))) == (
        "(not decoded: 28 bytes of ethertype 0x0806)"
    )


def test_fragments_first_middle_and_last() -> None:
    parts = fragment(OUT / UDP(sport=40001, dport=3000) / Raw(b"x" * 3000), fragsize=1480)
    assert [line(part) for part in parts] == [
        "192.168.1.10:40001 > 203.0.113.10:3000 UDP fragment 0+1480",
        "192.168.1.10 > 203.0.113.10 UDP fragment 1480+1480",
        "192.168.1.10 > 203.0.113.10 UDP last fragment 2960+48",
    ]


def test_a_fragment_with_ip_options_is_as_long_as_what_it_carries() -> None:
    packet = IP(src=CLIENT, dst=SERVER, frag=185, options=[IPOption_RR(routers=["1.2.3.4"])], proto=17) / Raw(b"x" * 48)
    assert line(packet) == "192.168.1.10 > 203.0.113.10 UDP last fragment 1480+48"


def test_mac_addresses_ttl_and_identification_on_request() -> None:
    packet = IP(src=CLIENT, dst=SERVER, ttl=63, id=4711) / UDP(sport=40001, dport=3000) / b"x"
    ends, macs = "192.168.1.10:40001 > 203.0.113.10:3000", "02:00:00:00:00:0a > 02:00:00:00:00:01"
    assert line(packet, "mac") == f"{macs} {ends} UDP 1 'x'"
    assert line(packet, "ttl") == f"{ends} ttl 63 UDP 1 'x'"
    assert line(packet, "id") == f"{ends} id 4711 UDP 1 'x'"
    assert line(packet, "id", "ttl", "mac") == f"{macs} {ends} ttl 63 id 4711 UDP 1 'x'"
    assert line(ARP(op=1, psrc=CLIENT, pdst=SERVER), "mac", "ttl", "id") == (
        f"{macs} ARP who-has 203.0.113.10 from 192.168.1.10"
    )


def test_only_fragments_have_an_identification_in_ipv6() -> None:
    head, datagram = IPv6(src="2001:db8::1", dst="2001:db8::2"), UDP(sport=1, dport=2) / b"x"
    assert line(head / datagram, "id") == "[2001:db8::1]:1 > [2001:db8::2]:2 UDP 1 'x'"
    assert line(head / IPv6ExtHdrFragment(id=77, m=1) / datagram, "id") == (
        "[2001:db8::1]:1 > [2001:db8::2]:2 id 77 UDP fragment 0+9"
    )


def test_what_is_not_decoded_is_still_told() -> None:
    assert Teller().line(decode(frame_of(bytes(Ether(type=0x88CC)) + b"x" * 46))) == (
        "(not decoded: 46 bytes of ethertype 0x88cc)"
    )
    spanning_tree = bytes(Ether(type=38) / LLC()) + bytes(35)
    assert Teller().line(decode(frame_of(spanning_tree))) == "(not decoded: 38 bytes of IEEE 802.3)"
    assert line(IP(src=CLIENT, dst="224.0.0.22", proto=2) / Raw(b"x" * 16)) == (
        "192.168.1.10 > 224.0.0.22 IGMP (not decoded: 16 bytes)"
    )
    assert line(IP(src=CLIENT, dst=SERVER, proto=253) / Raw(b"x")) == (
        "192.168.1.10 > 203.0.113.10 protocol 253 (not decoded: 1 bytes)"
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (0, "truncated"),
        (13, "truncated"),
        (14 + 19, "truncated"),
        (14 + 20, "192.168.1.10 > 203.0.113.10 UDP truncated"),
        (14 + 27, "192.168.1.10 > 203.0.113.10 UDP truncated"),
        (14 + 28, "192.168.1.10:40001 > 203.0.113.10:3000 UDP 12 truncated"),
        (14 + 33, "192.168.1.10:40001 > 203.0.113.10:3000 UDP 12 'sally'… truncated"),
    ],
)
def test_a_cut_datagram_is_told_as_far_as_it_goes(length: int, said: str) -> None:
    assert cut_line(UDP_OUT / b"sally and me", length) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (14 + 27, "192.168.1.10 > 203.0.113.10 TCP truncated"),
        (14 + 28, "192.168.1.10:40001 > 203.0.113.10:80 TCP seq 1 truncated"),
        (14 + 39, "192.168.1.10:40001 > 203.0.113.10:80 TCP seq 1 truncated"),
        (14 + 40, "192.168.1.10:40001 > 203.0.113.10:80 TCP SYN seq 0 win 64240 truncated"),
        (14 + 46, "192.168.1.10:40001 > 203.0.113.10:80 TCP SYN seq 0 win 64240 <mss 1460, sackOK> truncated"),
    ],
)
def test_a_cut_segment_is_told_as_far_as_it_goes(length: int, said: str) -> None:
    assert cut_line(OUT / TCP(sport=40001, dport=80, flags="S", window=64240, options=HANDSHAKE), length) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (14 + 23, "ICMP truncated"),
        (14 + 24, "ICMP fragmentation needed truncated"),
        (14 + 27, "ICMP fragmentation needed truncated"),
        (14 + 28, "ICMP fragmentation needed, mtu 1400 truncated"),
        (14 + 47, "ICMP fragmentation needed, mtu 1400 truncated"),
        (14 + 48, "ICMP fragmentation needed, mtu 1400, of 192.168.1.10 > 203.0.113.10 UDP truncated"),
    ],
)
def test_a_cut_message_is_told_as_far_as_it_goes(length: int, said: str) -> None:
    assert cut_line(BACK / ICMP(type=3, code=4, nexthopmtu=1400) / UDP_OUT, length) == (
        f"203.0.113.10 > 192.168.1.10 {said}"
    )


def test_a_cut_echo_has_no_numbers() -> None:
    data = bytes(LINK / OUT / ICMP(id=7, seq=8))
    found = [decode(frame_of(data[:length])).transport for length in (14 + 24, 14 + 26, 14 + 28)]
    assert [(icmp.ident, icmp.seq) for icmp in found if isinstance(icmp, Icmp)] == [(None, None), (None, None), (7, 8)]


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (IP(src=CLIENT, dst=SERVER, len=0) / UDP(sport=1, dport=2) / b"hello", "UDP 5 'hello'"),
        (IPv6(src="::1", dst="::2", plen=0) / UDP(sport=1, dport=2) / b"hello", "UDP 5 'hello'"),
        (OUT / UDP(sport=1, dport=2, len=0) / b"hello", "UDP 5 'hello'"),
    ],
)
def test_a_length_of_none_is_that_of_what_is_there(packet: Packet, said: str) -> None:
    assert line(packet).endswith(said)


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (OUT / UDP(sport=1, dport=2, len=7) / b"x", "192.168.1.10:1 > 203.0.113.10:2 UDP 0 (bad UDP length 7)"),
        (OUT / UDP(sport=1, dport=2, len=50) / b"x", "192.168.1.10:1 > 203.0.113.10:2 UDP 42 'x'… (bad UDP length 50)"),
        (
            OUT / TCP(sport=1, dport=2, dataofs=4, flags="A"),
            "192.168.1.10:1 > 203.0.113.10:2 TCP ACK seq 1 ack 1 win 8192 (bad TCP header length 16)",
        ),
        (IP(src=CLIENT, dst=SERVER, proto=17) / Raw(b"xx"), "192.168.1.10 > 203.0.113.10 UDP (bad length 2)"),
        (IP(src=CLIENT, dst=SERVER, proto=17, len=8), "192.168.1.10 > 203.0.113.10 UDP (bad IP length 8)"),
        (IP(src=CLIENT, dst=SERVER, ihl=4), "(not decoded: 20 bytes with a bad IP header)"),
        (IP(src=CLIENT, dst=SERVER, version=7) / Raw(b"x" * 30), "(not decoded: 50 bytes with a bad IP header)"),
    ],
)
def test_lengths_that_cannot_be(packet: Packet, said: str) -> None:
    assert line(packet) == said
