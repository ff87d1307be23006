"""A network that exists only in the mind: it knows what really happened, and tells what interfaces would have seen."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from lab.packets import Captured, Ethernet, Frame, Icmp, Ip, Packet, Tcp, Udp
from lab.translation import Translation

if TYPE_CHECKING:
    from lab.topology import Address, Topology
    from lab.translation import End

TICK_S = 0.0001
"""How long anything takes: one network, or one router."""


class Step(NamedTuple):
    """What a hop should say."""

    network: str
    sender: str
    target: str
    sent_s: float
    received_s: float | None


@dataclass
class World:
    """Sends packets through a topology and writes down who would have seen them."""

    topology: Topology
    seen: dict[tuple[str, str], list[Packet]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[str, list[Translation]] = field(default_factory=lambda: defaultdict(list))
    truth: list[tuple[Step, ...]] = field(default_factory=list)

    def send(self, time_s: float, packet: Packet, path: str, *, lost_on: str = "", dropped_by: str = "") -> None:
        """Along nodes and networks by turns: "client-a1 home-a router-a internet isp"."""
        words = path.split()
        steps = []
        for sender, network, target in zip(words[::2], words[1::2], words[2::2], strict=False):
            if sender != words[0]:
                time_s += TICK_S
                packet = self._passed(sender, network, packet)
            frame = self._framed(packet, network, sender, target)
            self._see(sender, network, frame, time_s, outgoing=True)
            arrives = network != lost_on
            steps.append(Step(network, sender, target, time_s, time_s + TICK_S if arrives else None))
            time_s += TICK_S
            if not arrives:
                break
            self._see(target, network, frame, time_s, outgoing=False)
            if target == dropped_by:
                break
        self.truth.append(tuple(steps))

    def captures(self, *without: tuple[str, str]) -> list[Captured]:
        """What was seen, at all interfaces but these."""
        return [
            Captured(
                host=node.name,
                network=interface.network,
                packets=tuple(sorted(self.seen[node.name, interface.network], key=lambda one: one.frame.time_s)),
            )
            for node in self.topology.nodes.values()
            for interface in node.interfaces
            if (node.name, interface.network) not in without
        ]

    def mac(self, node: str, network: str) -> str:
        here = [(one.name, i.network) for one in self.topology.nodes.values() for i in one.interfaces]
        return f"02:00:00:00:00:{here.index((node, network)):02x}"

    def translated(self, router: str, protocol: str, source: End, target: End) -> End:
        """Its end on the outside, as the router's table says; a new entry if there is none."""
        node = self.topology.node(router)
        assert node.nat is not None
        known = self.tables[router]
        for one in reversed(known):
            if (one.protocol, one.source, one.target) == (protocol, source, target):
                return one.outside
        address = node.interface(node.nat).address.ip
        taken = {one.outside for one in known if one.target == target}
        outside = next(
            (address, port)
            for port in itertools.chain([source[1]], itertools.count(61000))
            if (address, port) not in taken
        )
        known.append(Translation(protocol=protocol, source=source, target=target, outside=outside, inside=target))
        return outside

    def forget(self, router: str, protocol: str, source: End, target: End, port: int) -> None:
        """The entry was forgotten, and a new one has another port."""
        address = self.translated(router, protocol, source, target)[0]
        self.tables[router].append(
            Translation(protocol=protocol, source=source, target=target, outside=(address, port), inside=target)
        )

    def _see(self, node: str, network: str, packet: Packet, time_s: float, *, outgoing: bool) -> None:
        frame = replace(packet.frame, time_s=time_s, outgoing=outgoing)
        self.seen[node, network].append(replace(packet, frame=frame))

    def _framed(self, packet: Packet, network: str, sender: str, target: str) -> Packet:
        ethernet = Ethernet(source=self.mac(sender, network), target=self.mac(target, network), kind=0x800)
        whole = replace(packet, ethernet=ethernet)
        body = repr(packet.transport) if packet.transport else "the rest"
        data = _bytes(ethernet, 14) + _bytes(packet.ip, 20) + body.encode()
        return replace(whole, frame=Frame(time_s=0, outgoing=True, length=len(data), data=data))

    def _passed(self, router: str, network: str, packet: Packet) -> Packet:
        assert packet.ip is not None
        packet = replace(packet, ip=replace(packet.ip, ttl=packet.ip.ttl - 1))
        node = self.topology.node(router)
        if node.nat is None:
            return packet
        return self._outward(router, packet) if network == node.nat else self._inward(router, packet)

    def _outward(self, router: str, packet: Packet) -> Packet:
        source, target = ends(packet)
        return with_ends(packet, self.translated(router, protocol_of(packet), source, target), target)

    def _inward(self, router: str, packet: Packet) -> Packet:
        if isinstance(packet.transport, Icmp) and (quoted := packet.transport.quoted):
            source, target = ends(quoted)
            inner = with_ends(quoted, self._inside(router, protocol_of(quoted), source, target), target)
            packet = replace(packet, transport=replace(packet.transport, quoted=inner))
            return with_ends(packet, ends(packet)[0], (ends(inner)[0][0], 0))
        source, target = ends(packet)
        return with_ends(packet, source, self._inside(router, protocol_of(packet), target, source))

    def _inside(self, router: str, protocol: str, outside: End, target: End) -> End:
        found = [
            one.source
            for one in self.tables[router]
            if (one.protocol, one.outside, one.inside) == (protocol, outside, target)
        ]
        return found[0]


