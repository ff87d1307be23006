"""What of a running lab is no longer as its topology says. Asked only when something went wrong, to say why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lab.process import Process

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from lab.engines.base import Lab
    from lab.topology import Node

_TIMEOUT_S = 10.0
_SHOW = "address show\nroute show\n"
_NAT_TABLE = ["table", "ip", "home_router"]  # as lab/host/nat.nft calls it


def find_damage(lab: Lab, changed: Collection[str] = ()) -> tuple[str, ...]:
    """Links that are down, default routes and home routers' rules that are gone, each in words. Raises LabError.

    `changed` is what was changed on purpose: links as `HOST/NETWORK`, and hosts whose gateway is another.
    """
    nodes = list(lab.topology.nodes.values())
    tables = _ask(lab, nodes, ["ip", "-force", "-json", "-batch", "-"], _SHOW)
    routers = [node for node in nodes if node.nat]
    rules = _ask(lab, routers, ["nft", "list", *_NAT_TABLE])
    found = [what for node, (_, told) in zip(nodes, tables, strict=True) for what in _damage_of(node, told, changed)]
    found += (
        f"{node.name} has lost the rules that make it a home router"
        for node, (status, _) in zip(routers, rules, strict=True)
        if status
    )
    return tuple(found)


def _ask(lab: Lab, nodes: Sequence[Node], argv: Sequence[str], given: str = "") -> list[tuple[int | None, str]]:
    """Status and output of a command on each node, all at the same time."""
    asked = [Process(lab.spawn(node.name, argv, env={}, tty=False, privileged=True), tty=False) for node in nodes]
    answers = []
    for process in asked:
        with process:
            process.feed(given)
            status = process.wait(_TIMEOUT_S)
            data = b"".join(piece.data for piece in process.output.pieces if piece.stream == "stdout")
            answers.append((status, data.decode()))
    return answers


def _damage_of(node: Node, told: str, changed: Collection[str]) -> Iterator[str]:
    links, routes = _tables(told)
    flags = {info.get("local"): link["flags"] for link in links for info in link["addr_info"]}
    is_connected = True
    for interface in node.interfaces:
        address = str(interface.address.ip)
        if address not in flags:
            yield f"{node.name} has lost its address {address}"
        elif "UP" not in flags[address]:
            is_connected = False  # its routes went with it
            if f"{node.name}/{interface.network}" not in changed:
                yield f"the link {node.name}/{interface.network} is down"
    has_default = any(route.get("dst") == "default" for route in routes)
    if is_connected and node.gateway and not has_default and node.name not in changed:
        yield f"{node.name} has no default route"


def _tables(told: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The two lists that `ip` printed one after the other."""
    links, end = json.JSONDecoder().raw_decode(told)
    return links, json.loads(told[end:])
