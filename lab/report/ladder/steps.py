"""A journey as arrows between columns, and where it broke off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.journeys import Neighbours, flow_of
from lab.report.ladder.model import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.journeys import Hop, Journey
    from lab.report.ladder.links import Links
    from lab.topology import Topology
    from lab.translation import Translation


class Steps:
    """Knows which nodes have columns, what links were like, and what routers translated."""

    def __init__(
        self,
        topology: Topology,
        order: Sequence[str],
        links: Links,
        translations: Mapping[str, Sequence[Translation]],
    ) -> None:
        self._topology = topology
        self._order = order
        self._links = links
        self._translations = translations
        self._neighbours = Neighbours(topology, ())

    def of(self, journey: Journey) -> tuple[Step, ...]:
        """Its arrows, in order; none when neither end of it is known."""
        return tuple(self._broken(journey, list(self._joined(journey))))

    def _joined(self, journey: Journey) -> Iterator[Step]:
        """Hops, with those through routers without a column joined to one."""
        waiting: list[Hop] = []
        for hop in journey.hops:
            waiting.append(hop)
            if hop.target in self._order or hop.target is None or hop is journey.hops[-1]:
                if (step := self._step(waiting)) is not None:
                    yield step
                waiting = []

    def _step(self, hops: list[Hop]) -> Step | None:
        first, last = hops[0], hops[-1]
        heard = [one.node for one in last.heard] if last.target is None else [last.target]
        targets = tuple(node for node in heard if node in self._order and node != first.sender)
        if first.sender not in self._order or first.sender is None or not targets:
            return None
        return Step(
            sender=first.sender,
            targets=targets,
            hops=tuple(hops),
            via=tuple(hop.target for hop in hops[:-1] if hop.target),
            bystanders=tuple(one.node for one in last.bystanders if one.node in self._order),
        )

    def _broken(self, journey: Journey, steps: list[Step]) -> list[Step]:
        """With the place where the packet was lost, if it was."""
        hop, target = journey.hops[-1], journey.hops[-1].target
        if not steps or target is None:
            return steps
        if journey.end == "lost":
            return [*steps[:-1], replace(steps[-1], loss="on the way", why=self._why_lost(hop))]
        takes_all = self._links.takes_all(target, hop.network, hop.time_s)
        if takes_all and hop.packet.ip is not None and journey.end in {"arrived", "dropped"}:
            return [*steps[:-1], self._lost_on_arrival(steps[-1], target, hop)]
        if journey.end == "dropped":
            return self._dropped(steps, target, hop)
        return steps

    def _why_lost(self, hop: Hop) -> str:
        ends = [node for node in (hop.target, hop.sender) if node]
        return next((why for node in ends if (why := self._links.why_lost(node, hop.network, hop.time_s))), "lost")

    def _lost_on_arrival(self, step: Step, target: str, hop: Hop) -> Step:
        return replace(step, loss="on arrival", why=self._links.why_lost(target, hop.network, hop.time_s) or "lost")

    def _dropped(self, steps: list[Step], router: str, hop: Hop) -> list[Step]:
        """By the link on which it should have gone on, or by that on which it came, or by the router itself."""
        for interface in self._topology.nodes[router].interfaces:
            why = self._links.why_lost(router, interface.network, hop.time_s)
            onward = self._onward(router, interface.network, hop)
            if why and interface.network != hop.network and onward:
                lost = replace(hop, network=interface.network)
                return [*steps, Step(sender=router, targets=(onward,), hops=(lost,), loss="on the way", why=why)]
        if self._links.why_lost(router, hop.network, hop.time_s):
            return [*steps[:-1], self._lost_on_arrival(steps[-1], router, hop)]
        return [
            *steps,
            Step(sender=router, targets=(router,), hops=(hop,), loss="here", why=self._why_dropped(router, hop)),
        ]

    def _onward(self, router: str, network: str, hop: Hop) -> str | None:
        """The column towards which it would have gone on that network."""
        way = self._neighbours.way(router, hop.packet.ip.target) if hop.packet.ip else []
        if way and way[0][0] == network:
            return next((node for _, node in way if node in self._order), None)
        others = [
            node.name
            for node in self._topology.nodes.values()
            if node.name in self._order and node.name != router and any(i.network == network for i in node.interfaces)
        ]
        return others[0] if others else None

    def _why_dropped(self, router: str, hop: Hop) -> str:
        node, ip = self._topology.nodes[router], hop.packet.ip
        if not node.forwards or ip is None:
            return "not for it"
        if ip.ttl <= 1:
            return "its time to live is over"
        onward = self._neighbours.next_hop(router, ip.target)
        mtu = self._links.mtu(router, onward[0], hop.time_s) if onward else None
        if mtu is not None and ip.dont_fragment and ip.length > mtu:
            return f"{ip.length} bytes, and {mtu} at most"
        if onward is None:
            return f"no route to {ip.target}"
        return (
            "nobody inside asked for it" if node.nat == hop.network and not self._is_asked(router, hop) else "dropped"
        )

    def _is_asked(self, router: str, hop: Hop) -> bool:
        """Has the router's table an entry for it, as an answer?"""
        flow = flow_of(hop.packet)
        table = self._translations.get(router, ())
        return flow is not None and any((one.inside, one.outside) == (flow.source, flow.target) for one in table)
