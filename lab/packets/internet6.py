"""IPv6's header and the extension headers behind it (RFC 8200)."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Address

from dpkt import ip, ip6  # type: ignore[import-untyped]

from lab.packets.header import read
from lab.packets.model import Ip

_HEADER = 40
_UNIT = 8
_OPTIONS = frozenset({ip.IP_PROTO_HOPOPTS, ip.IP_PROTO_ROUTING, ip.IP_PROTO_DSTOPTS})


def fixed(data: bytes) -> Ip:
    """The header that every packet has; Trouble when it is cut."""
    header = read(ip6.IP6, data)
    return Ip(
        source=IPv6Address(header.src),
        target=IPv6Address(header.dst),
        protocol=header.nxt,
        ttl=header.hlim,
        ident=0,
        dont_fragment=True,  # nobody but its sender may cut it
        more_fragments=False,
        offset=0,
        length=_HEADER + header.plen if header.plen else len(data),
        header=_HEADER,
    )


def with_extensions(found: Ip, data: bytes) -> Ip:
    """The same with what its extension headers say, and the protocol behind them; Trouble when they are cut."""
    while found.offset == 0:
        at, rest = found.header, data[found.header : found.length]
        if found.protocol in _OPTIONS:
            options = read(ip6.IP6OptsHeader, rest)
            found = replace(found, protocol=options.nxt, header=at + (options.len + 1) * _UNIT)
        elif found.protocol == ip.IP_PROTO_FRAGMENT:
            part = read(ip6.IP6FragmentHeader, rest)
            found = replace(
                found,
                protocol=part.nxt,
                header=at + _UNIT,
                ident=part.id,
                offset=part.frag_off * _UNIT,
                more_fragments=bool(part.m_flag),
            )
        else:
            break
    return found
