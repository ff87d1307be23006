"""A host's routes: its default route removed, led elsewhere or restored. With ip(8), the same on every engine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from lab.errors import UsageError, did_you_mean
from lab.host.start import Startup, ip_commands
from lab.privileged import as_root

if TYPE_CHECKING:
    from lab.engines.base import Lab
    from lab.topology import Address, Node, Topology

_NO_WAY_THERE = ("unreachable", "Nexthop has invalid gateway", "Nexthop device is not up")


def set_gateway(lab: Lab, host: str, via: Address | None) -> None:
    """Let the host's default route lead there; None removes it. One through a link that is down has to wait."""
    if via is None:
        as_root(lab, host, ["ip", "route", "flush", "exact", "default"])
    else:
        as_root(lab, host, ["ip", "route", "replace", "default", "via", str(via)], ignore=_NO_WAY_THERE)


def restore_routes(lab: Lab, node: Node) -> None:
    """A link that went down took its routes along; those through another one that is down still have to wait."""
    default = str(node.gateway) if node.gateway else None
    routes = tuple((str(route.to), str(route.via)) for route in node.routes if route.to.prefixlen)
    lines = ip_commands(Startup(gateway=default, routes=routes))
    if lines:
        as_root(lab, node.name, ["ip", "-force", "-batch", "-"], "\n".join(lines) + "\n", ignore=_NO_WAY_THERE)


def next_hop(topology: Topology, host: str, to: str) -> Address:
    """The neighbour of `host` that `to` names, by its name or its address; UsageError when it is none."""
    node = topology.node(host)
    try:
        address = ip_address(to)
    except ValueError:
        here = {interface.network for interface in node.interfaces}
        known = topology.nodes.get(to)
        if known is None or known is node:
            neighbours = [name for name, one in topology.nodes.items() if one is not node and _on(one, here)]
            raise UsageError(f"{host} has no neighbour {to!r}{did_you_mean(to, neighbours)}") from None
        if not _on(known, here):
            raise UsageError(f"{to} is on no network of {host}, so it cannot be its next hop") from None
        return next(interface.address.ip for interface in known.interfaces if interface.network in here)
    if any(address == interface.address.ip for interface in node.interfaces):
        raise UsageError(f"{to} is {host} itself")
    if not any(address in interface.address.network for interface in node.interfaces):
        raise UsageError(f"{to} is on no network of {host}, so it cannot be its next hop")
    return address


def _on(node: Node, networks: set[str]) -> bool:
    return any(interface.network in networks for interface in node.interfaces)
