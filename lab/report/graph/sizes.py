"""How large each vertex is by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.report.graph.geometry import Ruler
    from lab.report.graph.levels import Levels
    from lab.report.graph.order import Vertex
    from lab.topology import Interface, Node


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The places of a network's hosts, all of one size."""

    columns: int
    rows: int
    width: int
    height: int
    gap_x: int
    gap_y: int

    @property
    def whole(self) -> tuple[int, int]:
        """Width and height of all places together."""
        if not self.rows:
            return 0, 0
        return (
            self.columns * (self.width + self.gap_x) - self.gap_x,
            self.rows * (self.height + self.gap_y) - self.gap_y,
        )


@dataclass(frozen=True)
class Sizes:
    """Sizes by one ruler, with at most so many hosts of a network side by side."""

    levels: Levels
    ruler: Ruler
    columns: int

    def width(self, vertex: Vertex) -> int:
        ruler = self.ruler
        if vertex.kind == "network":
            header = ruler.width(ruler.header(self.levels.topology.networks[vertex.name]))
            return max(self.grid(vertex).whole[0], header) + 2 * ruler.pad
        node = self.levels.node(vertex)
        edges = (self.levels.upper(vertex), self.levels.lower(vertex))
        upper, lower = (sum(self.edge(node, one) for one in interfaces) for interfaces in edges)
        return max(upper, lower, ruler.width(ruler.middle(node))) + 2 * ruler.frame_x

    def height(self, vertex: Vertex) -> int:
        if vertex.kind == "network":
            return self.ruler.header_height + self.grid(vertex).whole[1] + self.ruler.foot
        return sum(self.heights(vertex)) + 2 * self.ruler.frame_y

    def heights(self, joint: Vertex) -> tuple[int, int, int]:
        """Of a node's upper edge, middle and lower edge."""
        node, ruler = self.levels.node(joint), self.ruler
        upper, lower = (
            max((ruler.height(ruler.edge(node, one)) for one in interfaces), default=0)
            for interfaces in (self.levels.upper(joint), self.levels.lower(joint))
        )
        return upper, ruler.height(ruler.middle(node)), lower

    def edge(self, node: Node, interface: Interface) -> int:
        """The width of a node's edge where it holds this interface."""
        return self.ruler.width(self.ruler.edge(node, interface))

    def grid(self, network: Vertex) -> Grid:
        texts: Sequence[Sequence[str]] = [self.ruler.host(node) for node in self.levels.hosts.get(network.name, ())]
        rows = -(-len(texts) // self.columns)
        return Grid(
            columns=-(-len(texts) // rows) if rows else 0,
            rows=rows,
            width=max(map(self.ruler.width, texts), default=0),
            height=max(map(self.ruler.height, texts), default=0),
            gap_x=self.ruler.gap_x,
            gap_y=self.ruler.gap_y,
        )
