"""The picture for Graphviz (graphviz.org, DOT language)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.report.graph import words
from lab.report.graph.links import links
from lab.report.graph.words import printable
from lab.report.style import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.report.graph.links import Link
    from lab.topology import Network, Node, Topology


def dot(topology: Topology) -> str:
    """An undirected graph: `lab graph --format dot | dot -Tsvg`."""
    return "".join(f"{line}\n" for line in _lines(topology))


def _lines(topology: Topology) -> Iterator[str]:
    yield f"graph {_quoted(topology.name)} {{"
    yield '  node [fontname="monospace", fontsize=11, shape=box, style="rounded,filled", fillcolor=white]'
    yield '  edge [fontname="monospace", fontsize=10]'
    for network in topology.networks.values():
        yield f"  {_network_id(network)} [{_network(network)}]"
    for node in topology.nodes.values():
        yield f"  {_node_id(node)} [{_node(node)}]"
    for link in links(topology):
        yield f"  {_link(link, topology)}"
    yield "}"


def _network(network: Network) -> str:
    kind = words.kind(network)
    look = f", {_filled(kind)}" if kind in ("private", "public") else ""
    return f"label={_quoted(network.name, str(network.subnet), kind)}, style=filled, width=3{look}"


def _node(node: Node) -> str:
    role = words.role(node)
    label = _quoted(node.name) if role == "host" else _quoted(node.name, role)
    return f"label={label}" + (f", penwidth=2, {_filled('nat')}" if node.nat else "")


def _filled(colour: str) -> str:
    return f'color="{LIGHT[colour]}", fillcolor="{LIGHT[f"{colour}-fill"]}"'


def _link(link: Link, topology: Topology) -> str:
    side = words.side(link.node, link.interface, topology)
    ends = [_network_id(link.network), _node_id(link.node)]
    if link.is_node_above:
        ends.reverse()
    return f"{' -- '.join(ends)} [label={_quoted(*filter(None, [side]), str(link.interface.address.ip))}]"


def _network_id(network: Network) -> str:
    return _quoted(f"network {network.name}")


def _node_id(node: Node) -> str:
    return _quoted(f"node {node.name}")


def _quoted(*lines: str) -> str:
    """Lines as one quoted string; in it `"`, the backslash and HTML's entities mean something."""
    escaped = (printable(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'
