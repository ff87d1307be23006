"""What works on this machine, what does not, and the one line that mends it. Looks, tries, and changes nothing."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lab import engines
from lab.engines.netns.filesystem import PATH
from lab.errors import LabError

if TYPE_CHECKING:
    from lab.topology import Topology

State = Literal["works", "missing", "broken"]
"""`missing`: the lab does without it."""

_OLDEST_PYTHON = (3, 11)
_TOOLS = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables", "unshare": "util-linux"}
_TIMEOUT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: how it is, and what a person can do about it ("" when nothing needs doing)."""

    what: str
    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """All findings, and which engines work."""

    findings: tuple[Finding, ...]
    engines: tuple[str, ...]


def examine(topology: Topology | None) -> Diagnosis:
    """Look at this machine. The topology, if there is one, tells which subnets Docker will need."""
    reasons = {name: engines.load(name).unavailable() for name in engines.NAMES}
    findings = [_python(), _engine("netns", reasons["netns"])]
    if sys.platform == "linux":
        findings += [*(_tool(name, package) for name, package in _TOOLS.items()), _user_namespaces(), _netem()]
    findings.append(_engine("docker", reasons["docker"]))
    if reasons["docker"] is None and topology is not None:
        findings.append(_subnets(topology))
    return Diagnosis(findings=tuple(findings), engines=tuple(name for name in engines.NAMES if reasons[name] is None))


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding(what="Python", state="works", found=f"{version}, {sys.executable}")
    return Finding(what="Python", state="broken", found=version, remedy="install Python 3.11 or newer")


def _engine(name: str, reason: str | None) -> Finding:
    what = f"engine {name}"
    if reason is None:
        return Finding(what=what, state="works", found="works")
    found, remedy = _parted(reason)
    return Finding(what=what, state="broken", found=found, remedy=remedy)


def _parted(reason: str) -> tuple[str, str]:
    """An engine's reason is what is wrong, a colon, and what mends it."""
    found, _, remedy = reason.partition(": ")
    return found, remedy


def _tool(name: str, package: str) -> Finding:
    path = shutil.which(name, path=PATH)
    if path is not None:
        return Finding(what=name, state="works", found=path)
    return Finding(what=name, state="broken", found="not installed", remedy=f"sudo apt-get install {package}")


def _user_namespaces() -> Finding:
    what, is_root = "user namespaces", os.geteuid() == 0
    if _succeeds([*_unshared(is_rootless=True), "true"]):
        return Finding(what=what, state="works", found="allowed")
    if is_root:
        return Finding(what=what, state="missing", found="not allowed; root needs none")
    remedy = (
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 kernel.unprivileged_userns_clone=1, or use root"
    )
    return Finding(what=what, state="broken", found="not allowed", remedy=remedy)


def _netem() -> Finding:
    """Tried on a loopback of its own, in a namespace that is gone when the command ends."""
    delay = ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1us"]
    if _succeeds([*_unshared(is_rootless=os.geteuid() != 0), *delay]):
        return Finding(what="netem", state="works", found="links can be delayed")
    return Finding(
        what="netem",
        state="missing",
        found="not in this kernel; scenarios that need delay are skipped",
        remedy="sudo modprobe sch_netem (Fedora: sudo dnf install kernel-modules-extra)",
    )


def _subnets(topology: Topology) -> Finding:
    """Docker can hold each subnet once, for whatever purpose."""
    from lab.engines.docker import compose, running  # noqa: PLC0415  Docker's SDK is large
    from lab.engines.docker.daemon import Daemon  # noqa: PLC0415
    from lab.engines.docker.room import check_room  # noqa: PLC0415

    what = "subnets"
    try:
        if up := running():
            return Finding(what=what, state="works", found=f"in use by lab {up[0].name!r}, which is up")
        with contextlib.closing(Daemon()) as daemon:
            check_room(daemon, compose.resolve(topology))
    except LabError as error:
        found, remedy = _parted(str(error))
        return Finding(what=what, state="broken", found=found, remedy=remedy)
    return Finding(what=what, state="works", found="free for Docker")


def _unshared(*, is_rootless: bool) -> list[str]:
    return ["unshare", *(["--user", "--map-root-user"] if is_rootless else []), "--net", "--mount"]


def _succeeds(argv: list[str]) -> bool:
    try:
        done = subprocess.run(
            argv, capture_output=True, check=False, timeout=_TIMEOUT_S, env={**os.environ, "PATH": PATH}
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
