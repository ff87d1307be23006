"""Topology → the operations that make it, as lines for `ip -batch`, `sysctl` and `nft`. Pure: nothing happens here.

All bridges stand in one namespace, the switch; each node has its own, and each interface is a veth whose one end is
made where it belongs, in the node, and whose other end is a port of its network's bridge. (Moving a link into a
namespace afterwards costs forty times as much.)
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.host.start import Startup, ethtool_command, ip_commands, nft_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.topology import Node, Topology

SWITCH = "switch"

# A namespace of the kernel's may begin with what its parent has (a Docker host leaks ip_forward = 1): say it all.
# Reverse-path filters are off, so that what a router does is what its routes and rules say.
NODE_SYSCTLS = {
    "net.ipv4.ip_forward": "0",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
    "net.ipv6.conf.all.disable_ipv6": "1",
    "net.ipv6.conf.default.disable_ipv6": "1",
}
# Bridged frames are not the switch's own traffic; its packet filter must not see them.
SWITCH_SYSCTLS = {
    "net.ipv6.conf.all.disable_ipv6": "1",
    "net.ipv6.conf.default.disable_ipv6": "1",
    "net.bridge.bridge-nf-call-iptables": "0",
    "net.bridge.bridge-nf-call-ip6tables": "0",
    "net.bridge.bridge-nf-call-arptables": "0",
}

_AGEING_TIME = 30_000  # hundredths of a second: the kernel's own default


@dataclass(frozen=True, kw_only=True)
class NodePlan:
    """What one node does for itself once its links are there; the last word of `nft` is a file of rules.

    `clean` are the devices on which the kernel finishes each packet before it leaves (`lab.host.start.finish_packets`).
    """

    name: str
    sysctls: dict[str, str]
    clean: tuple[str, ...]
    ip: tuple[str, ...]
    nft: tuple[str, ...] | None
    hosts_file: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the switch does, then what each node does, then the switch again.

    In `switch_ip`, `{name}` stands for a node's namespace. `settle_ip` asks the kernel once for every port: it then
    finishes what a link's going up left to a worker, without which the first packet can be a second late.
    """

    switch_sysctls: dict[str, str]
    switch_ip: tuple[str, ...]
    nodes: tuple[NodePlan, ...]
    settle_ip: tuple[str, ...]

    def shown(self) -> Iterator[str]:
        """The same as commands a person could type as root, one a line."""
        for name in (SWITCH, *(node.name for node in self.nodes)):
            yield f"ip netns add {name}"
        yield from _sysctl_commands(SWITCH, self.switch_sysctls)
        names = {node.name: node.name for node in self.nodes}
        yield from (f"ip -n {SWITCH} {line.format_map(names)}" for line in self.switch_ip)
        for node in self.nodes:
            yield from _sysctl_commands(node.name, node.sysctls)
            for device in node.clean:
                yield f"ip netns exec {node.name} {shlex.join(ethtool_command(device))}"
            yield from (f"ip -n {node.name} {line}" for line in node.ip)
            if node.nft:
                yield f"ip netns exec {node.name} {shlex.join(node.nft)}"
        yield from (f"ip -n {SWITCH} {line}" for line in self.settle_ip)


def make_plan(topology: Topology, *, fast: bool = False) -> Plan:
    """The operations that make this topology out of nothing, in the order in which they must happen.

    `fast`: packets are left unfinished, as `lab.engines.base.Engine.up` tells.
    """
    bridges = _bridges(topology)
    return Plan(
        switch_sysctls=SWITCH_SYSCTLS,
        switch_ip=(*_bridge_lines(bridges), *_port_lines(topology, bridges)),
        nodes=tuple(_node_plan(node, fast=fast) for node in topology.nodes.values()),
        settle_ip=tuple(f"link show dev {port}" for port in ports(topology).values()),
    )


def hub_lines(topology: Topology, network: str, *, on: bool) -> tuple[str, ...]:
    """Lines for `ip -batch` in the switch: a bridge that remembers nobody sends every frame to every port."""
    bridge = _bridges(topology)[network]
    return (f"link set {bridge} type bridge ageing_time {0 if on else _AGEING_TIME} fdb_flush",)


def _bridges(topology: Topology) -> dict[str, str]:
    return {name: f"br{number}" for number, name in enumerate(topology.networks)}


def ports(topology: Topology) -> dict[tuple[str, str], str]:
    """The switch's end of each (node, network)'s link: `p0`, `p1`, …"""
    attachments = ((node.name, i.network) for node in topology.nodes.values() for i in node.interfaces)
    return {attachment: f"p{number}" for number, attachment in enumerate(attachments)}


def _bridge_lines(bridges: dict[str, str]) -> Iterator[str]:
    for bridge in bridges.values():
        yield f"link add {bridge} type bridge mcast_snooping 0"
        yield f"link set {bridge} up"


def _port_lines(topology: Topology, bridges: dict[str, str]) -> Iterator[str]:
    port_of = ports(topology)
    for node in topology.nodes.values():
        for interface in node.interfaces:
            port = port_of[node.name, interface.network]
            yield (
                f"link add {port} up master {bridges[interface.network]} type veth "
                f"peer name {interface.device} netns {{{node.name}}}"
            )


def _node_plan(node: Node, *, fast: bool) -> NodePlan:
    default = "0.0.0.0/0"
    startup = Startup(
        gateway=str(node.gateway) if node.gateway else None,
        routes=tuple((str(route.to), str(route.via)) for route in node.routes if str(route.to) != default),
        nat=None,
        renumber=(),
    )
    return NodePlan(
        name=node.name,
        sysctls=NODE_SYSCTLS | dict(node.sysctls),
        clean=() if fast else tuple(interface.device for interface in node.interfaces),
        ip=(*_address_lines(node), *ip_commands(startup), *_settle_lines(node)),
        nft=tuple(nft_command(node.interface(node.nat).device)) if node.nat else None,
        hosts_file=_hosts_file(node),
    )


def _address_lines(node: Node) -> Iterator[str]:
    yield "link set lo up"
    for interface in node.interfaces:
        yield f"address add {interface.address} broadcast + dev {interface.device}"
        yield f"link set {interface.device} up"


def _settle_lines(node: Node) -> Iterator[str]:
    yield from (f"link show dev {interface.device}" for interface in node.interfaces)


def _hosts_file(node: Node) -> str:
    lines = ["127.0.0.1\tlocalhost"]
    lines += [f"{address}\t{name}" for name, address in node.names.items()]
    return "\n".join(lines) + "\n"


def _sysctl_commands(namespace: str, sysctls: dict[str, str]) -> Iterator[str]:
    for key, value in sysctls.items():
        yield f"ip netns exec {namespace} sysctl -qew {key}={value}"
