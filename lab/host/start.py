#!/usr/bin/env python3
"""What a host does when it starts: addresses, routes and, on a home router, address translation.

    start.py [--renumber ENGINE_SUBNET=SUBNET]... [--gateway ADDRESS] [--route SUBNET=ADDRESS]... [--nat ADDRESS]

In a container this is the entrypoint. The netns engine asks the first half of this file, which touches nothing,
what to do. Interfaces are found by their address: which one is eth0 differs from engine to engine.

With SOCKET_LAB_FAST=1 in its environment it leaves segments and checksums to hardware that is not there: TCP is then
faster, and captures show packets as no wire ever carried them.
"""

from __future__ import annotations

import array
import errno
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from ipaddress import IPv4Interface, IPv6Interface
    from typing import NoReturn

READY_LINE = "This host is ready."
"""Said on standard output when the host is set up."""

OPTIONS = ("--gateway", "--nat", "--renumber", "--route")
FAST = "SOCKET_LAB_FAST"

_SIOCETHTOOL = 0x8946  # linux/sockios.h
_ETHTOOL_STXCSUM = 0x17  # linux/ethtool.h


@dataclass(frozen=True)
class Startup:
    """What a service's `command` asks for; all addresses are well-formed text.

    `routes` are (subnet, next hop), `renumber` (engine-side subnet, real subnet), `nat` the router's outside address.
    """

    gateway: str | None = None
    routes: tuple[tuple[str, str], ...] = ()
    nat: str | None = None
    renumber: tuple[tuple[str, str], ...] = ()


def parse(argv: Sequence[str]) -> Startup:
    """The options of a host's `command`; ValueError says which one is wrong and why."""
    single: dict[str, str] = {}
    routes: dict[str, str] = {}
    renumber: dict[str, str] = {}
    for option, value in _options(argv):
        if option in ("--gateway", "--nat"):
            _put(single, option, _checked(option, value, ip_address), f"{option} given twice")
        elif option == "--route":
            subnet, via = _pair(option, value, "10.0.0.0/8=198.51.100.5", ip_network, ip_address)
            if ip_network(subnet).prefixlen == 0:
                raise ValueError(f"--route {value}: for a default route use --gateway {via}")
            _put(routes, subnet, via, f"--route: two routes to {subnet}")
        else:
            here, real = _pair(option, value, "10.99.2.0/24=192.168.1.0/24", ip_network, ip_network)
            if ip_network(here).max_prefixlen != ip_network(real).max_prefixlen:
                raise ValueError(f"--renumber {value}: both must be IPv4, or both IPv6")
            if ip_network(here).prefixlen != ip_network(real).prefixlen:
                raise ValueError(f"--renumber {value}: the two subnets must be of one size")
            _put(renumber, here, real, f"--renumber: {here} given twice")
    return Startup(single.get("--gateway"), tuple(routes.items()), single.get("--nat"), tuple(renumber.items()))


def ip_commands(startup: Startup) -> list[str]:
    """The routes of a host, as lines for `ip -batch`."""
    default = [f"route replace default via {startup.gateway}"] if startup.gateway else []
    return default + [f"route replace {subnet} via {via}" for subnet, via in startup.routes]


def nft_command(device: str) -> list[str]:
    """The command that makes a home router whose public address is on `device`."""
    return ["nft", "-D", f"outside={device}", "-f", str(Path(__file__).resolve().with_name("nat.nft"))]


def ethtool_command(device: str) -> list[str]:
    """The command that does what `finish_packets` does."""
    return ["ethtool", "-K", device, "tx", "off"]


