"""Who stands beside whom, so that few wires cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_PATIENCE = 2000
"""So many orders are tried, to have fewer crossings."""


class Vertex(NamedTuple):
    """A network or a node by its name; a network and a node may have the same one."""

    kind: Literal["network", "node"]
    name: str


Graph = dict[Vertex, list[Vertex]]


def untangled(children: Graph, graph: Graph) -> Graph:
    """The same tree with siblings in an order that lets as few wires cross as could be found.

    A tree has no crossings in any order; only what is connected in more than one way can have some. One child at a
    time moves to another place, and stays there unless that made it worse.
    """
    fewest, dice = _tangle(children, graph), Random(0)  # noqa: S311  the same picture every time
    parents = [vertex for vertex, siblings in children.items() if len(siblings) > 1]
    for _ in range(_PATIENCE if parents else 0):
        if fewest == 0:
            break
        tried = _reordered(children, dice.choice(parents), dice)
        if (found := _tangle(tried, graph)) <= fewest:
            children, fewest = tried, found
    return children


def _reordered(children: Graph, parent: Vertex, dice: Random) -> Graph:
    """With one child of that parent in another place."""
    siblings = list(children[parent])
    moved = siblings.pop(dice.randrange(len(siblings)))
    siblings.insert(dice.randrange(len(siblings) + 1), moved)
    return {**children, parent: siblings}


def _tangle(children: Graph, graph: Graph) -> int:
    """How many wires cross."""
    layers = list(_layers(children))
    return sum(_crossings(_wires(one, other, graph)) for one, other in pairwise(layers))


def _layers(children: Graph) -> Iterator[list[Vertex]]:
    layer = [next(iter(children))]
    while layer:
        yield layer
        layer = [child for vertex in layer for child in children[vertex]]


def _wires(one: Sequence[Vertex], other: Sequence[Vertex], graph: Graph) -> Iterator[tuple[int, int]]:
    places: Mapping[Vertex, int] = defaultdict(lambda: -1, {vertex: place for place, vertex in enumerate(other)})
    for place, vertex in enumerate(one):
        yield from ((place, places[there]) for there in graph[vertex] if places[there] >= 0)


def _crossings(wires: Iterable[tuple[int, int]]) -> int:
    """How often straight wires between two layers cross, each given by where it begins and ends."""
    ends: list[int] = []
    found = 0
    for _, end in sorted(wires):
        found += len(ends) - bisect_right(ends, end)
        insort(ends, end)
    return found
