"""A home router's port forward: what arrives at one of its public ports is led to a host inside (RFC 3022, 2.2).

A table of its own in the packet filter of the router, so that ending it touches nothing else. What was led inside may
also pass: `lab/host/nat.nft` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lab.errors import UsageError, did_you_mean
from lab.privileged import as_root

if TYPE_CHECKING:
    from lab.engines.base import Lab
    from lab.topology import Address, Topology


@dataclass(frozen=True, kw_only=True)
class PublicPort:
    """A port of a home router's public address."""

    router: str
    protocol: Literal["udp", "tcp"]
    port: int

    def __str__(self) -> str:
        return f"{self.router} {self.protocol}/{self.port}"


def forward_port(lab: Lab, at: PublicPort, host: str, port: int) -> None:
    """Lead what arrives there to that port of a host inside. Raises LabError."""
    router = lab.topology.node(at.router)
    outside, inside = router.interface(router.nat).address.ip, address_inside(lab.topology, at.router, host)
    name = _table(at)
    rules = f"""
        table {name}
        delete table {name}
        table {name} {{
          chain arriving {{
            type nat hook prerouting priority dstnat; policy accept;
            ip daddr {outside} {at.protocol} dport {at.port} dnat to {inside}:{port}
          }}
        }}
    """
    as_root(lab, at.router, ["nft", "-f", "-"], rules)


def end_forward(lab: Lab, at: PublicPort) -> None:
    """Nobody comes in there any more, but what is under way goes on. Raises LabError."""
    as_root(lab, at.router, ["nft", "-f", "-"], f"table {_table(at)}\ndelete table {_table(at)}\n")


def address_inside(topology: Topology, router: str, host: str) -> Address:
    """The address by which a home router reaches that host of its home; UsageError when it is no such host."""
    node = topology.node(router)
    if node.nat is None:
        homes = ", ".join(one.name for one in topology.nodes.values() if one.nat) or "there is none"
        raise UsageError(f"{router} hides no home, so there is nothing to forward to (home routers: {homes})")
    inside = {interface.network for interface in node.interfaces if interface.network != node.nat}
    hosts = {
        one.name: interface.address.ip
        for one in topology.nodes.values()
        for interface in one.interfaces
        if one is not node and interface.network in inside
    }
    if host not in hosts:
        raise UsageError(f"no host {host!r} behind {router}{did_you_mean(host, hosts)}")
    return hosts[host]


def _table(at: PublicPort) -> str:
    return f"ip forward_{at.protocol}_{at.port}"
