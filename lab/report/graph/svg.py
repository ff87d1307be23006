"""The picture as SVG: for a browser, in a README or inside a page.

Every class begins with `lab-` and every rule with `.lab-graph`, and there are no ids: several pictures may stand in one
page and none changes anything else there. All text is set by ElementTree, which escapes it; what no XML document may
hold at all (XML 1.0, section 2.2) is not printable either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from lab.report.graph import words
from lab.report.graph.geometry import Ruler
from lab.report.graph.layout import layout
from lab.report.graph.tree import is_joint
from lab.report.style import CSS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from lab.report.graph.geometry import Box, PlacedNetwork, PlacedNode, Wire
    from lab.topology import Interface, Node, Topology

_Lines = list[tuple[str, str]]
"""Texts, each with its classes."""

_RADIUS = 8
_CSS = """
.lab-graph { color-scheme: light dark; background: var(--lab-paper); }
.lab-graph text { font: 12.5px var(--lab-mono); fill: var(--lab-ink); dominant-baseline: central; }
.lab-graph .lab-name { font-weight: 700; font-size: 13px; }
.lab-graph .lab-note { fill: var(--lab-dim); font-size: 11.5px; }
.lab-graph .lab-paper { fill: var(--lab-paper); }
.lab-graph .lab-area { fill: var(--lab-fill); stroke: var(--lab-line); }
.lab-graph .lab-private .lab-area { fill: var(--lab-private-fill); stroke: var(--lab-private); }
.lab-graph .lab-public .lab-area { fill: var(--lab-public-fill); stroke: var(--lab-public); }
.lab-graph .lab-private .lab-kind { fill: var(--lab-private); }
.lab-graph .lab-public .lab-kind { fill: var(--lab-public); }
.lab-graph .lab-port .lab-area { stroke-width: 0.75; }
.lab-graph .lab-box { fill: var(--lab-paper); stroke: var(--lab-line); }
.lab-graph .lab-joint .lab-box { stroke: var(--lab-ink); stroke-width: 1.5; }
.lab-graph .lab-nat .lab-box { fill: var(--lab-nat-fill); stroke: var(--lab-nat); stroke-width: 2; }
.lab-graph .lab-nat .lab-role { fill: var(--lab-nat); font-weight: 700; }
.lab-graph .lab-end { fill: var(--lab-ink); }
.lab-graph .lab-wire { fill: none; stroke: var(--lab-ink); stroke-width: 1.5; }
.lab-graph .lab-unlit { opacity: 0.35; }
"""


def svg(topology: Topology, lit: Collection[str] = ()) -> str:
    """The picture; where nodes are lit, all others and what only they are on are dimmed."""
    ruler = pixels(topology)
    place = layout(topology, ruler)
    size = {"width": str(place.width), "height": str(place.height), "viewBox": f"0 0 {place.width} {place.height}"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "lab-graph", "role": "img", **size})
    _add(root, "title", {}, words.printable(words.title(topology)))
    told = "; ".join(words.told(node, topology) for node in topology.nodes.values())
    _add(root, "desc", {}, words.printable(told))
    _add(root, "style", {}, CSS + _CSS)
    _add(root, "rect", {"class": "lab-paper", "width": "100%", "height": "100%"})
    picture = _Picture(root, topology, ruler, lit)
    for network in place.networks:
        picture.network(network)
    for wire in place.wires:
        picture.wire(wire)
    for node in place.nodes:
        picture.node(node)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def pixels(topology: Topology) -> Ruler:
    """Everything is measured in pixels; text is in a font of one width, so that its size is known everywhere."""
    return Ruler(
        character=7.9,
        line=17,
        inset_x=10,
        inset_y=7,
        pad=12,
        foot=12,
        gap_x=10,
        gap_y=10,
        space=20,
        corridor=28,
        track=7,
        margin=12,
        widest=900,
        header_height=54,
        header=lambda network: [f"{network.name}  {words.kind(network)}", str(network.subnet)],
        host=lambda node: _texts(_host(node)),
        middle=lambda node: _texts(_middle(node)),
        edge=lambda node, interface: _texts(_edge(node, interface, topology)),
    )


def _texts(lines: _Lines) -> list[str]:
    return [text for text, _ in lines]


def _host(node: Node) -> _Lines:
    addresses = [(str(one.address.ip), "lab-address") for one in node.interfaces]
    return [(node.name, "lab-name"), *addresses, *_way_out(node)]


def _middle(node: Node) -> _Lines:
    return [(node.name, "lab-name"), (words.role(node), "lab-note lab-role"), *_way_out(node)]


def _way_out(node: Node) -> _Lines:
    """The default gateway, as a routing table has it (ip-route(8))."""
    return [] if node.gateway is None else [(f"via {node.gateway}", "lab-note")]


def _edge(node: Node, interface: Interface, topology: Topology) -> _Lines:
    side = words.side(node, interface, topology)
    return [*([(side, "lab-note lab-kind")] if side else []), (str(interface.address.ip), "lab-address")]


class _Picture:
    """An SVG element that is being filled."""

    def __init__(self, root: ET.Element, topology: Topology, ruler: Ruler, lit: Collection[str]) -> None:
        self._root = root
        self._topology = topology
        self._ruler = ruler
        self._lit = lit

    def network(self, place: PlacedNetwork) -> None:
        network, box = place.network, place.box
        nodes = self._topology.nodes.values()
        group = self._group(
            f"lab-network lab-{words.kind(network)}",
            [node.name for node in nodes if any(one.network == network.name for one in node.interfaces)],
        )
        _rectangle(group, "lab-area", box, _RADIUS + 4)
        left, right, y = box.x + self._ruler.pad + 2, box.right - self._ruler.pad - 2, box.y + self._ruler.line + 1
        _text(group, network.name, "lab-name", left, y)
        _text(group, words.kind(network), "lab-note lab-kind", right, y, anchor="end")
        _text(group, str(network.subnet), "lab-address", left, y + self._ruler.line)

    def wire(self, wire: Wire) -> None:
        (x, y), (_, bend), (_, other_bend), (end, bottom) = wire.points
        middle = (bend + other_bend) // 2
        curve = f"C {x} {middle} {end} {middle} {end} {other_bend} " if wire.is_bent else ""
        group = self._group("lab-wires", [wire.node])
        _add(group, "path", {"class": "lab-wire", "d": f"M {x} {y} V {bend} {curve}V {bottom}"})
        _add(group, "circle", {"class": "lab-end", "cx": str(end), "cy": str(bottom), "r": "3.5"})

    def node(self, place: PlacedNode) -> None:
        node = place.node
        classes = ["lab-node", "lab-joint" if is_joint(node) else "", "lab-nat" if node.nat else ""]
        group = self._group(" ".join(filter(None, classes)), [node.name])
        _add(group, "title", {}, words.printable(words.told(node, self._topology)))
        _rectangle(group, "lab-box", place.box, _RADIUS)
        self._lines(group, place.middle, _middle(node) if is_joint(node) else _host(node))
        for edge in place.edges:
            network = self._topology.networks[edge.interface.network]
            port = _add(group, "g", {"class": f"lab-port lab-{words.kind(network)}"})
            _rectangle(port, "lab-area", edge.box, _RADIUS - 3, inset=5)
            self._lines(port, edge.box, _edge(node, edge.interface, self._topology))

    def _group(self, classes: str, nodes: Iterable[str]) -> ET.Element:
        """Dimmed when others are lit and none of these."""
        is_lit = not self._lit or any(name in self._lit for name in nodes)
        return _add(self._root, "g", {"class": classes if is_lit else f"{classes} lab-unlit"})

    def _lines(self, parent: ET.Element, box: Box, lines: _Lines) -> None:
        """In the middle of the box."""
        line = self._ruler.line
        first = box.y + (box.height - len(lines) * line) // 2 + line // 2 + 1
        for number, (text, classes) in enumerate(lines):
            _text(parent, text, classes, box.middle, first + number * line, anchor="middle")


def _rectangle(parent: ET.Element, classes: str, box: Box, radius: int, inset: int = 0) -> None:
    place = {"x": box.x + inset, "y": box.y + inset}
    size = {"width": box.width - 2 * inset, "height": box.height - 2 * inset, "rx": radius}
    _add(parent, "rect", {"class": classes, **{name: str(value) for name, value in {**place, **size}.items()}})


def _text(parent: ET.Element, text: str, classes: str, x: int, y: int, anchor: str = "start") -> None:  # noqa: PLR0917
    _add(parent, "text", {"class": classes, "x": str(x), "y": str(y), "text-anchor": anchor}, words.printable(text))


def _add(parent: ET.Element, tag: str, attributes: dict[str, str], text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = text
    return element
