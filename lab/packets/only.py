"""Which packets count: all of IP but talk among neighbours, or only those of some sorts (`udp/3000`, `icmp`, …)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab.packets.model import Icmp, Tcp, Udp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.packets.model import Ip, Packet

_NUMBERS = {"icmp": (1, 58), "tcp": (6,), "udp": (17,)}
"""https://www.iana.org/assignments/protocol-numbers"""

_ALLOWED = "arp, icmp, udp, tcp, udp/PORT, tcp/PORT"
_LAST_PORT = 65535
_IGMP, _ICMPV6 = 2, 58
_NEIGHBOURS = frozenset({135, 136})
"""ICMPv6 messages that do for IPv6 what ARP does for IPv4 (RFC 4861)."""
_UNASKED = frozenset({130, 131, 132, 133, 134, 137, 143})
"""ICMPv6 messages about groups and routers (RFC 3810, RFC 4861)."""


class Only:
    """Takes the packets of some sorts at one place; all of IP when none is named. ValueError for a bad sort.

    What IPv6 asks its neighbours (RFC 4861) counts as ARP does, which it took the place of. What is said of groups, of
    routers, and of an address that is yet to be taken (RFC 3376, RFC 3810, RFC 4862) counts nowhere: it comes when a
    kernel likes, that of the machine on its own bridges too.

    Fragments but the first have no ports (RFC 791): what their first one was is remembered.
    """

    def __init__(self, sorts: Iterable[str] = ()) -> None:
        self._protocols: set[str] = set()
        self._ports: set[tuple[int, int]] = set()
        self._firsts: set[tuple[object, ...]] = set()
        for sort in sorts:
            self._add(sort)

    def _add(self, sort: str) -> None:
        found = re.fullmatch(r"(arp|icmp|udp|tcp)|(udp|tcp)/([0-9]{1,5})", sort)
        if found is None:
            raise ValueError(f"{sort!r} is no sort of packets (allowed: {_ALLOWED})")
        if found[1]:
            self._protocols.add(found[1])
        elif 1 <= (port := int(found[3])) <= _LAST_PORT:
            self._ports.add((_NUMBERS[found[2]][0], port))
        else:
            raise ValueError(f"{found[3]} is no port (allowed: 1 to {_LAST_PORT})")

    def takes(self, packet: Packet) -> bool:
        """Does it count?"""
        if packet.arp is not None:
            return "arp" in self._protocols
        if packet.ip is None or packet.ip.protocol == _IGMP or _is_unasked(packet.ip, packet.transport):
            return False
        if (
            packet.ip.protocol == _ICMPV6
            and isinstance(packet.transport, Icmp)
            and packet.transport.kind in _NEIGHBOURS
        ):
            return "arp" in self._protocols
        if not self._protocols and not self._ports:
            return True
        if any(packet.ip.protocol in _NUMBERS.get(name, ()) for name in self._protocols):
            return True
        return self._has_port(packet)

    def _has_port(self, packet: Packet) -> bool:
        ip, transport = packet.ip, packet.transport
        if ip is None:
            return False
        whole = (ip.source, ip.target, ip.protocol, ip.ident)
        if isinstance(transport, Udp | Tcp):
            found = any((ip.protocol, port) in self._ports for port in (transport.source_port, transport.target_port))
            if ip.more_fragments:  # numbers come again: that of one which counted may be that of one which does not
                (self._firsts.add if found else self._firsts.discard)(whole)
            return found
        return ip.offset > 0 and whole in self._firsts


def _is_unasked(ip: Ip, transport: Udp | Tcp | Icmp | None) -> bool:
    """Is it nobody's doing but a kernel's?"""
    if ip.protocol != _ICMPV6 or not isinstance(transport, Icmp):
        return False
    return transport.kind in _UNASKED or (transport.kind in _NEIGHBOURS and ip.source.is_unspecified)
