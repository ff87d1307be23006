"""Docker Compose v2: the command that makes a lab from its file and takes it away."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import LabError
from lab.host.start import FAST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.topology import Topology

_QUICK_S = 30.0
_UP_S = 180.0
_INSTALL = "https://docs.docker.com/compose/install/ (Debian 13: sudo apt-get install docker-compose)"
_INHIBIT = "com.docker.network.bridge.inhibit_ipv4"


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """What of the compose file matters before anything is made: images, and each network's engine-side subnets.

    `quiet` are the networks on which this machine gets no address, so that its own addresses cannot collide.
    """

    images: frozenset[str]
    subnets: Mapping[str, tuple[str, ...]]
    quiet: frozenset[str]


def no_command() -> str | None:
    """Is the docker command missing, and what mends that."""
    if shutil.which("docker") is None:
        return "the docker command is not installed: https://docs.docker.com/engine/install/, or --engine netns"
    return None


def missing() -> str | None:
    """Why Docker Compose cannot be used, and what mends it."""
    try:
        version = _compose(["version", "--short"], _QUICK_S).strip().removeprefix("v")
    except LabError:
        return f"Docker Compose v2 is missing: {_INSTALL}"
    return None if version.split(".")[0] not in ("0", "1") else f"Docker Compose {version} is too old: {_INSTALL}"


def resolve(topology: Topology) -> Resolved:
    """The file as Compose itself understands it."""
    text = _compose(["--file", str(topology.file), "config", "--format", "json"], _QUICK_S)
    told = json.loads(text)
    networks: dict[str, dict[str, Any]] = told.get("networks", {})
    return Resolved(
        images=frozenset(service["image"] for service in told["services"].values() if "image" in service),
        subnets={
            name: tuple(part["subnet"] for part in network.get("ipam", {}).get("config") or () if "subnet" in part)
            for name, network in networks.items()
        },
        quiet=frozenset(
            name
            for name, network in networks.items()
            if (network.get("driver_opts") or {}).get(_INHIBIT, "").lower() in {"1", "t", "true"}
        ),
    )


def up(topology: Topology, name: str, workspace: Path, labels: Mapping[str, str], *, fast: bool = False) -> None:
    """Make all networks and containers; what it has made when it fails is not removed."""
    with tempfile.TemporaryDirectory(prefix="socket-lab-") as folder:
        override = Path(folder, "override.json")
        override.write_text(json.dumps(_override(topology, workspace, labels, fast=fast)))
        files = ["--file", str(topology.file), "--file", str(override)]
        _compose(["--project-name", name, *files, "up", "--detach", "--no-build", "--quiet-pull"], _UP_S)


def down(name: str) -> None:
    """Remove what carries that name; needs no file."""
    _compose(["--project-name", name, "down", "--remove-orphans", "--volumes", "--timeout", "2"], _UP_S)


def _override(topology: Topology, workspace: Path, labels: Mapping[str, str], *, fast: bool) -> dict[str, Any]:
    """What a lab adds to its file: labels to find it by, the people's folder, and a log that can be read back."""
    shared = {"type": "bind", "source": str(workspace), "target": str(workspace), "read_only": True}
    service: dict[str, Any] = {"labels": dict(labels), "volumes": [shared], "logging": {"driver": "json-file"}}
    if fast:
        service["environment"] = {FAST: "1"}
    return {
        "services": dict.fromkeys(topology.nodes, service),
        "networks": {network: {"labels": dict(labels)} for network in topology.networks},
    }


def _compose(arguments: Sequence[str], timeout_s: float) -> str:
    argv = ["docker", "compose", "--ansi", "never", *arguments]
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise LabError(f"docker cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired:
        raise LabError(f"docker compose {_verb(arguments)} did not end within {timeout_s:g} s") from None
    if done.returncode:
        raise LabError(f"docker compose {_verb(arguments)} failed: {_last_words(done.stderr or done.stdout)}")
    return done.stdout


def _verb(arguments: Sequence[str]) -> str:
    return next((word for word in arguments if word in ("up", "down", "config", "version")), "")


def _last_words(text: str) -> str:
    """The error among the progress: Compose says it last, after lines like ` Container x  Starting`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
