"""The picture for Mermaid, which GitHub and many others draw from a block of code (mermaid.js.org, flowcharts)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab.report.graph import words
from lab.report.graph.links import links
from lab.report.graph.words import printable
from lab.report.style import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.report.graph.links import Link
    from lab.topology import Network, Node, Topology

_SHAPES = {"host": '["{}"]', "router": '(["{}"])', "NAT router": '{{{{"{}"}}}}'}


def mermaid(topology: Topology) -> str:
    """A flowchart; its colours are given with their text's, so that it can be read on light and dark pages."""
    return "".join(f"{line}\n" for line in _lines(topology))


def _lines(topology: Topology) -> Iterator[str]:
    networks = {name: f"network{number}" for number, name in enumerate(topology.networks)}
    nodes = {name: f"node{number}" for number, name in enumerate(topology.nodes)}
    yield "flowchart TB"
    for network in topology.networks.values():
        yield f"  {networks[network.name]}{_network(network)}"
    for node in topology.nodes.values():
        yield f"  {nodes[node.name]}{_node(node)}"
    for link in links(topology):
        yield f"  {_link(link, networks[link.network.name], nodes[link.node.name], topology)}"
    for kind in ("private", "public", "nat"):
        yield f"  classDef {kind} fill:{LIGHT[f'{kind}-fill']},stroke:{LIGHT[kind]},color:{LIGHT['ink']}"


def _network(network: Network) -> str:
    kind = words.kind(network)
    label = f'[["{_escaped(network.name)}<br/>{network.subnet}<br/>{kind}"]]'
    return f"{label}:::{kind}" if kind in ("private", "public") else label


def _node(node: Node) -> str:
    role = words.role(node)
    lines = [node.name] if role == "host" else [node.name, role]
    return _SHAPES[role].format("<br/>".join(map(_escaped, lines))) + (":::nat" if node.nat else "")


def _link(link: Link, network: str, node: str, topology: Topology) -> str:
    side = words.side(link.node, link.interface, topology)
    label = "<br/>".join(filter(None, [side, str(link.interface.address.ip)]))
    upper, lower = (node, network) if link.is_node_above else (network, node)
    return f'{upper} ---|"{label}"| {lower}'


def _escaped(text: str) -> str:
    """As entity codes, whatever could mean something to Mermaid or to HTML."""
    return re.sub(r"[^\w .,:/-]", lambda found: f"#{ord(found[0])};", printable(text))
