"""Packets made by scapy, of every kind that we decode, and some that nobody should send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scapy.layers.dns import DNS, DNSQR
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_RR, fragment
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    ICMPv6ND_NS,
    ICMPv6PacketTooBig,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    PadN,
)
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from lab.packets import Frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from scapy.packet import Packet

MACS = ("02:00:00:00:00:01", "02:00:00:00:00:02", "06:fe:dc:ba:98:76", "ff:ff:ff:ff:ff:ff")
FLAGS = "FSRPAUEC"
OPTIONS = (
    [],
    [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (12345, 0)), ("NOP", None), ("WScale", 7)],
    [("NOP", None), ("NOP", None), ("Timestamp", (1, 2))],
    [("NOP", None), ("NOP", None), ("SAck", (1000, 2000))],
    [("MSS", 536), ("EOL", None)],
)


def frame_of(data: bytes, *, length: int | None = None, time_s: float = 0.0, outgoing: bool = False) -> Frame:
    return Frame(time_s=time_s, outgoing=outgoing, length=len(data) if length is None else length, data=data)


def generate(random: Random) -> bytes:
    """One frame, as it would be on the wire."""
    link = Ether(src=random.choice(MACS), dst=random.choice(MACS))
    if random.random() < 0.1:
        link /= Dot1Q(vlan=random.randrange(4096))
    if random.random() < 0.1:
        link /= Dot1Q(vlan=random.randrange(4096))
    return bytes(link / random.choice(_NETWORKS)(random))


def _address(random: Random) -> str:
    return ".".join(str(random.randrange(1, 255)) for _ in range(4))


def _address_6(random: Random) -> str:
    return ":".join(f"{random.randrange(65536):x}" for _ in range(8))


def _port(random: Random) -> int:
    """One that no protocol is known by: tshark would go on decoding."""
    return random.randrange(50_000, 61_000)


def _payload(random: Random) -> bytes:
    text = random.choice(("", "sally", "下午好\n", "x" * 90, "<script>\x1b[31m"))
    return random.choice((text.encode(), random.randbytes(random.randrange(100))))


def _arp(random: Random) -> Packet:
    return ARP(
        op=random.choice((1, 2)),
        hwsrc=random.choice(MACS),
        hwdst=random.choice(MACS),
        psrc=_address(random),
        pdst=_address(random),
    )


def _ipv4(random: Random) -> Packet:
    head = IP(
        src=_address(random),
        dst=_address(random),
        ttl=random.randrange(1, 256),
        id=random.randrange(65536),
        flags=random.choice(("", "DF")),
        options=[IPOption_RR(routers=[_address(random)])] if random.random() < 0.1 else [],
    )
    packet = head / random.choice((_udp, _udp, _tcp, _tcp, _icmp, _dns))(random)
    return packet if random.random() < 0.9 else random.choice(_fragments(packet, random))


def _fragments(packet: Packet, random: Random) -> list[Packet]:
    packet[IP].flags = 0
    return [IP(bytes(part)) for part in fragment(packet / Raw(random.randbytes(100)), fragsize=48)]


def _udp(random: Random) -> Packet:
    return UDP(sport=_port(random), dport=_port(random)) / Raw(_payload(random))


def _tcp(random: Random) -> Packet:
    return TCP(
        sport=_port(random),
        dport=_port(random),
        seq=random.randrange(1 << 32),
        ack=random.randrange(1 << 32),
        window=random.randrange(65536),
        flags="".join(flag for flag in FLAGS if random.random() < 0.4),
        options=random.choice(OPTIONS),
    ) / Raw(_payload(random))


def _dns(random: Random) -> Packet:
    return UDP(sport=_port(random), dport=53) / DNS(rd=1, qd=DNSQR(qname=random.choice(("a.test", "x" * 60))))


def _icmp(random: Random) -> Packet:
    if random.random() < 0.3:
        kind = random.choice((0, 8))
        echo = ICMP(type=kind, id=random.randrange(65536), seq=random.randrange(65536))
        return echo / Raw(_payload(random))
    quoted = IP(src=_address(random), dst=_address(random)) / random.choice((_udp, _tcp, _tcp))(random)
    cut = random.choice((28, 28, 40, 576))  # RFC 792: the header and 8 bytes; RFC 1812: as much as will go in
    message = random.choice(
        (
            ICMP(type=3, code=3),
            ICMP(type=11),
            ICMP(type=3, code=4, nexthopmtu=1400),
            ICMP(type=5, code=1, gw=_address(random)),
        )
    )
    return message / Raw(bytes(quoted)[:cut])


def _ipv6(random: Random) -> Packet:
    head = IPv6(src=_address_6(random), dst=_address_6(random), hlim=random.randrange(1, 256))
    long_options = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(20))])
    if random.random() < 0.2:
        head /= random.choice((IPv6ExtHdrHopByHop(), long_options, IPv6ExtHdrHopByHop() / long_options))
    if random.random() < 0.1:
        head /= IPv6ExtHdrFragment(offset=random.choice((0, 6)), m=1, id=random.randrange(1 << 32))
    return head / random.choice((_udp, _tcp, _icmp_6))(random)


def _icmp_6(random: Random) -> Packet:
    quoted = bytes(IPv6(src=_address_6(random), dst=_address_6(random)) / _udp(random))
    return random.choice(
        (
            ICMPv6EchoRequest(id=random.randrange(65536), seq=random.randrange(65536)),
            ICMPv6ND_NS(tgt=_address_6(random)),
            ICMPv6DestUnreach(code=4) / Raw(quoted),
            ICMPv6PacketTooBig(mtu=1280) / Raw(quoted),
        )
    )


def _other(random: Random) -> Packet:
    return IP(src=_address(random), dst=_address(random), proto=random.choice((2, 47, 253))) / Raw(_payload(random))


_NETWORKS: tuple[Callable[[Random], Packet], ...] = (_ipv4, _ipv4, _ipv4, _ipv4, _ipv6, _arp, _other)
