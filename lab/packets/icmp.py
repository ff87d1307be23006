"""ICMP for IPv4 and for IPv6 in words (RFC 792, RFC 1812, RFC 4443, RFC 4861)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from dpkt import icmp as dpkt_icmp  # type: ignore[import-untyped]

from lab.packets.header import read
from lab.packets.model import Icmp

if TYPE_CHECKING:
    from collections.abc import Mapping

_REST = 4  # of the header: what the kind makes of it
_WORDS: Mapping[int, Mapping[int, str]] = {
    0: {0: "echo reply"},
    3: {
        0: "net unreachable",
        1: "host unreachable",
        2: "protocol unreachable",
        3: "port unreachable",
        4: "fragmentation needed",
        5: "source route failed",
        9: "net prohibited",
        10: "host prohibited",
        13: "administratively prohibited",
    },
    4: {0: "source quench"},
    5: {0: "redirect", 1: "redirect"},
    8: {0: "echo request"},
    9: {0: "router advertisement"},
    10: {0: "router solicitation"},
    11: {0: "time exceeded", 1: "reassembly time exceeded"},
    12: {0: "parameter problem"},
    13: {0: "timestamp request"},
    14: {0: "timestamp reply"},
}
_WORDS_6: Mapping[int, Mapping[int, str]] = {
    1: {
        0: "no route",
        1: "administratively prohibited",
        3: "address unreachable",
        4: "port unreachable",
    },
    2: {0: "packet too big"},
    3: {0: "time exceeded", 1: "reassembly time exceeded"},
    4: {0: "parameter problem", 1: "parameter problem"},
    128: {0: "echo request"},
    129: {0: "echo reply"},
    133: {0: "router solicitation"},
    134: {0: "router advertisement"},
    135: {0: "neighbor solicitation"},
    136: {0: "neighbor advertisement"},
    143: {0: "multicast listener report"},
}
_ECHO, _ECHO_6 = frozenset({0, 8}), frozenset({128, 129})
_QUOTES, _QUOTES_6 = frozenset({3, 4, 5, 11, 12}), frozenset({1, 2, 3, 4})
_NEIGHBOR_6 = frozenset({135, 136})


def read_message(data: bytes, *, is_6: bool) -> tuple[Icmp, bytes]:
    """The message, and what is here of the packet that it is about, if anything; Trouble when its kind is cut off."""
    header = read(dpkt_icmp.ICMP, data)
    kind, code, rest = header.type, header.code, header.data
    words = (_WORDS_6 if is_6 else _WORDS).get(kind, {}).get(code, f"type {kind} code {code}")
    detail = _detail_6(kind, rest) if is_6 else _detail(kind, code, rest)
    is_echo = kind in (_ECHO_6 if is_6 else _ECHO) and len(rest) >= _REST
    message = Icmp(
        kind=kind,
        code=code,
        text=words + detail,
        ident=int.from_bytes(rest[:2]) if is_echo else None,
        seq=int.from_bytes(rest[2:_REST]) if is_echo else None,
    )
    return message, rest[_REST:] if kind in (_QUOTES_6 if is_6 else _QUOTES) else b""


def _detail(kind: int, code: int, rest: bytes) -> str:
    """What else the header says: the MTU of the way on (RFC 1191), or the better gateway."""
    if (kind, code) == (3, 4) and any(rest[2:_REST]) and len(rest) >= _REST:
        return f", mtu {int.from_bytes(rest[2:_REST])}"
    if kind == 5 and len(rest) >= _REST:
        return f" to {IPv4Address(rest[:_REST])}"
    return ""


def _detail_6(kind: int, rest: bytes) -> str:
    if kind == 2 and len(rest) >= _REST:
        return f", mtu {int.from_bytes(rest[:_REST])}"
    if kind in _NEIGHBOR_6 and len(rest) >= _REST + 16:
        return f" of {IPv6Address(rest[_REST : _REST + 16])}"
    return ""
