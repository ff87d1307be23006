"""A packet as it was seen at one interface, layer by layer. How bytes become one is in `decoding`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    Address = IPv4Address | IPv6Address

Detail = Literal["mac", "ttl", "id"]
"""What may be told of a packet besides what is always told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What an interface sent or received, from the Ethernet header on; `data` may be cut, `length` is all of it.

    `time_s` is the kernel's stamp: seconds since the epoch as captured, since the scenario began in a record.
    """

    time_s: float
    outgoing: bool
    length: int
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Ethernet:
    """Who on this network hands it to whom (IEEE 802.3); `kind` is the EtherType."""

    source: str
    target: str
    kind: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Arp:
    """Who has this address (RFC 826); `operation` 1 asks, 2 answers."""

    operation: int
    sender_mac: str
    sender: IPv4Address
    target_mac: str
    target: IPv4Address


@dataclass(frozen=True, kw_only=True, slots=True)
class Ip:
    """Where it comes from and where it goes (RFC 791, RFC 8200); `offset` and `length` in bytes, header included.

    `header` is how much of `length` that is: IPv4's options and IPv6's extension headers too.
    """

    source: Address
    target: Address
    protocol: int
    ttl: int
    ident: int
    dont_fragment: bool
    more_fragments: bool
    offset: int
    length: int
    header: int = 20

    @property
    def is_fragment(self) -> bool:
        """Is it one part of a larger packet?"""
        return self.more_fragments or self.offset > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Udp:
    """One datagram (RFC 768); `length` is that of the payload by the header, which a cut packet does not have."""

    source_port: int
    target_port: int
    length: int
    payload: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Tcp:
    """One segment (RFC 9293); numbers as on the wire, `length` that of the payload by the headers."""

    source_port: int
    target_port: int
    seq: int
    ack: int
    window: int
    flags: frozenset[str]
    options: tuple[str, ...]
    length: int
    payload: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Icmp:
    """What a node on the way has to say (RFC 792), of which packet it says it, if any; `ident` and `seq` of an echo."""

    kind: int
    code: int
    text: str
    ident: int | None = None
    seq: int | None = None
    quoted: Packet | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """One frame decoded as far as that goes; `trouble` says why no further. A quoted packet has no Ethernet layer."""

    frame: Frame
    ethernet: Ethernet | None = None
    arp: Arp | None = None
    ip: Ip | None = None
    transport: Udp | Tcp | Icmp | None = None
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Captured:
    """All that was seen at one interface, in order.

    `dropped` are packets that the kernel could not hand over, `cut` those left out in the middle to bound memory.
    """

    host: str
    network: str
    packets: tuple[Packet, ...]
    dropped: int = 0
    cut: int = 0

    @property
    def place(self) -> str:
        """As people name it: HOST/NETWORK."""
        return f"{self.host}/{self.network}"
