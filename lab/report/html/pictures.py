"""The drawings of a chapter, as a page takes them in: their styles go into the page's own, the only one it allows."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup

from lab.report import graph, ladder
from lab.report.script import taking_part
from lab.report.style import CSS

if TYPE_CHECKING:
    from lab.topology import Address, Node, Topology
    from lab.verdict import Result

_STYLE = re.compile(r"\s*<style>(.*?)</style>", re.DOTALL)


class Pictures:
    """Makes drawings, and keeps the styles that they need."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._styles: dict[str, None] = {}

    @property
    def styles(self) -> str:
        """Of all drawings made so far, each once; the colours are the page's."""
        return "".join(self._styles)

    def where(self, result: Result) -> Markup:
        """The topology, with those who take part lit."""
        return self._taken_in(graph.svg(self._topology, involved(result, self._topology)))

    def ladder(self, result: Result) -> Markup | None:
        """How the packets went; None when none was seen."""
        drawing = ladder.svg(result, self._topology) if result.record else None
        return self._taken_in(drawing) if drawing else None

    def _taken_in(self, drawing: str) -> Markup:
        for style in _STYLE.findall(drawing):
            self._styles[unescape(style).removeprefix(CSS)] = None
        return Markup(_STYLE.sub("", drawing))  # noqa: S704  drawings are made by ElementTree, which escapes


def involved(result: Result, topology: Topology) -> set[str]:
    """Who takes part in the scenario, and whoever sent, received or passed on a packet, by what was captured."""
    found = taking_part(result.scenario, topology)
    addresses: set[Address] = set()
    for captured in result.record.captures if result.record else ():
        passed = [packet.ip for packet in captured.packets if packet.ip]  # what is asked of all (ARP) concerns few
        addresses.update(end for ip in passed for end in (ip.source, ip.target))
        if passed:
            found.add(captured.host)
    return found | {name for name, node in topology.nodes.items() if addresses & _own(node, topology)}


def _own(node: Node, topology: Topology) -> set[Address]:
    """The addresses of a node that no other node has: in two homes there may be the same."""
    taken = Counter(interface.address.ip for one in topology.nodes.values() for interface in one.interfaces)
    return {interface.address.ip for interface in node.interfaces if taken[interface.address.ip] == 1}
