"""Is there room for a lab: its images are there, and nobody has its subnets already."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from lab.engines.docker.daemon import PROJECT_LABEL
from lab.engines.docker.marks import OURS
from lab.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engines.docker.compose import Resolved
    from lab.engines.docker.daemon import Bridge, Daemon

IMAGE = "socket-lab"


def check_room(daemon: Daemon, resolved: Resolved) -> None:
    """Raises Unavailable with what is missing, or who has a subnet and how to get it back."""
    for image in sorted(resolved.images):
        if not daemon.has_image(image):
            raise Unavailable(no_image(image))
    bridges = daemon.networks()
    taken = [(subnet, _whose(bridge)) for bridge in bridges for subnet in bridge.subnets]
    own = list(_machine_subnets()) if any(_is_here(bridge) for bridge in bridges) else []
    for network, subnets in resolved.subnets.items():
        for wanted in subnets:
            for subnet, whose in taken if network in resolved.quiet else [*taken, *own]:
                if _overlap(wanted, subnet):
                    raise Unavailable(f"network {network} needs {wanted}, which {whose}")


def _whose(bridge: Bridge) -> str:
    name = bridge.labels.get(PROJECT_LABEL)
    if name and OURS in bridge.labels:
        return f"the lab {name!r} has: lab down --name {name}"
    if name:
        return f"the Docker network {bridge.name} has: docker compose -p {name} down"
    return f"the Docker network {bridge.name} has: docker network rm {bridge.name}"


def _is_here(bridge: Bridge) -> bool:
    """Is the engine's network this machine's own? Not in a virtual machine, elsewhere, or in a namespace."""
    return bridge.device is not None and Path("/sys/class/net", bridge.device).exists()


def _machine_subnets() -> Iterator[tuple[str, str]]:
    with contextlib.suppress(OSError, ValueError):
        told = subprocess.run(["ip", "-json", "route", "show"], capture_output=True, check=True, timeout=5).stdout
        for route in json.loads(told):
            if route["dst"] != "default":
                yield route["dst"], f"this machine has at {route['dev']}: another subnet in the file, or --engine netns"


def _overlap(one: str, other: str) -> bool:
    first, second = ipaddress.ip_network(one, strict=False), ipaddress.ip_network(other, strict=False)
    return first.version == second.version and first.overlaps(second)


def no_image(image: str) -> str:
    if image == IMAGE:
        return f"the image {image!r} is not built yet: make image (without a registry: tools/build-image)"
    return f"the image {image!r} is not there: docker compose build"
