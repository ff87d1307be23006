"""What is connected to what: nodes with interfaces on networks. Data only; nothing here runs.

A *node* is anything with its own network stack; a *router* forwards, a *host* does not (RFC 8200, section 2).
A *network* is one broadcast domain; an *interface* is a node's attachment to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import TYPE_CHECKING

from lab.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

Address = IPv4Address | IPv6Address
InterfaceAddress = IPv4Interface | IPv6Interface
Subnet = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class Network:
    """One broadcast domain, with the subnet its hosts really use."""

    name: str
    subnet: Subnet


@dataclass(frozen=True, kw_only=True)
class Interface:
    """A node's attachment to a network; `device` is its name inside the node on the netns engine."""

    network: str
    address: InterfaceAddress
    device: str


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where packets for `to` go next; a default route is one to 0.0.0.0/0."""

    to: Subnet
    via: Address


@dataclass(frozen=True, kw_only=True)
class Node:
    """A machine of the lab: its interfaces in the file's order (the first is the main one) and its settings.

    `nat` names the network towards which a router hides the others behind its own address (RFC 3022).
    `names` is its /etc/hosts; `sysctls` are set in its network namespace.
    """

    name: str
    interfaces: tuple[Interface, ...]
    routes: tuple[Route, ...] = ()
    nat: str | None = None
    sysctls: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Address] = field(default_factory=dict)

    @property
    def forwards(self) -> bool:
        """A router forwards packets that are not its own; a host does not."""
        return self.sysctls.get("net.ipv4.ip_forward") == "1"

    @property
    def gateway(self) -> Address | None:
        """The next hop of its default route."""
        return next((route.via for route in self.routes if route.to.prefixlen == 0), None)

    def interface(self, network: str | None = None) -> Interface:
        """Its interface on that network, or its first; UsageError when it is not attached there."""
        if network is None:
            return self.interfaces[0]
        for interface in self.interfaces:
            if interface.network == network:
                return interface
        here = (interface.network for interface in self.interfaces)
        raise UsageError(f"{self.name} is not on network {network!r}{did_you_mean(network, here)}")


@dataclass(frozen=True, kw_only=True)
class Topology:
    """A whole lab as its compose file describes it.

    `name` is the file's own default name for the lab, `file` where it was read, `digest` a hash of its meaning:
    two files with one digest describe the same lab.
    """

    name: str
    file: Path
    digest: str
    networks: Mapping[str, Network]
    nodes: Mapping[str, Node]

    def node(self, name: str) -> Node:
        """The node of that name; UsageError says which one may have been meant."""
        if name not in self.nodes:
            raise UsageError(f"no host {name!r} in {self.file.name}{did_you_mean(name, self.nodes)}")
        return self.nodes[name]

    def whose(self, address: Address, nearby: Collection[str] = ()) -> str | None:
        """The node with that address: on one of the networks nearby, or the only one that has it anywhere.

        Several homes may use one private address (RFC 1918), and then it means nobody from afar.
        """
        having = {
            interface.network: node.name
            for node in self.nodes.values()
            for interface in node.interfaces
            if interface.address.ip == address
        }
        near = next((node for network, node in having.items() if network in nearby), None)
        return near or (next(iter(having.values())) if len(having) == 1 else None)

    def names_for(self, networks: Collection[str]) -> dict[Address, str]:
        """Whose each address is, as far as that is clear where only these networks are looked at."""
        addresses = {interface.address.ip for node in self.nodes.values() for interface in node.interfaces}
        return {
            address: names.pop()
            for address in sorted(addresses)
            if len(names := {name for network in networks if (name := self.whose(address, (network,)))}) == 1
        }

    def addresses(self) -> dict[str, Address]:
        """`host` and `host.network` to address: the variables that every template knows from the start."""
        known: dict[str, Address] = {}
        for node in self.nodes.values():
            known[node.name] = node.interface().address.ip
            for interface in node.interfaces:
                known[f"{node.name}.{interface.network}"] = interface.address.ip
        return known
