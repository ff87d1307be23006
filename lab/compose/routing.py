"""Whether packets can find their way: next hops, address translation, and routers with no way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.topology import Network, Node, Route


def problems(nodes: Mapping[str, Node], networks: Mapping[str, Network]) -> Iterator[tuple[str, str]]:
    """(node, what is wrong with its command) for every route that leads nowhere and every router that lacks one."""
    for node in nodes.values():
        wrong = [reason for route in node.routes if (reason := _dead_end(node, route, nodes))]
        yield from ((node.name, reason) for reason in wrong)
        if node.nat and not node.forwards:
            yield node.name, "--nat needs a router: add the sysctl net.ipv4.ip_forward=1"
        if node.forwards and not wrong and (reason := _no_way_out(node, nodes, networks)):
            yield node.name, reason


def _dead_end(node: Node, route: Route, nodes: Mapping[str, Node]) -> str | None:
    """Why this next hop cannot be one; it must be a neighbour that forwards."""
    default = route.to.prefixlen == 0
    said = f"--gateway {route.via}" if default else f"--route {route.to}={route.via}"
    near = next((one for one in node.interfaces if route.via in one.address.network), None)
    if near is None:
        on = ", ".join(f"{one.network} {one.address.network}" for one in node.interfaces)
        return f"{said}: {route.via} is on none of its networks ({on})"
    if route.to.version != route.via.version:
        return f"{said}: an IPv{route.to.version} subnet has no IPv{route.via.version} next hop"
    hop = next((other for other in nodes.values() if _has(other, near.network, route.via)), None)
    if hop is None:
        return f"{said}: nobody on network {near.network!r} has that address"
    if hop is node:
        return f"{said}: that is its own address"
    if not hop.forwards:
        return f"{said}: {hop.name} does not forward (a router has the sysctl net.ipv4.ip_forward=1)"
    return None


def _has(node: Node, network: str, address: object) -> bool:
    return any(one.network == network and one.address.ip == address for one in node.interfaces)


def _no_way_out(router: Node, nodes: Mapping[str, Node], networks: Mapping[str, Network]) -> str | None:
    """A router has a way out when it stands between networks and has a route to each it could send to."""
    if len(router.interfaces) == 1:
        return f"a router with no way out: it forwards, but stands on network {router.interfaces[0].network!r} alone"
    for name in _beyond(router, nodes):
        subnet = networks[name].subnet
        own = [one.address.network for one in router.interfaces]
        routed = [route.to for route in router.routes]
        if not any(subnet.subnet_of(known) for known in (*own, *routed)):  # type: ignore[arg-type]
            return f"a router with no way out: no route to network {name!r} ({subnet}); give it --gateway or --route"
    return None


def _beyond(router: Node, nodes: Mapping[str, Node]) -> list[str]:
    """All networks that packets from this router can get to; not those that a home router hides from it."""
    reached = [one.network for one in router.interfaces]
    for network in reached:  # grows while it is walked
        for node in nodes.values():
            here = {one.network for one in node.interfaces}
            if node.forwards and network in here and node.nat != network:
                reached += sorted(here - set(reached))
    return reached
