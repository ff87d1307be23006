"""What is too wide for a picture in characters: each network with everybody on it, from top to bottom."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from lab.report.graph import words
from lab.report.graph.links import links
from lab.report.graph.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.graph.links import Link
    from lab.topology import Network, Topology


def listing(topology: Topology) -> str:
    """Every network with every attachment to it, and last who is on none."""
    parts = [_lines(network, rows) for network, rows in _networks(topology)]
    parts += [[f"{node.name}, on no network"] for node in topology.nodes.values() if not node.interfaces]
    return "\n".join("".join(f"{printable(line)}\n" for line in part) for part in parts)


def _networks(topology: Topology) -> Iterator[tuple[Network, list[tuple[str, str, str]]]]:
    """Those with nodes first."""
    found = {name: list(group) for name, group in groupby(links(topology), key=lambda link: link.network.name)}
    for name in [*found, *(one for one in topology.networks if one not in found)]:
        yield topology.networks[name], [_row(link, topology) for link in found.get(name, ())]


def _lines(network: Network, rows: Sequence[tuple[str, str, str]]) -> list[str]:
    lines = [f"{network.name} {network.subnet} {words.kind(network)}"]
    name, address = (max((cell_len(row[column]) for row in rows), default=0) for column in (0, 1))
    for number, row in enumerate(rows, start=1):
        corner = "└" if number == len(rows) else "├"
        lines.append(f"{corner}─ {set_cell_size(row[0], name)}  {row[1]:{address}}  {row[2]}".rstrip())
    return lines


def _row(link: Link, topology: Topology) -> tuple[str, str, str]:
    """Name, address, and what it is when it is more than a host."""
    others = [one.network for one in link.node.interfaces if one.network != link.network.name]
    side = words.side(link.node, link.interface, topology)
    parts = [words.role(link.node) if link.node.forwards else None, side]
    parts += [f"also on {' and '.join(others)}"] if others else []
    return link.node.name, str(link.interface.address.ip), ", ".join(filter(None, parts))
