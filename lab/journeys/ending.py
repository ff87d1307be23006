"""How a journey ended, judged by its last hop: absence counts only where somebody watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.journeys.images import Images
    from lab.journeys.model import End, Hop
    from lab.journeys.neighbours import Neighbours
    from lab.packets import Captured
    from lab.topology import Address, Topology


class Endings:
    """Knows which interfaces were watched without a gap."""

    def __init__(
        self,
        topology: Topology,
        neighbours: Neighbours,
        captures: Iterable[Captured],
        tables: Mapping[str, Images],
    ) -> None:
        self._topology = topology
        self._neighbours = neighbours
        self._tables = tables
        self._watched = {(one.host, one.network) for one in captures if not one.dropped and not one.cut}

    def end_of(self, hop: Hop) -> End:
        """Of a journey that this hop is the last of."""
        target = hop.target
        if hop.received_s is None:
            return "lost" if target and (target, hop.network) in self._watched else "unknown"
        if target is None or hop.packet.ip is None or self._is_home(target, hop):
            return "arrived"
        return self._not_sent_on(target, hop)

    def _is_home(self, node: str, hop: Hop) -> bool:
        """Is it for this node itself, and not for somebody whom it hides?"""
        ip = hop.packet.ip
        if ip is None or self._neighbours.is_broadcast(hop.network, ip.target):
            return True
        return all(self._neighbours.has(node, target) for target in self._targets(node, hop))

    def _not_sent_on(self, node: str, hop: Hop) -> End:
        if not self._topology.nodes[node].forwards:
            return "dropped"
        ways = [self._neighbours.next_hop(node, target) for target in self._targets(node, hop)]
        is_seen = all(way is None or (node, way[0]) in self._watched for way in ways)
        return "dropped" if is_seen else "unknown"

    def _targets(self, node: str, hop: Hop) -> set[Address]:
        """To whom it would go on from this node, by the node's table."""
        return {flow.target[0] for flow, _ in self._tables[node].of(hop.packet) if flow is not None}
