"""IPv4 and IPv6 (RFC 791, RFC 8200), as a frame carries them or as an ICMP message quotes them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from dpkt import ip as dpkt_ip  # type: ignore[import-untyped]

from lab.packets import icmp, internet6
from lab.packets.header import TRUNCATED, Trouble, read
from lab.packets.model import Ip, Packet
from lab.packets.transport import Body, tcp, udp

if TYPE_CHECKING:
    from lab.packets.model import Ethernet, Frame, Icmp, Tcp, Udp

_ICMP = frozenset({dpkt_ip.IP_PROTO_ICMP, dpkt_ip.IP_PROTO_ICMP6})
_HEADER = 20


def decode(frame: Frame, data: bytes, ethernet: Ethernet | None) -> Packet:
    """The packet that these bytes are; one without Ethernet is quoted, which nobody expects to be whole."""
    is_6 = bool(data) and data[0] >> 4 == 6
    try:
        ip = internet6.fixed(data) if is_6 else _ipv4(data)
    except Trouble as trouble:
        return Packet(frame=frame, ethernet=ethernet, trouble=str(trouble))
    carried, problem = None, None
    try:
        ip = internet6.with_extensions(ip, data) if is_6 else ip
        carried, problem = _carried(frame, ip, data, is_quoted=ethernet is None)
    except Trouble as trouble:
        problem = str(trouble)
    if ethernet is not None and len(data) < ip.length:
        problem = TRUNCATED
    return Packet(frame=frame, ethernet=ethernet, ip=ip, transport=carried, trouble=problem)


def _ipv4(data: bytes) -> Ip:
    header = read(dpkt_ip.IP, data)
    if header.v != 4 or header.hl * 4 < _HEADER:
        raise Trouble(f"not decoded: {len(data)} bytes with a bad IP header")
    return Ip(
        source=IPv4Address(header.src),
        target=IPv4Address(header.dst),
        protocol=header.p,
        ttl=header.ttl,
        ident=header.id,
        dont_fragment=bool(header.df),
        more_fragments=bool(header.mf),
        offset=header.offset * 8,
        length=header.len or len(data),  # 0 where the network card is to cut it into segments
        header=header.hl * 4,
    )


def _carried(frame: Frame, ip: Ip, data: bytes, *, is_quoted: bool) -> tuple[Udp | Tcp | Icmp | None, str | None]:
    """What the packet carries, and what is wrong with it."""
    if ip.length < ip.header:
        raise Trouble(f"bad IP length {ip.length}")
    if ip.offset:
        return None, None
    body = Body(data[ip.header : ip.length], ip.length - ip.header, is_part=ip.more_fragments)
    if ip.protocol == dpkt_ip.IP_PROTO_UDP:
        return udp(body)
    if ip.protocol == dpkt_ip.IP_PROTO_TCP:
        return tcp(body)
    if ip.protocol in _ICMP:
        message, about = icmp.read_message(body.data, is_6=ip.protocol == dpkt_ip.IP_PROTO_ICMP6)
        # A message about a message about a message: nobody may send that (RFC 1122, 3.2.2), so nobody need read it.
        if about and not is_quoted:
            message = replace(message, quoted=decode(replace(frame, length=len(about), data=about), about, None))
        return message, None
    raise Trouble(f"not decoded: {body.length} bytes")
