"""UDP and TCP (RFC 768, RFC 9293): their headers, and as much of the payload as there is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dpkt import tcp as dpkt_tcp  # type: ignore[import-untyped]
from dpkt import udp as dpkt_udp

from lab.packets.header import TRUNCATED, Trouble, read
from lab.packets.model import Tcp, Udp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dpkt.dpkt import Packet as Header  # type: ignore[import-untyped]

_UDP_HEADER = 8
_TCP_HEADER = 20
_TCP_START = 8  # ports and sequence number: as much of it as the oldest ICMP quotes (RFC 792)

_FLAGS = {
    "SYN": dpkt_tcp.TH_SYN,
    "FIN": dpkt_tcp.TH_FIN,
    "RST": dpkt_tcp.TH_RST,
    "PSH": dpkt_tcp.TH_PUSH,
    "ACK": dpkt_tcp.TH_ACK,
    "URG": dpkt_tcp.TH_URG,
    "ECE": dpkt_tcp.TH_ECE,
    "CWR": dpkt_tcp.TH_CWR,
}
_OPTIONS = {
    dpkt_tcp.TCP_OPT_NOP: "nop",
    dpkt_tcp.TCP_OPT_SACKOK: "sackOK",
    dpkt_tcp.TCP_OPT_SACK: "sack",
    dpkt_tcp.TCP_OPT_TIMESTAMP: "ts",
    dpkt_tcp.TCP_OPT_MD5: "md5",
    30: "mptcp",
    34: "fast open",
}
_NUMBERED = {dpkt_tcp.TCP_OPT_MSS: ("mss", 2), dpkt_tcp.TCP_OPT_WSCALE: ("wscale", 1)}


_FLAG_SETS = tuple(frozenset(name for name, bit in _FLAGS.items() if byte & bit) for byte in range(256))


@dataclass(frozen=True)
class Body:
    """What an IP packet carries: the bytes that are here, and how many there are to be; or only its first part."""

    data: bytes
    length: int
    is_part: bool


def udp(body: Body) -> tuple[Udp, str | None]:
    """The datagram, and what is wrong with it; Trouble when its header is not all there."""
    header = _read(dpkt_udp.UDP, body, _UDP_HEADER)
    whole = header.ulen or body.length  # 0 is one larger than the field can tell (RFC 2675)
    is_bad = whole < _UDP_HEADER or (whole > body.length and not body.is_part)
    datagram = Udp(
        source_port=header.sport,
        target_port=header.dport,
        length=max(whole - _UDP_HEADER, 0),
        payload=body.data[_UDP_HEADER:whole],
    )
    return datagram, f"bad UDP length {whole}" if is_bad else None


def tcp(body: Body) -> tuple[Tcp, str | None]:
    """The segment, and what is wrong with it; Trouble when not even its ports and sequence number are there."""
    if _TCP_START <= len(body.data) < _TCP_HEADER <= body.length:
        return _segment(_read(dpkt_tcp.TCP, _start_of(body), _TCP_HEADER), (), 0, b""), TRUNCATED
    header = _read(dpkt_tcp.TCP, body, _TCP_HEADER)
    behind = header.off * 4
    if behind < _TCP_HEADER or (behind > body.length and not body.is_part):
        return _segment(header, (), 0, b""), f"bad TCP header length {behind}"
    options = tuple(_options(body.data[_TCP_HEADER:behind]))
    return _segment(header, options, max(body.length - behind, 0), body.data[behind:]), None


def _read(kind: type[Header], body: Body, length: int) -> Any:
    if body.length < length:
        raise Trouble(f"bad length {body.length}")
    return read(kind, body.data)


def _start_of(body: Body) -> Body:
    """With nothing but zeros after the sequence number."""
    return replace(body, data=body.data[:_TCP_START].ljust(_TCP_HEADER, b"\0"))


def _segment(header: Any, options: tuple[str, ...], length: int, payload: bytes) -> Tcp:
    return Tcp(
        source_port=header.sport,
        target_port=header.dport,
        seq=header.seq,
        ack=header.ack,
        window=header.win,
        flags=_FLAG_SETS[header.flags & 0xFF],
        options=options,
        length=length,
        payload=payload,
    )


def _options(data: bytes) -> Iterator[str]:
    """In words, up to the end of the list or to the first that is broken (RFC 9293, section 3.1)."""
    for found in dpkt_tcp.parse_opts(data):
        if found is None or found[0] == dpkt_tcp.TCP_OPT_EOL:
            return
        kind, value = found
        name, length = _NUMBERED.get(kind, (None, None))
        if name is None:
            yield _OPTIONS.get(kind, f"option {kind}")
        elif len(value) == length:
            yield f"{name} {int.from_bytes(value)}"
