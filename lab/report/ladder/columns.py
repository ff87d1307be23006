"""The columns of a ladder and what lies between them."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Network
from itertools import pairwise
from typing import TYPE_CHECKING

from lab.journeys import Neighbours
from lab.report.ladder.model import Column
from lab.report.ladder.order import crossroads, ordered, passed_only, paths_of, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.journeys import Journey
    from lab.report.ladder.model import Side, Step
    from lab.topology import Address, Node, Topology

_PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def is_private(address: Address) -> bool:
    """Of RFC 1918; `ipaddress` counts the networks for documentation too, which stand for public ones here."""
    return any(address in network for network in _PRIVATE)


def arranged(
    journeys: Sequence[Journey], topology: Topology, speakers: Iterable[str], *, is_narrow: bool
) -> tuple[str, ...]:
    """The nodes that get columns, in order. Where it is narrow, plain routers on the way do without."""
    paths = paths_of(journeys, Neighbours(topology, ()))
    spare = passed_only(paths, journeys, topology)
    paths = without(paths, spare if is_narrow else spare & crossroads(paths))
    nodes = dict.fromkeys(node for path in paths for node in path)
    nodes |= dict.fromkeys(one for journey in journeys for one in (journey.origin, journey.last) if one)
    nodes |= dict.fromkeys(speakers)
    in_file = [node for node in topology.nodes if node in nodes]
    private = [node for node in in_file if any(is_private(one.address.ip) for one in topology.nodes[node].interfaces)]
    return ordered(paths, in_file, private)


def columns(order: Sequence[str], steps: Iterable[Step], topology: Topology) -> tuple[Column, ...]:
    """A column for each node, with the addresses by which it talks to either side."""
    talks = Counter(talk for step in steps for talk in _talks(step, order))
    for left, right in pairwise(order):
        for network in _shared(topology.nodes[left], topology.nodes[right]):
            talks[left, "right", network] += 0
            talks[right, "left", network] += 0
    return tuple(_column(topology.nodes[name], talks) for name in order)


def lanes(order: Sequence[str], steps: Iterable[Step], topology: Topology) -> tuple[str, ...]:
    """The name of what lies between two columns: the network that joins them, else those that lead past."""
    joins: list[Counter[str]] = [Counter() for _ in order[1:]]
    passes: list[Counter[str]] = [Counter() for _ in order[1:]]
    for step in steps:
        for target in step.targets:
            here, there = order.index(step.sender), order.index(target)
            name = _way(step, is_leftward=there < here)
            for lane in range(min(here, there), max(here, there)):
                (joins if abs(there - here) == 1 else passes)[lane][name] += 1
    shared = [_shared(topology.nodes[left], topology.nodes[right]) for left, right in pairwise(order)]
    found = [list(join) or both or list(past) for join, both, past in zip(joins, shared, passes, strict=True)]
    return tuple(", ".join(sorted(names)) for names in found)


def _shared(node: Node, other: Node) -> list[str]:
    """The networks that both are on."""
    return [one.network for one in node.interfaces if any(one.network == its.network for its in other.interfaces)]


def _way(step: Step, *, is_leftward: bool) -> str:
    """The networks of a step with the routers between them, from left to right."""
    words = [step.hops[0].network]
    for router, hop in zip(step.via, step.hops[1:], strict=False):
        words += [router, hop.network]
    return " · ".join(reversed(words) if is_leftward else words)


def _column(node: Node, talks: Counter[tuple[str, Side, str]]) -> Column:
    return Column(
        name=node.name,
        is_router=node.forwards,
        is_nat=node.nat is not None,
        left=_address(node, talks, "left"),
        right=_address(node, talks, "right"),
    )


def _address(node: Node, talks: Counter[tuple[str, Side, str]], side: Side) -> Address | None:
    """That of the interface through which it talks most to that side."""
    places = {interface: (node.name, side, interface.network) for interface in node.interfaces}
    known = [interface for interface, place in places.items() if place in talks]
    usual = None if node.forwards else node.interface()
    best = max(known, key=lambda interface: talks[places[interface]], default=usual)
    return best.address.ip if best else None


def _talks(step: Step, order: Sequence[str]) -> Iterator[tuple[str, Side, str]]:
    """(node, side, network) of whoever sends or receives it."""
    here = order.index(step.sender)
    for target in step.targets:
        there = order.index(target)
        if here != there:
            yield step.sender, "right" if there > here else "left", step.hops[0].network
            yield target, "left" if there > here else "right", step.hops[-1].network
