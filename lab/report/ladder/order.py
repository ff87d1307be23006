"""Which nodes get a column, and in which order: so that arrows go straight on and jump over few columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lab.journeys import Journey, Neighbours
    from lab.topology import Topology

    Path = tuple[str, ...]

_TRY_ALL = 7
_TURN = 0.5
_MANY = 50
"""So many packets on one path count as no more than this: they are still one path."""


def paths_of(journeys: Iterable[Journey], neighbours: Neighbours) -> Counter[Path]:
    """The ways that packets took or would have taken, node after node."""
    found: Counter[Path] = Counter()
    for journey in journeys:
        found.update([path for path in _paths(journey, neighbours) if len(path) > 1])
    return found


def _paths(journey: Journey, neighbours: Neighbours) -> list[Path]:
    first, last = journey.hops[0], journey.hops[-1]
    if first.target is None:
        return [(first.sender, one.node) for one in first.heard if first.sender]
    nodes = [node for node in (first.sender, *(hop.target for hop in journey.hops)) if node is not None]
    if journey.end in {"lost", "dropped"} and last.packet.ip is not None:
        onward = [node for _, node in neighbours.way(nodes[-1], last.packet.ip.target)]
        nodes += [node for node in onward if node not in nodes]
    return [tuple(nodes)]


def passed_only(paths: Iterable[Path], journeys: Iterable[Journey], topology: Topology) -> frozenset[str]:
    """Plain routers with nothing of their own to tell: no packet began or ended there."""
    ends = {node for journey in journeys for node in (journey.origin, journey.last)}
    ends |= {node for path in paths for node in (path[0], path[-1])}
    inner = {node for path in paths for node in path[1:-1]}
    return frozenset(
        node for node in inner - ends if topology.nodes[node].forwards and topology.nodes[node].nat is None
    )


def crossroads(paths: Iterable[Path]) -> set[str]:
    """Nodes where more than two ways meet, which no row of columns can show without arrows across others."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for here, there in pairwise(path):
            neighbours[here].add(there)
            neighbours[there].add(here)
    return {node for node, others in neighbours.items() if len(others) > 2}


def without(paths: Counter[Path], folded: Collection[str]) -> Counter[Path]:
    """The same ways with those nodes left out."""
    found: Counter[Path] = Counter()
    for path, times in paths.items():
        found[tuple(node for node in path if node not in folded)] += times
    return found


def ordered(paths: Counter[Path], nodes: Sequence[str], private: Collection[str]) -> tuple[str, ...]:
    """The best order; among equals the one that begins at a private node, and then where most ways begin."""
    if not nodes:
        return ()
    weighted = {path: min(times, _MANY) for path, times in paths.items()}
    starts = Counter(path[0] for path in weighted)

    def cost(order: Sequence[str]) -> tuple[float, bool, int, Sequence[str]]:
        return _total(order, weighted), order[0] not in private, -starts[order[0]], order

    if len(nodes) <= _TRY_ALL:
        return min(permutations(nodes), key=cost)
    return _swapped(tuple(nodes), weighted)


def _total(order: Sequence[str], weighted: dict[Path, int]) -> float:
    place = {node: number for number, node in enumerate(order)}
    return sum(times * _length([place[node] for node in path]) for path, times in weighted.items())


def _swapped(order: tuple[str, ...], weighted: dict[Path, int]) -> tuple[str, ...]:
    """Of too many nodes for all orders: exchange two as long as that helps."""
    while True:
        tries = [
            (*order[:a], order[b], *order[a + 1 : b], order[a], *order[b + 1 :])
            for a in range(len(order))
            for b in range(a + 1, len(order))
        ]
        best = min(tries, key=lambda one: _total(one, weighted))
        if _total(best, weighted) >= _total(order, weighted):
            return order
        order = best


def _length(places: Sequence[int]) -> float:
    """How many columns a way jumps over, and a little for each turn."""
    steps = [there - here for here, there in pairwise(places)]
    turns = sum((one > 0) != (other > 0) for one, other in pairwise(steps))
    return sum(abs(step) - 1 for step in steps) + _TURN * turns
