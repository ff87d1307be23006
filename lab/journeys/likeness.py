"""What of a packet stays as it is on its whole way, and what a router that translates addresses changes (RFC 3022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lab.packets import Icmp, Tcp, Udp

if TYPE_CHECKING:
    from collections.abc import Hashable

    from lab.packets import Packet
    from lab.topology import Address
    from lab.translation import End

MATTER_BYTES = 256
"""So much of each frame is looked at: all headers with the first words, and whoever captures may cut off the rest."""

_PAYLOAD_BYTES = 128
_ETHERNET_BYTES = 14
_ICMP_HEAD_BYTES = 8
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}


class Flow(NamedTuple):
    """From which end to which; a port is 0 where the packet shows none, and the ident of an ICMP echo."""

    protocol: str
    source: End
    target: End

    @property
    def back(self) -> Flow:
        """The other way round."""
        return Flow(self.protocol, self.target, self.source)

    @property
    def addresses(self) -> tuple[Address, Address]:
        """Without the ports."""
        return self.source[0], self.target[0]


class Whole(NamedTuple):
    """What all fragments of one packet share (RFC 791), and a packet with its own fragments."""

    protocol: int
    ident: int
    source: Address
    target: Address


def flow_of(packet: Packet) -> Flow | None:
    """The flow that a packet belongs to by its own header; None when it is not an IP packet."""
    if packet.ip is None:
        return None
    protocol = _PROTOCOLS.get(packet.ip.protocol, str(packet.ip.protocol))
    match packet.transport:
        case Udp() | Tcp() as one:
            ports = (one.source_port, one.target_port)
        case Icmp(ident=int(ident)):
            ports = (ident, ident)
        case _:
            ports = (0, 0)
    return Flow(protocol, (packet.ip.source, ports[0]), (packet.ip.target, ports[1]))


def quoted_flow_of(packet: Packet) -> Flow | None:
    """The flow about which an ICMP error speaks."""
    transport = packet.transport
    return flow_of(transport.quoted) if isinstance(transport, Icmp) and transport.quoted else None


def substance_of(packet: Packet) -> Hashable:
    """What no router on the way changes: all but addresses, ports, time to live and checksums."""
    ip = packet.ip
    if ip is None:
        return None
    head = (ip.protocol, ip.ident, ip.dont_fragment, ip.more_fragments, ip.offset, ip.length)
    match packet.transport:
        case Udp() as udp:
            return (*head, udp.length, udp.payload[:_PAYLOAD_BYTES])
        case Tcp() as tcp:
            payload = tcp.payload[:_PAYLOAD_BYTES]
            return (*head, tcp.seq, tcp.ack, tcp.window, tcp.flags, tcp.options, tcp.length, payload)
        case Icmp() as icmp:
            quoted = substance_of(icmp.quoted) if icmp.quoted else _body(packet)[_ICMP_HEAD_BYTES:]
            return (*head, icmp.kind, icmp.code, icmp.seq, quoted)
        case _:
            return (*head, _body(packet))


def whole_of(packet: Packet) -> Whole | None:
    """Which packet it is a part of, or could be cut into; None when it has no number of its own."""
    ip = packet.ip
    if ip is None or not (ip.ident or ip.is_fragment):
        return None
    return Whole(ip.protocol, ip.ident, ip.source, ip.target)


def _body(packet: Packet) -> bytes:
    """The bytes after the IP header; of a quoted packet, which may have been translated, none."""
    if packet.ip is None or packet.ethernet is None:
        return b""
    start = _ETHERNET_BYTES + packet.ip.header
    return packet.frame.data[start : start + _PAYLOAD_BYTES]
