"""Where an address is, seen from a host, and on which side of the NAT routers that is.

A port is another one on each side of a NAT router (RFC 3022), and the same one by luck: the router keeps it when it is
free. So equal ports are one port only on one side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.topology import Interface, Node, Topology

_HERE = ("0.0.0.0", "localhost")  # noqa: S104


class Sides:
    """The addresses of one topology; `players` are the hosts that the scenario is about."""

    def __init__(self, topology: Topology, players: Iterable[str]) -> None:
        self._topology = topology
        self._players = frozenset(players)
        self._side = {name: name for name in topology.networks}
        for node in topology.nodes.values():
            inside = [one.network for one in node.interfaces if one.network != node.nat]
            for network in inside[1:] if node.forwards else ():
                self._join(inside[0], network)

    def name(self, address: str, host: str) -> str | None:
        """The variable for an address that is printed on that host; None when nobody has it."""
        found = self._find(address, host)
        if found is None:
            return None
        node, interface = found
        return node.name if interface is node.interface() else f"{node.name}.{interface.network}"

    def side(self, address: str | None, host: str) -> str:
        """On which side of NAT a port is that is printed on that host with that address, or with none."""
        if address is not None and address.startswith("127."):
            return f"inside {host}"
        found = None if address is None else self._find(address, host)
        return self._side[found[1].network if found else self._topology.node(host).interface().network]

    def is_own(self, address: str, host: str) -> bool:
        """Is it an address of that host itself?"""
        own = {str(interface.address.ip) for interface in self._topology.node(host).interfaces}
        return address in own or address in _HERE or address.startswith("127.")

    def is_nat(self, address: str | None, host: str) -> bool:
        """Is it the address behind which a router hides others?"""
        found = None if address is None else self._find(address, host)
        return found is not None and found[0].nat == found[1].network

    def _find(self, address: str, host: str) -> tuple[Node, Interface] | None:
        """Who has it: private networks may be equal, and then the nearest is meant."""
        networks = {interface.network for interface in self._topology.node(host).interfaces}
        found = [
            (node, interface)
            for node in self._topology.nodes.values()
            for interface in node.interfaces
            if str(interface.address.ip) == address
        ]
        return min(
            found,
            key=lambda one: (one[0].name != host, one[1].network not in networks, one[0].name not in self._players),
            default=None,
        )

    def _join(self, one: str, other: str) -> None:
        old, new = self._side[other], self._side[one]
        self._side = {network: new if side == old else side for network, side in self._side.items()}
