"""From top to bottom, and with that the places of everything that hangs on one core."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from lab.report.graph.across import Across
from lab.report.graph.geometry import Box, Edge, Layout, PlacedNetwork, PlacedNode, Wire
from lab.report.graph.order import Vertex
from lab.report.graph.sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.report.graph.across import End
    from lab.report.graph.geometry import Ruler
    from lab.report.graph.levels import Levels
    from lab.topology import Interface


def placed(levels: Levels, ruler: Ruler, columns: int) -> Layout:
    """The picture of one tree, with at most so many hosts of a network side by side; it begins at 0, 0."""
    return _Part(Across(Sizes(levels, ruler, columns))).layout()


@dataclass(frozen=True)
class _Part:
    across: Across

    def layout(self) -> Layout:
        networks = [self._network(vertex) for vertex in self.levels.networks]
        return Layout(
            width=self.across.whole.right,
            height=max(bottom for _, bottom in self.rows.values()),
            networks=tuple(networks),
            nodes=(*chain.from_iterable(map(self._hosts, networks)), *map(self._joint, self.levels.joints)),
            wires=tuple(map(self._wire, self.across.ends)),
        )

    @property
    def sizes(self) -> Sizes:
        return self.across.sizes

    @property
    def levels(self) -> Levels:
        return self.across.sizes.levels

    @property
    def ruler(self) -> Ruler:
        return self.across.sizes.ruler

    @cached_property
    def rows(self) -> dict[int, tuple[int, int]]:
        """Level → where it begins and ends."""
        rows, y = {}, 0
        for level, vertices in self.levels.rows.items():
            bottom = y + max(map(self.sizes.height, vertices))
            rows[level] = y, bottom
            y = bottom + self._corridor(level)
        return rows

    def _corridor(self, level: int) -> int:
        """The height between a level and the next: the more wires are bent, the more they need."""
        here = (one for one in self.across.ends if self.levels.between(one.joint, one.network) == level)
        return self.ruler.corridor + self.ruler.track * sum(one.start != one.stop for one in here)

    def _box(self, vertex: Vertex) -> Box:
        """As near to the core as can be."""
        left, right = self.across.extents[vertex]
        level, height = self.levels.level[vertex], self.sizes.height(vertex)
        top, bottom = self.rows[level]
        return Box(x=left, y=bottom - height if level < 0 else top, width=right - left, height=height)

    def _network(self, vertex: Vertex) -> PlacedNetwork:
        return PlacedNetwork(network=self.levels.topology.networks[vertex.name], box=self._box(vertex))

    def _hosts(self, network: PlacedNetwork) -> Iterator[PlacedNode]:
        grid = self.sizes.grid(Vertex("network", network.network.name))
        left = network.box.x + (network.box.width - grid.whole[0]) // 2
        top = network.box.y + self.ruler.header_height
        for number, node in enumerate(self.levels.hosts.get(network.network.name, ())):
            row, column = divmod(number, grid.columns)
            x, y = left + column * (grid.width + grid.gap_x), top + row * (grid.height + grid.gap_y)
            box = Box(x=x, y=y, width=grid.width, height=grid.height)
            yield PlacedNode(node=node, box=box, middle=box)

    def _joint(self, vertex: Vertex) -> PlacedNode:
        box, ruler = self._box(vertex), self.ruler
        upper, middle, lower = self.sizes.heights(vertex)
        x, y, width = box.x + ruler.frame_x, box.y + ruler.frame_y, box.width - 2 * ruler.frame_x
        edges = (
            *self._edges(vertex, self.levels.upper(vertex), y, upper, is_upper=True),
            *self._edges(vertex, self.levels.lower(vertex), y + upper + middle, lower, is_upper=False),
        )
        node = self.levels.node(vertex)
        return PlacedNode(node=node, box=box, middle=Box(x=x, y=y + upper, width=width, height=middle), edges=edges)

    def _edges(
        self, joint: Vertex, interfaces: list[Interface], y: int, height: int, *, is_upper: bool
    ) -> Iterator[Edge]:
        for interface, (left, right) in self.across.edges(joint, interfaces):
            box = Box(x=left, y=y, width=right - left, height=height)
            yield Edge(interface=interface, box=box, is_upper=is_upper)

    def _wire(self, end: End) -> Wire:
        joint, network = self._box(end.joint), self._box(end.network)
        level = self.levels.between(end.joint, end.network)
        top, bottom = self.rows[level][1], self.rows[level + 1][0]
        y = (joint.y, bottom, top, network.bottom) if end.is_upper else (joint.bottom, top, bottom, network.y)
        x = (end.start, end.start, end.stop, end.stop)
        return Wire(node=end.joint.name, network=end.network.name, points=tuple(zip(x, y, strict=True)))
