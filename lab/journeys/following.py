"""From what was seen at many interfaces to journeys: one packet is one journey, however often it was seen.

On one network a frame is recognised byte for byte. Through a router it is recognised by what routers leave alone, by a
time to live of one less, and by the addresses and ports that the router's own table says it got. Equal packets keep
their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.journeys.crossing import crossings
from lab.journeys.ending import Endings
from lab.journeys.guessing import guessed
from lab.journeys.images import Images
from lab.journeys.model import Journey
from lab.journeys.neighbours import Neighbours
from lab.journeys.passing import cut_up, passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.journeys.model import Hop
    from lab.packets import Captured
    from lab.topology import Node, Topology
    from lab.translation import Translation


def follow(
    captures: Sequence[Captured], topology: Topology, translations: Mapping[str, Sequence[Translation]]
) -> tuple[Journey, ...]:
    """All journeys in the order in which they began; `translations` are the routers' tables."""
    neighbours = Neighbours(topology, captures)
    hops = crossings(captures, neighbours)
    onward: dict[int, int] = {}
    cut: set[int] = set()
    tables: dict[str, Images] = {}
    for node in topology.nodes.values():
        came = [number for number, hop in enumerate(hops) if hop.target == node.name]
        went = [number for number, hop in enumerate(hops) if hop.sender == node.name]
        incoming, outgoing = [hops[number] for number in came], [hops[number] for number in went]
        table = tables[node.name] = _table(node, translations.get(node.name, ()), incoming, outgoing)
        if not node.forwards:
            continue
        passed = passages(incoming, outgoing, table)
        onward |= {came[before]: went[after] for before, after in passed.items()}
        taken = set(passed.values())
        new = [hop for number, hop in enumerate(outgoing) if number not in taken]
        left = [number for number in range(len(incoming)) if number not in passed]
        in_pieces = cut_up([incoming[number] for number in left], new, table)
        cut |= {came[number] for number, is_cut in zip(left, in_pieces, strict=True) if is_cut}
    endings = Endings(topology, neighbours, captures, tables)
    return tuple(
        Journey(
            hops=tuple(hops[number] for number in chain),
            end="cut up" if chain[-1] in cut else endings.end_of(hops[chain[-1]]),
        )
        for chain in _chains(len(hops), onward)
    )


def _table(node: Node, translations: Sequence[Translation], incoming: Sequence[Hop], outgoing: Sequence[Hop]) -> Images:
    images = Images(translations)
    if node.nat is None:
        return images
    outside = node.interface(node.nat).address.ip
    return Images([*translations, *guessed(incoming, outgoing, images, outside)])


def _chains(count: int, onward: Mapping[int, int]) -> Iterator[list[int]]:
    """Each hop that is not the continuation of another, with its continuations."""
    later = set(onward.values())
    for first in range(count):
        if first in later:
            continue
        chain = [first]
        while chain[-1] in onward:
            chain.append(onward[chain[-1]])
        yield chain
