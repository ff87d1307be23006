"""Who is who on each network, and where a node sends what: from the topology, and from what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.packets import Captured, Packet
    from lab.topology import Address, Topology

_FAR = 64
"""No longer way is looked at: routes may lead in a circle."""


class Neighbours:
    """Finds nodes by the addresses in a frame."""

    def __init__(self, topology: Topology, captures: Iterable[Captured]) -> None:
        self._topology = topology
        self._by_address = {
            (interface.network, interface.address.ip): node.name
            for node in topology.nodes.values()
            for interface in node.interfaces
        }
        self._by_mac: dict[tuple[str, str], str] = {}
        for captured in captures:
            self._learn(captured)

    def owner(self, address: Address) -> str | None:
        """The node that has this address on any network; of a private one there may be several: the first."""
        return next((node for (_, one), node in self._by_address.items() if one == address), None)

    def has(self, node: str, address: Address) -> bool:
        """Is it one of that node's own?"""
        return any(one.address.ip == address for one in self._topology.nodes[node].interfaces)

    def is_broadcast(self, network: str, address: Address) -> bool:
        """Is it for everybody on that network?"""
        subnet = self._topology.networks[network].subnet
        return address.is_multicast or str(address) == "255.255.255.255" or address == subnet.broadcast_address

    def sender(self, network: str, packet: Packet) -> str | None:
        """Who put this frame on the network."""
        if packet.ethernet is None:
            return None
        known = self._by_mac.get((network, packet.ethernet.source))
        if known is None and packet.ip is not None:
            known = self._by_address.get((network, packet.ip.source))
        return known

    def target(self, network: str, packet: Packet, sender: str | None) -> str | None:
        """Whom this frame is for: by its MAC address, else by where its sender sends such packets."""
        if packet.ethernet is None or is_for_all(packet):
            return None
        known = self._by_mac.get((network, packet.ethernet.target))
        if known is None and packet.ip is not None:
            known = self._by_address.get((network, packet.ip.target))
            if known is None and sender is not None and (hop := self.next_hop(sender, packet.ip.target)):
                known = hop[1] if hop[0] == network else None
        return known

    def next_hop(self, node: str, address: Address) -> tuple[str, str | None] | None:
        """The network on which that node sends what is for this address, and to whom; None: nowhere."""
        here = self._topology.nodes[node]
        for interface in here.interfaces:
            if address in interface.address.network:
                return interface.network, self._by_address.get((interface.network, address))
        routes = [route for route in here.routes if address in route.to]
        for route in sorted(routes, key=lambda one: one.to.prefixlen, reverse=True):
            for interface in here.interfaces:
                if route.via in interface.address.network:
                    return interface.network, self._by_address.get((interface.network, route.via))
        return None

    def way(self, node: str, address: Address) -> list[tuple[str, str]]:
        """Where a packet for this address goes on from that node: (network, node) after (network, node)."""
        found: list[tuple[str, str]] = []
        while (hop := self.next_hop(node, address)) is not None and hop[1] is not None and len(found) < _FAR:
            network, node = hop[0], hop[1]
            found.append((network, node))
            if self.has(node, address):
                break
        return found

    def _learn(self, captured: Captured) -> None:
        for packet in captured.packets:
            if packet.ethernet is None:
                continue
            if packet.frame.outgoing:
                self._by_mac[captured.network, packet.ethernet.source] = captured.host
            elif packet.arp is not None:
                owner = self._by_address.get((captured.network, packet.arp.sender))
                if owner is not None:
                    self._by_mac.setdefault((captured.network, packet.arp.sender_mac), owner)


def is_for_all(packet: Packet) -> bool:
    """Is it a broadcast or a multicast (the lowest bit of the first octet, IEEE 802.3)?"""
    return packet.ethernet is not None and bool(int(packet.ethernet.target[:2], 16) & 1)
