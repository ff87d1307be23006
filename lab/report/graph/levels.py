"""Which vertex stands on which level: 0 is the core's, and the lower a level, the higher it stands in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lab.report.graph.order import Vertex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.report.graph.tree import Tree
    from lab.topology import Interface, Node, Topology


@dataclass(frozen=True)
class Levels:
    """A tree of a topology, seen as rows of networks and rows of the nodes that join them."""

    tree: Tree
    topology: Topology
    hosts: Mapping[str, Sequence[Node]]
    """Network → the nodes that stand on it alone."""

    @cached_property
    def rows(self) -> dict[int, list[Vertex]]:
        """Level → its vertices from left to right."""
        rows: dict[int, list[Vertex]] = {0: [self.tree.core]}
        for step, branches in ((-1, self.tree.above), (1, self.tree.below)):
            level, row = step, branches
            while row:
                rows[level] = [vertex for branch in row for vertex in branch.vertices]
                level, row = level + step, tuple(child for branch in row for child in branch.branches)
        return dict(sorted(rows.items()))

    @cached_property
    def level(self) -> dict[Vertex, int]:
        return {vertex: level for level, vertices in self.rows.items() for vertex in vertices}

    @cached_property
    def networks(self) -> list[Vertex]:
        return [vertex for vertex in self.level if vertex.kind == "network"]

    @cached_property
    def joints(self) -> list[Vertex]:
        """The nodes that stand by themselves."""
        return [vertex for vertex in self.level if vertex.kind == "node"]

    def node(self, joint: Vertex) -> Node:
        return self.topology.nodes[joint.name]

    def upper(self, joint: Vertex) -> list[Interface]:
        """A node's interfaces on networks that stand above it."""
        return [one for one in self.node(joint).interfaces if self._level(one) < self.level[joint]]

    def lower(self, joint: Vertex) -> list[Interface]:
        """A node's interfaces on networks that stand below it."""
        return [one for one in self.node(joint).interfaces if self._level(one) > self.level[joint]]

    def between(self, joint: Vertex, network: Vertex) -> int:
        """The level below which the corridor between the two begins."""
        return min(self.level[joint], self.level[network])

    def _level(self, interface: Interface) -> int:
        return self.level[Vertex("network", interface.network)]
