"""The picture in characters: for a terminal, or a block of code in Markdown."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lab.report.graph import words
from lab.report.graph.canvas import Canvas
from lab.report.graph.geometry import Ruler
from lab.report.graph.layout import layout
from lab.report.graph.listing import listing
from lab.report.graph.tree import is_joint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.report.graph.geometry import Layout, PlacedNetwork, PlacedNode, Wire
    from lab.topology import Interface, Network, Node, Topology

WIDEST = 100
"""Wider lines are not easy to read, whatever room there is."""


def text(topology: Topology, columns: int = WIDEST) -> str:
    """The picture, where a NAT router has a double frame; a list of networks where there are too few columns for it."""
    place, canvas = layout(topology, characters(topology, columns)), Canvas()
    if place.width > columns:
        return listing(topology)
    for network in place.networks:
        _draw_network(canvas, network)
    for node in place.nodes:
        _draw_node(canvas, node, topology)
    for wire, row in _rows(place):
        _draw_wire(canvas, wire, row)
    return str(canvas)


def characters(topology: Topology, columns: int = WIDEST) -> Ruler:
    """Everything is measured in characters and lines."""
    return Ruler(
        character=1,
        line=1,
        frame_x=1,
        frame_y=1,
        pad=2,
        foot=1,
        gap_x=3,
        gap_y=1,
        space=3,
        corridor=1,
        track=1,
        widest=columns,
        header_height=2,
        header=lambda network: [f"{_name(network)}   {words.kind(network)}"],
        host=_host,
        middle=lambda node: [f" {_middle(node)} "],
        edge=lambda node, interface: [f" {_edge(node, interface, topology)} "],
    )


def _name(network: Network) -> str:
    return f"{network.name} {network.subnet}"


def _host(node: Node) -> list[str]:
    return [node.name, *(str(interface.address.ip) for interface in node.interfaces)]


def _middle(node: Node) -> str:
    return words.printable(f"{node.name}, {words.role(node)}")


def _edge(node: Node, interface: Interface, topology: Topology) -> str:
    side = words.side(node, interface, topology)
    return f"{side} {interface.address.ip}" if side else str(interface.address.ip)


def _draw_network(canvas: Canvas, place: PlacedNetwork) -> None:
    box, kind = place.box, words.kind(place.network)
    canvas.rectangle(box.x, box.y, box.right - 1, box.bottom - 1)
    canvas.text(box.x + 2, box.y + 1, _name(place.network))
    canvas.text(box.right - 2 - len(kind), box.y + 1, kind)


def _draw_node(canvas: Canvas, place: PlacedNode, topology: Topology) -> None:
    node, box = place.node, place.box
    if not is_joint(node):
        for row, line in enumerate(_host(node)):
            canvas.text(box.x, box.y + row, line)
        return
    canvas.rectangle(box.x, box.y, box.right - 1, box.bottom - 1, is_double=node.nat is not None)
    middle = _middle(node)
    canvas.text(place.middle.x + (place.middle.width - cell_len(middle)) // 2, place.middle.y, middle)
    for edge in place.edges:
        line = _edge(node, edge.interface, topology)
        canvas.text(edge.box.x + (edge.box.width - len(line)) // 2, edge.box.y, line)


def _draw_wire(canvas: Canvas, wire: Wire, row: int) -> None:
    """From frame to frame."""
    (x, y), _, _, (end, end_y) = wire.points
    y, end_y = (y, end_y - 1) if y > end_y else (y - 1, end_y)
    canvas.line(x, y, x, row)
    canvas.line(x, row, end, row)
    canvas.line(end, row, end, end_y)


def _rows(place: Layout) -> Iterator[tuple[Wire, int]]:
    """Each wire, and in which line it runs across.

    Of wires that lead to the left, what begins further to the left turns first, and the other way round: so none
    crosses another that it need not cross.
    """
    corridors: dict[int, list[Wire]] = defaultdict(list)
    for wire in place.wires:
        corridors[min(y for _, y in wire.points[1:3])].append(wire)
    for top, wires in corridors.items():
        left = sorted((wire for wire in wires if _turn(wire) < 0), key=_begin)
        right = sorted((wire for wire in wires if _turn(wire) > 0), key=_begin, reverse=True)
        yield from ((wire, top) for wire in wires if not wire.is_bent)
        yield from zip([*left, *right], count(top))


def _begin(wire: Wire) -> int:
    """Where it begins at the top."""
    return min(wire.points, key=lambda point: point[1])[0]


def _turn(wire: Wire) -> int:
    """How far it leads to the right on its way down."""
    return max(wire.points, key=lambda point: point[1])[0] - _begin(wire)
