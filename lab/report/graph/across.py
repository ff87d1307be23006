"""From left to right: where each vertex begins and ends, and where wires leave it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from lab.report.graph.order import Vertex
from lab.report.graph.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.graph.sizes import Sizes
    from lab.topology import Interface


class Extent(NamedTuple):
    """A part of the x axis."""

    left: int
    right: int

    @property
    def middle(self) -> int:
        return (self.left + self.right) // 2

    def around(self, width: int) -> Extent:
        """As wide as that, with the same middle."""
        left = self.left + (self.right - self.left - width) // 2
        return Extent(left, left + width)

    def nearest(self, x: int) -> int:
        """The place in it that is nearest to another."""
        return min(max(x, self.left), self.right)


class End(NamedTuple):
    """A wire: its node and network, and where it leaves the one and reaches the other."""

    joint: Vertex
    network: Vertex
    is_upper: bool
    start: int
    stop: int


@dataclass(frozen=True)
class Across:
    """The x axis of everything that hangs on one core; it begins at 0."""

    sizes: Sizes

    @cached_property
    def whole(self) -> Extent:
        tree = self.sizes.levels.tree
        return Extent(0, max(self.sizes.width(tree.core), self._row(tree.above), self._row(tree.below)))

    def _row(self, branches: Sequence[Branch]) -> int:
        """The width of branches side by side."""
        return sum(map(self._span, branches)) + self.sizes.ruler.space * max(0, len(branches) - 1)

    def _span(self, branch: Branch) -> int:
        """The width of a branch with all that hangs on it."""
        return max(self._own(branch), self._row(branch.branches))

    def _own(self, branch: Branch) -> int:
        """The width of a branch without what hangs on it."""
        return (
            sum(self.sizes.width(vertex) + self.sizes.ruler.space for vertex in branch.vertices)
            - self.sizes.ruler.space
        )

    @cached_property
    def extents(self) -> dict[Vertex, Extent]:
        """Each vertex in the middle of what hangs on it; networks as wide as their wires wish, where there is room."""
        tree, levels = self.sizes.levels.tree, self.sizes.levels
        extents = dict(self._within(Branch((tree.core,)), self.whole))
        for branches in (tree.above, tree.below):
            extents.update(self._side_by_side(branches, self.whole))
        for vertices in levels.rows.values():
            if vertices[0].kind == "network":
                extents.update(self._stretched(vertices, extents))
        return extents

    def _side_by_side(self, branches: Sequence[Branch], room: Extent) -> Iterator[tuple[Vertex, Extent]]:
        left = room.around(self._row(branches)).left
        for branch in branches:
            here = Extent(left, left + self._span(branch))
            yield from self._within(branch, here)
            yield from self._side_by_side(branch.branches, here)
            left = here.right + self.sizes.ruler.space

    def _within(self, branch: Branch, room: Extent) -> Iterator[tuple[Vertex, Extent]]:
        """A network takes all the room, nodes its middle."""
        left = room.around(self._own(branch)).left
        for vertex in branch.vertices:
            width = self.sizes.width(vertex)
            yield vertex, room if vertex.kind == "network" else Extent(left, left + width)
            left += width + self.sizes.ruler.space

    def _stretched(self, networks: Sequence[Vertex], extents: dict[Vertex, Extent]) -> Iterator[tuple[Vertex, Extent]]:
        """A network alone on its level takes all of it; others reach out to their nodes up to their neighbours."""
        if len(networks) == 1:
            yield networks[0], self.whole
            return
        left = 0
        for network, after in zip(networks, [*networks[1:], None], strict=True):
            limit = extents[after].left - self.sizes.ruler.space if after else self.whole.right
            own = [extents[network], *(extents[joint] for joint in self._joints_of(network))]
            here = Extent(max(left, min(one.left for one in own)), min(limit, max(one.right for one in own)))
            yield network, here
            left = here.right + self.sizes.ruler.space

    def _joints_of(self, network: Vertex) -> Iterator[Vertex]:
        for joint in self.sizes.levels.joints:
            if any(one.network == network.name for one in self.sizes.levels.node(joint).interfaces):
                yield joint

    def edges(self, joint: Vertex, interfaces: Sequence[Interface]) -> list[tuple[Interface, Extent]]:
        """Interfaces of one side in the order of their networks, so that their wires do not cross."""
        if not interfaces:
            return []
        frame, node = self.sizes.ruler.frame_x, self.sizes.levels.node(joint)
        left, right = self.extents[joint].left + frame, self.extents[joint].right - frame
        ordered = sorted(interfaces, key=lambda one: self.extents[Vertex("network", one.network)].middle)
        spare = (right - left - sum(self.sizes.edge(node, one) for one in ordered)) // len(ordered)
        found = []
        for interface in ordered:
            end = right if interface is ordered[-1] else left + self.sizes.edge(node, interface) + spare
            found.append((interface, Extent(left, end)))
            left = end
        return found

    @cached_property
    def ends(self) -> list[End]:
        """All wires."""
        return [end for joint in self.sizes.levels.joints for end in self._ends_of(joint)]

    def _ends_of(self, joint: Vertex) -> Iterator[End]:
        levels, pad = self.sizes.levels, self.sizes.ruler.pad
        for is_upper, interfaces in ((True, levels.upper(joint)), (False, levels.lower(joint))):
            for interface, extent in self.edges(joint, interfaces):
                network = Vertex("network", interface.network)
                reach = Extent(self.extents[network].left + pad, self.extents[network].right - pad)
                yield End(joint, network, is_upper, extent.middle, reach.nearest(extent.middle))
