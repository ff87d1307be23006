"""What a router's table no longer has, or what nobody read: entries found by what came in and what went out.

Only a packet that could be but one other proves an entry, so that nobody's packet is taken for somebody else's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lab.journeys.likeness import Flow, flow_of, substance_of
from lab.journeys.passing import came_s
from lab.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from lab.journeys.images import Images
    from lab.journeys.model import Hop
    from lab.topology import Address

    Likeness = tuple[Hashable, int, object]


def guessed(incoming: Iterable[Hop], outgoing: Iterable[Hop], images: Images, outside: Address) -> list[Translation]:
    """Entries that the table lacks, of flows from the inside that went out with the router's address `outside`."""
    before, after = defaultdict(list), defaultdict(list)
    for hop, flow in _flows(incoming):
        if not images.knows(flow):
            before[_likeness(hop, flow, 1)].append((came_s(hop), flow))
    for hop, flow in _flows(outgoing):
        if flow.source[0] == outside and not images.knows(flow.back):
            after[_likeness(hop, flow, 0)].append((hop.time_s, flow))
    found: dict[Flow, Flow] = {}
    for likeness, causes in before.items():
        sources = {flow for _, flow in causes if flow.source[0] != outside}
        targets = {flow for time_s, flow in after.get(likeness, ()) if time_s >= causes[0][0]}
        if len(sources) == 1 and len(targets) == 1:
            (source,), (target,) = sources, targets
            if target not in found.values():
                found.setdefault(source, target)
    return [
        Translation(
            protocol=one.protocol, source=one.source, target=one.target, outside=seen.source, inside=seen.target
        )
        for one, seen in found.items()
    ]


def _flows(hops: Iterable[Hop]) -> Iterator[tuple[Hop, Flow]]:
    for hop in hops:
        flow = flow_of(hop.packet)
        if flow is not None and flow.source[1]:
            yield hop, flow


def _likeness(hop: Hop, flow: Flow, steps: int) -> Likeness:
    ttl = hop.packet.ip.ttl if hop.packet.ip else 0
    return substance_of(hop.packet), ttl - steps, flow.target