def finish_packets(devices: Iterable[str]) -> None:
    """Let the kernel itself cut segments to the MTU and compute checksums before a packet leaves (netdev_features).

    Between virtual interfaces it otherwise does neither, for it trusts the memory that the packets never leave.
    """
    off = array.array("I", (_ETHTOOL_STXCSUM, 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for device in devices:
            request = struct.pack("16sP16x", device.encode(), off.buffer_info()[0])
            try:
                fcntl.ioctl(any_socket, _SIOCETHTOOL, request)
            except OSError as error:
                if error.errno != errno.EOPNOTSUPP:  # a device that cannot do otherwise does it anyway
                    raise OSError(error.errno, f"{' '.join(ethtool_command(device))}: {error.strerror}") from None


def _options(argv: Sequence[str]) -> Iterable[tuple[str, str]]:
    words = iter(argv)
    for word in words:
        option, equals, value = word.partition("=")
        if option not in OPTIONS:
            raise ValueError(f"unknown option {word!r} (allowed: {', '.join(OPTIONS)})")
        if not equals:
            value = next(words, "")
        if not value or value.startswith("--"):
            raise ValueError(f"{option} needs a value")
        yield option, value


def _put(known: dict[str, str], key: str, value: str, twice: str) -> None:
    if key in known:
        raise ValueError(twice)
    known[key] = value


def _checked(option: str, text: str, kind: Callable[[str], object]) -> str:
    try:
        return str(kind(text))
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from None


def _pair(
    option: str, text: str, example: str, left: Callable[[str], object], right: Callable[[str], object]
) -> tuple[str, str]:
    first, equals, second = text.partition("=")
    if not equals:
        raise ValueError(f"{option} {text}: expected two parts with '=' between them, like {example}")
    return _checked(option, first, left), _checked(option, second, right)


# From here on: done in a container, once, as root of its network.


def main(argv: Sequence[str]) -> int:
    """Set this host up, say so, and stay; 2: the options are wrong, 1: it could not be done."""
    try:
        startup = parse(argv)
    except ValueError as error:
        print(f"start-host: {error}", file=sys.stderr)
        return 2
    try:
        _set_up(startup)
    except (LookupError, OSError, RuntimeError) as error:
        print(f"start-host: {error.args[0] if isinstance(error, LookupError) else error}", file=sys.stderr)
        return 1
    print(READY_LINE, flush=True)
    return _stay()


def _stay() -> NoReturn:
    # Nothing is left to do but to keep the network namespace; this costs less memory than a sleeping Python.
    os.execvp("sleep", ["sleep", "infinity"])  # noqa: S606


def _set_up(startup: Startup) -> None:
    # The engine's default route goes first: at no moment may a packet leave around the lab's own routers.
    # A router's rules come before its routes, so that nothing is ever forwarded untranslated.
    _ip(["route flush exact default"])
    devices = _devices()
    if os.environ.get(FAST) != "1":
        finish_packets(devices)
    _ip(renumbering(startup, devices))
    if startup.nat:
        outside = ip_address(startup.nat)
        device = next((name for name, has in devices.items() if any(one.ip == outside for one in has)), None)
        if device is None:
            raise LookupError(f"--nat {startup.nat}: no interface has this address{_seen(devices)}")
        _run(nft_command(device))
    # Asking for one link makes the kernel finish its state change: without it the first packet can be lost.
    _ip([*ip_commands(startup), *(f"link show dev {device}" for device in devices)])


def renumbering(startup: Startup, devices: dict[str, list[IPv4Interface | IPv6Interface]]) -> list[str]:
    """Lines for `ip -batch` that move each interface in an engine-side subnet to the same place in the real one."""
    lines: list[str] = []
    for here, real in startup.renumber:
        subnet, target = ip_network(here), ip_network(real)
        found = [(name, one) for name, has in devices.items() for one in has if one.ip in subnet]
        if not found:
            raise LookupError(f"--renumber {here}={real}: no interface is in {here}{_seen(devices)}")
        for name, one in found:
            address = target[int(one.ip) - int(subnet.network_address)]
            lines += [f"addr flush dev {name}", f"addr add {address}/{target.prefixlen} brd + dev {name}"]
    return lines


def _devices() -> dict[str, list[IPv4Interface | IPv6Interface]]:
    answer = json.loads(_run(["ip", "-json", "addr", "show"]))
    return {
        link["ifname"]: [ip_interface(f"{one['local']}/{one['prefixlen']}") for one in link["addr_info"]]
        for link in answer
        if "LOOPBACK" not in link["flags"]
    }


def _seen(devices: dict[str, list[IPv4Interface | IPv6Interface]]) -> str:
    return f" (this host has {', '.join(str(one) for has in devices.values() for one in has) or 'no address'})"


def _ip(lines: list[str]) -> None:
    if lines:
        _run(["ip", "-batch", "-"], "".join(f"{line}\n" for line in lines))


def _run(argv: list[str], text: str = "") -> str:
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise RuntimeError(f"{' '.join(argv)}{f' ({text.strip()!r})' if text else ''} failed: {said}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
