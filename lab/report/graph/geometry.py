"""The parts of a picture and their places, in whole units of some ruler: pixels or characters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lab.report.graph.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lab.topology import Interface, Network, Node


@dataclass(frozen=True, kw_only=True)
class Ruler:
    """How large things are, and what stands in them: lines of text for a host, a node's edge and middle, a network."""

    character: float
    line: int
    inset_x: int = 0
    """Left and right of the text in a box."""
    inset_y: int = 0
    frame_x: int = 0
    """The border of a node that joins networks, where that takes room."""
    frame_y: int = 0
    pad: int
    """Between the sides of a network and its hosts, and where at least a wire ends."""
    foot: int
    """Below a network's hosts."""
    gap_x: int
    """Between two hosts."""
    gap_y: int = 0
    space: int
    """Between two networks, or two nodes that join networks."""
    corridor: int
    """The height in which wires run."""
    track: int
    """The further height that each bent wire needs."""
    margin: int = 0
    widest: int
    """A picture should not become wider, as long as hosts can stand in more rows."""
    header_height: int
    header: Callable[[Network], Sequence[str]]
    host: Callable[[Node], Sequence[str]]
    middle: Callable[[Node], Sequence[str]]
    edge: Callable[[Node, Interface], Sequence[str]]

    def width(self, lines: Iterable[str]) -> int:
        """Of a box around these lines."""
        return (
            math.ceil(max((cell_len(printable(line)) for line in lines), default=0) * self.character) + 2 * self.inset_x
        )

    def height(self, lines: Sequence[str]) -> int:
        """Of a box around these lines."""
        return len(lines) * self.line + 2 * self.inset_y


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle; y grows downward."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, kw_only=True)
class PlacedNetwork:
    """A network's area."""

    network: Network
    box: Box


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where a node that joins networks holds one of its interfaces: a part of its upper or lower edge."""

    interface: Interface
    box: Box
    is_upper: bool


@dataclass(frozen=True, kw_only=True)
class PlacedNode:
    """A node, and the middle of its box; without edges where it stands inside its only network."""

    node: Node
    box: Box
    middle: Box
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wire:
    """From a node straight to a corridor, across it, and straight to the network: four points (x, y)."""

    node: str
    network: str
    points: tuple[tuple[int, int], ...]

    @property
    def is_bent(self) -> bool:
        """Does it lead to another place than just above or below?"""
        return self.points[0][0] != self.points[-1][0]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A picture, or a part of one."""

    width: int
    height: int
    networks: tuple[PlacedNetwork, ...] = ()
    nodes: tuple[PlacedNode, ...] = ()
    wires: tuple[Wire, ...] = ()
