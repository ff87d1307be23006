"""One line a packet, the form in which templates of `packets:` are written: fixed here, for all who show packets."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from lab.packets import dns
from lab.packets.model import Icmp, Tcp, Udp
from lab.packets.quoting import quote
from lab.packets.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lab.packets.model import Address, Arp, Detail, Ip, Packet
    from lab.packets.streams import Position

_PROTOCOLS = {1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 51: "AH", 58: "ICMPv6", 132: "SCTP"}
_FLAGS = ("SYN", "FIN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
_REQUEST, _REPLY = 1, 2
_TRUNCATED = "truncated"


class Teller:
    """Tells the packets of one place, in their order: TCP's numbers are counted from the first it saw of each flow.

    `show` puts in what most lessons can do without: the MAC addresses, the TTL, the IP packet's identification.
    """

    def __init__(self, show: Collection[Detail] = ()) -> None:
        self._show = frozenset(show)
        self._streams = Streams()

    def line(self, packet: Packet) -> str:
        """The packet in one line of printable characters."""
        return " ".join(self._words(packet))

    def _words(self, packet: Packet) -> Iterator[str]:
        if "mac" in self._show and packet.ethernet is not None:
            yield f"{packet.ethernet.source} > {packet.ethernet.target}"
        if packet.arp is not None:
            yield _arp(packet.arp)
        elif packet.ip is not None:
            yield _ends(packet, packet.ip)
            yield from self._extras(packet.ip)
            yield from self._protocol(packet, packet.ip, is_quoted=False)
        if packet.trouble is not None:
            yield _TRUNCATED if packet.trouble == _TRUNCATED else f"({packet.trouble})"

    def _extras(self, ip: Ip) -> Iterator[str]:
        if "ttl" in self._show:
            yield f"ttl {ip.ttl}"
        if "id" in self._show and (ip.source.version == 4 or ip.is_fragment):
            yield f"id {ip.ident}"

    def _protocol(self, packet: Packet, ip: Ip, *, is_quoted: bool) -> Iterator[str]:
        yield _PROTOCOLS.get(ip.protocol, f"protocol {ip.protocol}")
        if ip.is_fragment:
            yield f"{'' if ip.more_fragments else 'last '}fragment {ip.offset}+{max(ip.length - ip.header, 0)}"
            return
        match packet.transport:
            case Udp() as udp:
                yield str(udp.length)
                yield from () if is_quoted else _payload(udp)
            case Tcp() as tcp:
                yield from self._tcp(ip, tcp, is_quoted=is_quoted, is_cut=packet.trouble is not None)
            case Icmp() as icmp:
                yield icmp.text + self._about(icmp)

    def _tcp(self, ip: Ip, tcp: Tcp, *, is_quoted: bool, is_cut: bool) -> Iterator[str]:
        if is_cut and not tcp.flags:  # no more than the sequence number is known
            yield f"seq {self._streams.look_up(ip, tcp).seq}"
        elif is_quoted:
            yield from _segment(tcp, self._streams.look_up(ip, tcp))
        else:
            position = self._streams.follow(ip, tcp)
            yield from _segment(tcp, position)
            if tcp.length and tcp.payload:
                yield quote(tcp.payload, tcp.length)
            if position.is_repeated:
                yield "(retransmission)"

    def _about(self, icmp: Icmp) -> str:
        """The packet that it quotes, without what that carried: most often there is little of it."""
        quoted = icmp.quoted
        if quoted is None or quoted.ip is None:
            return ""
        return f", of {_ends(quoted, quoted.ip)} {' '.join(self._protocol(quoted, quoted.ip, is_quoted=True))}"


def _ends(packet: Packet, ip: Ip) -> str:
    match packet.transport:
        case Udp() | Tcp() as transport:
            return f"{_end(ip.source, transport.source_port)} > {_end(ip.target, transport.target_port)}"
    return f"{ip.source} > {ip.target}"


def _end(address: Address, port: int) -> str:
    return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"


def _arp(arp: Arp) -> str:
    if arp.operation == _REQUEST:
        return f"ARP who-has {arp.target} from {arp.sender}"
    if arp.operation == _REPLY:
        return f"ARP {arp.sender} is-at {arp.sender_mac}"
    return f"ARP operation {arp.operation}"


def _payload(udp: Udp) -> Iterator[str]:
    words = dns.in_words(udp.payload, is_expected=dns.PORT in {udp.source_port, udp.target_port})
    if words is not None:
        yield f"DNS {words}"
    elif udp.payload:
        yield quote(udp.payload, udp.length)


def _segment(tcp: Tcp, position: Position) -> Iterator[str]:
    yield " ".join(flag for flag in _FLAGS if flag in tcp.flags) or "no flags"
    yield f"seq {position.seq}"
    if "ACK" in tcp.flags:
        yield f"ack {position.ack}"
    yield f"win {tcp.window}"
    if "SYN" in tcp.flags and tcp.options:
        yield f"<{', '.join(tcp.options)}>"
    if tcp.length:
        yield f"len {tcp.length}"
