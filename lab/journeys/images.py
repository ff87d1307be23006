"""What a router makes of a flow: what its table says, both for packets and for the ones that ICMP errors quote."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lab.journeys.likeness import Flow, flow_of, quoted_flow_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lab.packets import Packet
    from lab.topology import Address
    from lab.translation import Translation

    Image = tuple[Flow | None, Flow | None]


class Images:
    """One router's table, asked by what came in."""

    def __init__(self, translations: Iterable[Translation]) -> None:
        self._flows: dict[Flow, list[Flow]] = defaultdict(list)
        self._fragments: dict[tuple[Address, Address], list[tuple[Address, Address]]] = defaultdict(list)
        for one in translations:
            inside = Flow(one.protocol, one.source, one.target)
            outside = Flow(one.protocol, one.outside, one.inside)
            self._add(inside, outside)
            self._add(outside.back, inside.back)

    def _add(self, before: Flow, after: Flow) -> None:
        self._flows[before].append(after)
        self._fragments[before.addresses].append(after.addresses)

    def knows(self, flow: Flow) -> bool:
        """Is there an entry for it?"""
        return flow in self._flows

    def of(self, packet: Packet) -> list[Image]:
        """The flow as it may go on, and the quoted one, likeliest first; unchanged if the table does not know it."""
        flow, quoted = flow_of(packet), quoted_flow_of(packet)
        if flow is None:
            return []
        if quoted is not None:
            return list(dict.fromkeys(self._of_error(flow, quoted)))
        if packet.transport is None and packet.ip is not None and packet.ip.offset:
            return [(one, None) for one in self._of_fragment(flow)]
        return [(one, None) for one in self._flows.get(flow, [flow])]

    def _of_fragment(self, flow: Flow) -> list[Flow]:
        """Without ports, the addresses must do."""
        found = dict.fromkeys(self._fragments.get(flow.addresses, [flow.addresses]))
        return [Flow(flow.protocol, (source, 0), (target, 0)) for source, target in found]

    def _of_error(self, flow: Flow, quoted: Flow) -> Iterator[Image]:
        """It goes against the packet that it quotes, and quotes it as it was on the side to which it goes."""
        for back in self._flows.get(quoted.back, [quoted.back]):
            seen = back.back
            target = (seen.source[0], 0) if flow.target[0] == quoted.source[0] else flow.target
            yield (
                Flow(flow.protocol, (seen.target[0], 0) if flow.source[0] == quoted.target[0] else flow.source, target),
                seen,
            )
            # Who reports it may be hidden too, without being an end of that flow.
            yield Flow(flow.protocol, (seen.target[0], 0), target), seen


def image_of(packet: Packet) -> Image:
    """A packet as it goes on, to be compared."""
    return flow_of(packet), quoted_flow_of(packet)
