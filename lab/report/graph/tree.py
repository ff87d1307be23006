"""From what is connected to what to an order: what is the core, what hangs on it, and who stands beside whom.

The graph has two kinds of vertices, networks and the nodes that join them; whoever stands on one network only is no
vertex but a part of that network. Each vertex has its place some steps away from a core, and as every step leads from
a network to a node or back, a wire only ever joins neighbouring layers. Nothing here has a size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.report.graph.order import Graph, Vertex, untangled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.topology import Node, Topology


@dataclass(frozen=True)
class Branch:
    """A network, or nodes side by side that join the same networks; and what hangs on them away from the core."""

    vertices: tuple[Vertex, ...]
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Tree:
    """Everything that is connected, around a core. Wires that are not between a branch and its own are few."""

    core: Vertex
    above: tuple[Branch, ...]
    below: tuple[Branch, ...]


def is_joint(node: Node) -> bool:
    """Does it stand on more than one network, or on none? Such a node is drawn by itself."""
    return len({interface.network for interface in node.interfaces}) != 1


def trees(topology: Topology) -> list[Tree]:
    """All parts of the topology that no wire connects, in the file's order."""
    graph = _graph(topology)
    return [_tree(part, graph, topology) for part in _parts(graph)]


def _graph(topology: Topology) -> Graph:
    graph: Graph = {Vertex("network", name): [] for name in topology.networks}
    for node in topology.nodes.values():
        if is_joint(node):
            here = Vertex("node", node.name)
            graph[here] = [Vertex("network", name) for name in dict.fromkeys(one.network for one in node.interfaces)]
            for network in graph[here]:
                graph[network].append(here)
    return graph


def _parts(graph: Graph, without: Vertex | None = None) -> list[list[Vertex]]:
    """The connected parts, each with its vertices in the graph's order."""
    seen = {without}
    parts = []
    for start in graph:
        if start not in seen:
            steps = _steps(start, graph, without)
            parts.append([vertex for vertex in graph if vertex in steps])
            seen |= set(steps)
    return parts


def _steps(start: Vertex, graph: Graph, without: Vertex | None = None) -> dict[Vertex, int]:
    """How far each vertex is from one, nearest first."""
    steps = {start: 0}
    queue = [start]
    for here in queue:  # grows while it is walked
        for there in graph[here]:
            if there not in steps and there != without:
                steps[there] = steps[here] + 1
                queue.append(there)
    return steps


def _tree(part: Sequence[Vertex], graph: Graph, topology: Topology) -> Tree:
    hidden = _hidden(graph, topology)
    core = _core(part, graph, hidden)
    children = _children(core, graph)
    parts = [members for members in _parts(graph, without=core) if members[0] in part]
    roots = [[child for child in children[core] if child in members] for members in parts]
    sides: list[list[Vertex]] = [[], []]
    for members, is_below in zip(roots, _are_below(roots, hidden), strict=True):
        sides[is_below] += members
    orders = [untangled(_only(core, side, children), graph) for side in sides]
    above, below = (_branches(order[core], order, graph) for order in orders)
    return Tree(core, above, below)


def _are_below(parts: Sequence[Sequence[Vertex]], hidden: set[Vertex]) -> list[bool]:
    """Which parts stand below the core: what a router hides; where none hides anything, the second half."""
    below = [any(vertex in hidden for vertex in members) for members in parts]
    return below if any(below) else [2 * number + 1 >= len(parts) for number in range(len(parts))]


def _hidden(graph: Graph, topology: Topology) -> set[Vertex]:
    """All that routers hide behind their own addresses, these routers included."""
    routers = [node for node in topology.nodes.values() if node.nat is not None]
    queue = [Vertex("network", one.network) for node in routers for one in node.interfaces if one.network != node.nat]
    hidden = set(queue)
    for here in queue:  # grows while it is walked
        ways = set(graph[here]) - hidden
        if here.kind == "node":
            node = topology.nodes[here.name]
            ways = {one for one in ways if node.forwards and one.name != node.nat}
        hidden |= ways
        queue += ways
    return hidden


def _core(part: Sequence[Vertex], graph: Graph, hidden: set[Vertex]) -> Vertex:
    """Nobody hides it and nothing is far from it; rather a network than a node, rather one with more neighbours."""
    seen = [vertex for vertex in part if vertex not in hidden] or part
    return min(seen, key=lambda one: (max(_steps(one, graph).values()), one.kind == "node", -len(graph[one])))


def _children(core: Vertex, graph: Graph) -> Graph:
    """Each vertex → those that are reached first through it."""
    steps = _steps(core, graph)
    children: Graph = {vertex: [] for vertex in steps}
    seen = {core}
    for vertex in steps:
        children[vertex] = [one for one in graph[vertex] if one not in seen]
        seen |= set(children[vertex])
    return children


def _only(core: Vertex, roots: Sequence[Vertex], children: Graph) -> Graph:
    """The part of a tree that hangs on some of the core's children."""
    found = {core: list(roots)}
    queue = list(roots)
    for vertex in queue:  # grows while it is walked
        found[vertex] = list(children[vertex])
        queue += children[vertex]
    return found


def _branches(vertices: Sequence[Vertex], children: Graph, graph: Graph) -> tuple[Branch, ...]:
    """Siblings from left to right; nodes between the same networks become one branch."""
    alike: dict[object, list[Vertex]] = {}
    for vertex in vertices:
        key = vertex if vertex.kind == "network" else frozenset(graph[vertex])
        alike.setdefault(key, []).append(vertex)
    return tuple(
        Branch(tuple(group), _branches([child for vertex in group for child in children[vertex]], children, graph))
        for group in alike.values()
    )
