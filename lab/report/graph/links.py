"""Every attachment once, with what belongs above: for drawing programs that have a layout of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.report.graph.levels import Levels
from lab.report.graph.order import Vertex
from lab.report.graph.tree import trees

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.topology import Interface, Network, Node, Topology


@dataclass(frozen=True, kw_only=True)
class Link:
    """A node on a network; the picture is best when one stands above the other."""

    node: Node
    network: Network
    interface: Interface
    is_node_above: bool


def links(topology: Topology) -> Iterator[Link]:
    """In the order of networks in the picture, from top to bottom and from left to right."""
    for tree in trees(topology):
        level = Levels(tree, topology, {}).level
        for vertex in sorted((vertex for vertex in level if vertex.kind == "network"), key=lambda one: level[one]):
            yield from _on(topology.networks[vertex.name], level, topology)


def _on(network: Network, level: dict[Vertex, int], topology: Topology) -> Iterator[Link]:
    here = level[Vertex("network", network.name)]
    for node in topology.nodes.values():
        for interface in node.interfaces:
            if interface.network == network.name:
                above = level.get(Vertex("node", node.name), here - 1 if here <= 0 else here + 1) < here
                yield Link(node=node, network=network, interface=interface, is_node_above=above)
