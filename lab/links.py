"""Changing a link: what it loses, how fast it is, how long it takes, and whether it is there at all.

Done on the host whose interface it is, with ip(8), tc(8) and nft(8), the same on every engine. Loss is a rule of the
packet filter in both directions, since not every kernel has netem. Only IP packets are lost, so ARP keeps working and
a loss of 30 % means 30 %. Rate shapes what the host sends and polices what it receives. Delay needs netem, and is
added to what the host sends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.host.start import Startup, ip_commands
from lab.process import Process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.engines.base import Lab
    from lab.topology import Node

_TIMEOUT_S = 10.0
_BURST_BYTES = 16 * 1024  # ten full frames: enough that a timer tick is not what limits the rate
_QUEUE_MS = 400
_NO_WAY_THERE = ("unreachable", "Nexthop has invalid gateway")
_NOTHING_THERE = ("Cannot delete qdisc with handle of zero",)


@dataclass(frozen=True, kw_only=True)
class LinkChange:
    """How a link is to be; what is None or False is as a perfect link has it."""

    loss_percent: float | None = None
    rate_kbit: int | None = None
    delay_ms: float | None = None
    down: bool = False

    def __str__(self) -> str:
        said = [
            "down" if self.down else "",
            f"loss {self.loss_percent:g}%" if self.loss_percent is not None else "",
            f"rate {self.rate_kbit}kbit" if self.rate_kbit is not None else "",
            f"delay {self.delay_ms:g}ms" if self.delay_ms is not None else "",
        ]
        return ", ".join(word for word in said if word) or "restored"


def change_link(lab: Lab, host: str, network: str, change: LinkChange) -> None:
    """Make the link of that host to that network so; `LinkChange()` restores it. Raises LabError."""
    node = lab.topology.node(host)
    device = _device(lab, host, str(node.interface(network).address.ip))
    _as_root(lab, host, ["nft", "-f", "-"], _rules(device, change))
    _as_root(lab, host, ["tc", "qdisc", *_queue(device, change)], ignore=_NOTHING_THERE)
    _as_root(lab, host, ["ip", "link", "set", "dev", device, "down" if change.down else "up"])
    if not change.down:
        _restore_routes(lab, node)


def lacks(lab: Lab, host: str, capability: str) -> str | None:
    """Why this lab cannot offer a capability that a scenario needs; None when it can."""
    if capability != "delay":
        return None
    try:
        _as_root(lab, host, ["tc", "qdisc", "replace", "dev", "lo", "root", "netem", "delay", "1us"])
        _as_root(lab, host, ["tc", "qdisc", "del", "dev", "lo", "root"])
    except LabError:
        return "this kernel has no netem, which delay needs"
    return None


def _rules(device: str, change: LinkChange) -> str:
    table = f"inet link_{device}"
    lines = [f"table {table}", f"delete table {table}", f"table {table} {{"]
    for chain, hook, direction in (("arriving", "prerouting", "iifname"), ("leaving", "postrouting", "oifname")):
        # Before the kernel puts fragments together (priority -400), so that each is lost for itself.
        lines.append(f"  chain {chain} {{ type filter hook {hook} priority -450;")
        if change.loss_percent:
            share = round(change.loss_percent * 100)
            lost = f"numgen random mod 10000 < {share} drop" if share < 10_000 else "drop"
            lines.append(f'    {direction} "{device}" {lost}')
        if change.rate_kbit and hook == "prerouting":
            rate, burst = max(1, change.rate_kbit * 1000 // 8), _BURST_BYTES
            lines.append(f'    {direction} "{device}" limit rate over {rate} bytes/second burst {burst} bytes drop')
        lines.append("  }")
    lines.append("}")
    return "\n".join(lines if change.loss_percent or change.rate_kbit else lines[:2]) + "\n"


def _queue(device: str, change: LinkChange) -> list[str]:
    if change.delay_ms is not None:
        rate = ["rate", f"{change.rate_kbit}kbit"] if change.rate_kbit else []
        return ["replace", "dev", device, "root", "netem", "delay", f"{change.delay_ms}ms", *rate]
    if change.rate_kbit:
        shape = ["rate", f"{change.rate_kbit}kbit", "burst", str(_BURST_BYTES), "latency", f"{_QUEUE_MS}ms"]
        return ["replace", "dev", device, "root", "tbf", *shape]
    return ["del", "dev", device, "root"]


def _restore_routes(lab: Lab, node: Node) -> None:
    """A link that went down took its routes along; those through another one that is down still have to wait."""
    default = str(node.gateway) if node.gateway else None
    routes = tuple((str(route.to), str(route.via)) for route in node.routes if route.to.prefixlen)
    lines = ip_commands(Startup(gateway=default, routes=routes))
    if lines:
        _as_root(lab, node.name, ["ip", "-force", "-batch", "-"], "\n".join(lines) + "\n", ignore=_NO_WAY_THERE)


def _device(lab: Lab, host: str, address: str) -> str:
    for link in json.loads(_as_root(lab, host, ["ip", "-json", "address", "show"])):
        if any(info.get("local") == address for info in link["addr_info"]):
            return str(link["ifname"])
    raise LabError(f"{host} has no interface with its address {address} any more: lab down, lab up")


def _as_root(lab: Lab, host: str, argv: Sequence[str], given: str = "", ignore: tuple[str, ...] = ()) -> str:
    """Run one of the lab's own commands on a host; its standard output. LabError when it fails without `ignore`."""
    with Process(lab.spawn(host, argv, env={}, tty=False, privileged=True), tty=False) as process:
        process.feed(given)
        status = process.wait(_TIMEOUT_S)
        pieces = process.output.pieces
    out, err = (b"".join(p.data for p in pieces if p.stream == name).decode() for name in ("stdout", "stderr"))
    if status != 0 and not any(words in err for words in ignore):
        raise LabError(f"{host}: {' '.join(argv)} failed ({status}): {err.strip() or 'no answer'}")
    return out
