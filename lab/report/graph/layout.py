"""Where everything stands.

A network is an area with its hosts inside. Nodes that join networks stand between the areas; a wire leads from an edge
of such a node to the edge of an area, through a corridor between two levels in which nothing else stands.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.report.graph.geometry import Box, Layout
from lab.report.graph.levels import Levels
from lab.report.graph.part import placed
from lab.report.graph.tree import is_joint, trees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.report.graph.geometry import Ruler
    from lab.topology import Node, Topology


def layout(topology: Topology, ruler: Ruler) -> Layout:
    """The picture of a topology; hosts stand in more rows where it would become too wide."""
    hosts = _hosts(topology)
    forest = [Levels(tree, topology, hosts) for tree in trees(topology)]
    most = max((len(nodes) for nodes in hosts.values()), default=1)
    for columns in range(min(most, max(4, math.isqrt(most) + 1)), 0, -1):
        found = _packed([placed(levels, ruler, columns) for levels in forest], ruler)
        if found.width <= ruler.widest:
            break
    return found


def _hosts(topology: Topology) -> Mapping[str, Sequence[Node]]:
    """Network → the nodes that stand on it alone."""
    hosts = defaultdict(list)
    for node in topology.nodes.values():
        if not is_joint(node):
            hosts[node.interfaces[0].network].append(node)
    return hosts


def _packed(parts: Sequence[Layout], ruler: Ruler) -> Layout:
    """Parts that nothing connects side by side, and below where that becomes too wide."""
    x = y = bottom = right = 0
    moved = []
    for part in parts:
        if x and x + part.width + 2 * ruler.margin > ruler.widest:
            x, y = 0, bottom + ruler.gap_y + ruler.corridor
        moved.append(_moved(part, x + ruler.margin, y + ruler.margin))
        right, bottom = max(right, x + part.width), max(bottom, y + part.height)
        x += part.width + ruler.space
    return Layout(
        width=right + 2 * ruler.margin,
        height=bottom + 2 * ruler.margin,
        networks=tuple(one for part in moved for one in part.networks),
        nodes=tuple(one for part in moved for one in part.nodes),
        wires=tuple(one for part in moved for one in part.wires),
    )


def _moved(part: Layout, x: int, y: int) -> Layout:
    def there(box: Box) -> Box:
        return replace(box, x=box.x + x, y=box.y + y)

    return replace(
        part,
        networks=tuple(replace(one, box=there(one.box)) for one in part.networks),
        nodes=tuple(
            replace(
                one,
                box=there(one.box),
                middle=there(one.middle),
                edges=tuple(replace(edge, box=there(edge.box)) for edge in one.edges),
            )
            for one in part.nodes
        ),
        wires=tuple(replace(one, points=tuple((px + x, py + y) for px, py in one.points)) for one in part.wires),
    )
