"""What is said of a network, a node and an attachment, in whatever form the picture is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.transcript import KINDS, Setting

if TYPE_CHECKING:
    from lab.topology import Interface, Network, Node, Topology


def kind(network: Network) -> str:
    """`private` (RFC 1918) or `public`, in the same sense as in a scenario; `special` when it is neither."""
    address, nowhere = str(network.subnet.network_address), Setting("")
    return next((one for one in ("private", "public") if KINDS[one].objection(address, nowhere) is None), "special")


def role(node: Node) -> str:
    """What it does with packets that are not its own."""
    if not node.forwards:
        return "host"
    return "router" if node.nat is None else "NAT router"


def side(node: Node, interface: Interface, topology: Topology) -> str | None:
    """On which side of its translation a NAT router has this interface; None for all other nodes."""
    if node.nat is None:
        return None
    inside = [topology.networks[one.network] for one in node.interfaces if one.network != node.nat]
    outside = topology.networks[node.nat]
    if kind(outside) == "public" and all(kind(network) == "private" for network in inside):
        return "public side" if interface.network == node.nat else "private side"
    return "outside" if interface.network == node.nat else "inside"


def printable(text: str) -> str:
    """Whatever would not be seen, or would move a terminal's cursor, shown as such."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def title(topology: Topology) -> str:
    """The whole picture in one line."""
    routers = sum(node.forwards for node in topology.nodes.values())
    counts = (len(topology.nodes) - routers, "host"), (routers, "router"), (len(topology.networks), "network")
    hosts, routes, networks = (f"{count} {word}{'s' * (count != 1)}" for count, word in counts)
    return f"{topology.name}: {hosts} and {routes} on {networks}"


def told(node: Node, topology: Topology) -> str:
    """A node in one line: for those who cannot see the picture, and for those who point at it."""
    parts = []
    for interface in node.interfaces:
        which = side(node, interface, topology)
        parts.append(f"{interface.address.ip} on {interface.network}{f' ({which})' if which else ''}")
    parts += [f"{'default' if route.to.prefixlen == 0 else route.to} via {route.via}" for route in node.routes]
    return f"{node.name}, {role(node)}: {', '.join(parts) or 'on no network'}"
