"""Changing a link: what it loses, how fast it is, how long it takes, and whether it is there at all.

Done on the host whose interface it is, with ip(8), tc(8) and nft(8), the same on every engine. Loss is a rule of the
packet filter in both directions, since not every kernel has netem. Only IP packets are lost, so ARP keeps working and
a loss of 30 % means 30 %. Rate shapes what the host sends and polices what it receives. Delay needs netem, and is
added to what the host sends. The MTU is that of the host's own end: a larger packet neither leaves nor arrives there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.errors import LabError
from lab.privileged import as_root
from lab.routes import restore_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engines.base import Lab

_BURST_BYTES = 16 * 1024  # ten full frames: enough that a timer tick is not what limits the rate
_QUEUE_MS = 400
_MTU_BEFORE = "mtu-before:"
_NOTHING_THERE = ("Cannot delete qdisc with handle of zero",)


@dataclass(frozen=True, kw_only=True)
class LinkChange:
    """How a link is to be; what is None or False is as a perfect link has it."""

    loss_percent: float | None = None
    rate_kbit: int | None = None
    delay_ms: float | None = None
    mtu_bytes: int | None = None
    down: bool = False

    def __str__(self) -> str:
        said = [
            "down" if self.down else "",
            f"loss {self.loss_percent:g}%" if self.loss_percent is not None else "",
            f"rate {self.rate_kbit}kbit" if self.rate_kbit is not None else "",
            f"delay {self.delay_ms:g}ms" if self.delay_ms is not None else "",
            f"mtu {self.mtu_bytes}" if self.mtu_bytes is not None else "",
        ]
        return ", ".join(word for word in said if word) or "restored"


def change_link(lab: Lab, host: str, network: str, change: LinkChange) -> None:
    """Make the link of that host to that network so; `LinkChange()` restores it. Raises LabError."""
    node = lab.topology.node(host)
    found = _link(lab, host, str(node.interface(network).address.ip))
    device = found["ifname"]
    settings = "".join(f"{line}\n" for line in _settings(found, change))
    if change.down:  # first of all: without the limits it had until now, much could pass in between
        as_root(lab, host, ["ip", "-batch", "-"], settings)
    as_root(lab, host, ["nft", "-f", "-"], _rules(device, change))
    as_root(lab, host, ["tc", "qdisc", *_queue(device, change)], ignore=_NOTHING_THERE)
    if not change.down:
        as_root(lab, host, ["ip", "-batch", "-"], settings)
        if "UP" not in found["flags"]:
            restore_routes(lab, node)


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


def _settings(link: dict[str, Any], change: LinkChange) -> Iterator[str]:
    """Lines for `ip -batch`. The MTU it had before it was changed is kept in the link's alias."""
    device, alias = link["ifname"], link.get("ifalias", "")
    if change.mtu_bytes is not None:
        if not alias.startswith(_MTU_BEFORE):
            yield f"link set dev {device} alias {_MTU_BEFORE}{link['mtu']}"
        yield f"link set dev {device} mtu {change.mtu_bytes}"
    elif alias.startswith(_MTU_BEFORE):
        yield f"link set dev {device} mtu {alias.removeprefix(_MTU_BEFORE)}"
        yield f"link set dev {device} alias ''"
    yield f"link set dev {device} {'down' if change.down else 'up'}"


def _link(lab: Lab, host: str, address: str) -> dict[str, Any]:
    """The link with that address, as `ip link show` describes it; only `ip address show` knows the address."""
    told = as_root(lab, host, ["ip", "-json", "-batch", "-"], "address show\nlink show\n")
    addresses, end = json.JSONDecoder().raw_decode(told)
    links: dict[str, dict[str, Any]] = {link["ifname"]: link for link in json.loads(told[end:])}
    for link in addresses:
        if any(info.get("local") == address for info in link["addr_info"]):
            return links[link["ifname"]]
    raise LabError(f"{host} has no interface with its address {address} any more: lab down, lab up")
