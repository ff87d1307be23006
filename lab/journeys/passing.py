"""Through one router: which frame that it received is which frame that it sent on."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from lab.journeys.images import Images, image_of
from lab.journeys.likeness import Whole, substance_of, whole_of
from lab.journeys.pairing import pair

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from lab.journeys.model import Hop


def passages(incoming: Sequence[Hop], outgoing: Sequence[Hop], images: Images) -> dict[int, int]:
    """The number of each incoming hop that was sent on → the number of the outgoing one; both in order of time."""
    causes, effects = defaultdict(list), defaultdict(list)
    for number, hop in enumerate(outgoing):
        effects[_key(hop, image_of(hop.packet), hop.packet.ip.ttl if hop.packet.ip else None)].append(number)
    for number, hop in enumerate(incoming):
        if hop.packet.ip is not None:
            keys = [_key(hop, image, hop.packet.ip.ttl - 1) for image in images.of(hop.packet)]
            causes[_likeliest(hop, keys, effects, outgoing)].append(number)
    found: dict[int, int] = {}
    for key, numbers in causes.items():
        at = [came_s(incoming[number]) for number in numbers]
        pairs = pair(at, [outgoing[number].time_s for number in effects.get(key, ())])
        found |= {numbers[cause]: effects[key][effect] for effect, cause in pairs.items()}
    return found


def cut_up(incoming: Iterable[Hop], outgoing: Iterable[Hop], images: Images) -> Iterator[bool]:
    """For each that came in: was it sent on in fragments, or its fragments in others?"""
    last_s: dict[Whole, float] = {}
    for hop in outgoing:
        if (whole := whole_of(hop.packet)) is not None:
            last_s[whole] = hop.time_s
    for hop in incoming:
        mine = whole_of(hop.packet)
        ways = [flow.addresses for flow, _ in images.of(hop.packet) if flow] if mine else []
        wholes = [Whole(mine.protocol, mine.ident, *addresses) for addresses in ways if mine]
        yield any(last_s.get(whole, -math.inf) >= came_s(hop) for whole in wholes)


def came_s(hop: Hop) -> float:
    """When it came to whom it was for; if nobody watched there, when it was sent."""
    return hop.time_s if hop.received_s is None else hop.received_s


def _key(hop: Hop, image: Hashable, ttl: int | None) -> Hashable:
    return substance_of(hop.packet), image, ttl


def _likeliest(
    hop: Hop, keys: Sequence[Hashable], effects: dict[Hashable, list[int]], outgoing: Sequence[Hop]
) -> Hashable:
    """Of several entries for one flow (it was forgotten, and began anew), the one that was used soonest."""
    if len(keys) == 1:
        return keys[0]

    def wait_s(key: Hashable) -> float:
        times = (outgoing[number].time_s - came_s(hop) for number in effects.get(key, ()))
        return min((one for one in times if one >= 0), default=float("inf"))

    return min(keys, key=wait_s)
