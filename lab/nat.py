"""What a router remembers of the flows that pass through it: its translation table (RFC 3022, section 2.2)."""

from __future__ import annotations

import json
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from lab.errand import run_errand
from lab.translation import Translation

if TYPE_CHECKING:
    from lab.engines.base import Lab
    from lab.topology import Node

_NAMES = {
    socket.IPPROTO_UDP: "udp",
    socket.IPPROTO_TCP: "tcp",
    socket.IPPROTO_ICMP: "icmp",
    socket.IPPROTO_ICMPV6: "icmp",
}


def translations(lab: Lab, router: str) -> list[Translation]:
    """Every flow that passes through a router, by protocol, source and target; not those that it takes part in.

    In no order of time: no kernel tells when a flow began unless it was asked to before. Raises LabError.
    """
    node = lab.topology.node(router)
    told = run_errand(lab, router, "conntrack", ["list"])
    flows = [flow for line in told.splitlines() if (flow := _translation(*json.loads(line))) is not None]
    passing = [flow for flow in flows if not _takes_part(node, flow)]
    return sorted(passing, key=lambda flow: (flow.protocol, _order(flow.source), _order(flow.target)))


def forget_translations(lab: Lab, router: str) -> None:
    """Empty a router's table, as if it had just been switched on. Raises LabError."""
    run_errand(lab, router, "conntrack", ["forget"])


def _translation(protocol: int, source: Any, target: Any, inside: Any, outside: Any) -> Translation | None:
    if protocol not in _NAMES:
        return None
    ends = {"source": source, "target": target, "inside": inside, "outside": outside}
    return Translation(
        protocol=_NAMES[protocol], **{name: (ip_address(address), port) for name, (address, port) in ends.items()}
    )


def _takes_part(node: Node, flow: Translation) -> bool:
    own = {interface.address.ip for interface in node.interfaces}
    return any(address in own or address.is_loopback for address in (flow.source[0], flow.inside[0]))


def _order(end: tuple[Any, int]) -> tuple[bytes, int]:
    return end[0].packed, end[1]