NO_FRAME = Frame(time_s=0, outgoing=True, length=0, data=b"")


def _bytes(header: object, count: int) -> bytes:
    """As good as a real header: as long, and the same for the same."""
    return blake2b(repr(header).encode(), digest_size=count).digest()


def udp(source: End, target: End, payload: bytes = b"hello", ttl: int = 64, ident: int = 0) -> Packet:
    transport = Udp(source_port=source[1], target_port=target[1], length=len(payload), payload=payload)
    return Packet(
        frame=NO_FRAME, ip=_ip(source, target, 17, ttl=ttl, ident=ident, length=28 + len(payload)), transport=transport
    )


def tcp(source: End, target: End, payload: bytes = b"", *, seq: int = 0, flags: str = "ACK", ttl: int = 64) -> Packet:
    transport = Tcp(
        source_port=source[1], target_port=target[1], seq=seq, ack=0, window=502, flags=frozenset(flags.split()),
        options=(), length=len(payload), payload=payload,
    )  # fmt: skip
    return Packet(
        frame=NO_FRAME, ip=_ip(source, target, 6, ttl=ttl, ident=0, length=40 + len(payload)), transport=transport
    )


def unreachable(by: Address, about: Packet) -> Packet:
    """An ICMP error of that node about a packet as it arrived there."""
    transport = Icmp(kind=3, code=3, text="port unreachable", quoted=replace(about, ethernet=None))
    return Packet(frame=NO_FRAME, ip=_ip((by, 0), ends(about)[0], 1, ttl=64, ident=0, length=56), transport=transport)


def fragment(packet: Packet, offset: int, *, more: bool) -> Packet:
    """A part of it; only the first has ports."""
    assert packet.ip is not None
    ip = replace(packet.ip, offset=offset, more_fragments=more)
    return replace(packet, ip=ip, transport=packet.transport if not offset else None)


def _ip(source: End, target: End, protocol: int, *, ttl: int, ident: int, length: int) -> Ip:
    return Ip(
        source=source[0], target=target[0], protocol=protocol, ttl=ttl, ident=ident, dont_fragment=not ident,
        more_fragments=False, offset=0, length=length, header=20,
    )  # fmt: skip


def ends(packet: Packet) -> tuple[End, End]:
    assert packet.ip is not None
    transport = packet.transport
    ports = (transport.source_port, transport.target_port) if isinstance(transport, Udp | Tcp) else (0, 0)
    return (packet.ip.source, ports[0]), (packet.ip.target, ports[1])


def with_ends(packet: Packet, source: End, target: End) -> Packet:
    assert packet.ip is not None
    transport = packet.transport
    if isinstance(transport, Udp | Tcp):
        transport = replace(transport, source_port=source[1], target_port=target[1])
    return replace(packet, ip=replace(packet.ip, source=source[0], target=target[0]), transport=transport)


def protocol_of(packet: Packet) -> str:
    return "tcp" if isinstance(packet.transport, Tcp) else "udp"
