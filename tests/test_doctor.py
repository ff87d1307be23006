"""`lab doctor`: what it finds on machines that lack something, and what it says then."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from lab import doctor, engines
from lab.doctor import Finding, examine

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.doctor import Diagnosis


class FakeEngine:
    """An engine that works, or does not for this reason."""

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason

    def unavailable(self) -> str | None:
        return self.reason


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Diagnosis]:
    """A machine on which these engines work or not, these tools are not there, and these commands fail."""

    def look(
        netns: str | None = None, docker: str | None = "no Docker: install it", without: str = "", failing: str = "\0"
    ) -> Diagnosis:
        fakes = {"netns": FakeEngine(netns), "docker": FakeEngine(docker)}
        monkeypatch.setattr(engines, "load", fakes.__getitem__)
        monkeypatch.setattr(doctor.shutil, "which", lambda name, **_: None if name == without else f"/usr/sbin/{name}")

        def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
            return subprocess.CompletedProcess(argv, 1 if failing in argv else 0)

        monkeypatch.setattr(doctor.subprocess, "run", run)
        return examine(None)

    return look


def found(diagnosis: Diagnosis, what: str) -> Finding:
    (finding,) = [finding for finding in diagnosis.findings if finding.what == what]
    return finding


def test_a_machine_with_everything(machine: Callable[..., Diagnosis]) -> None:
    diagnosis = machine(docker=None)
    assert diagnosis.engines == ("docker", "netns")
    assert {finding.state for finding in diagnosis.findings} == {"works"}
    assert [finding.remedy for finding in diagnosis.findings if finding.remedy] == []


def test_an_engines_reason_is_parted_from_its_remedy(machine: Callable[..., Diagnosis]) -> None:
    diagnosis = machine(docker="no Docker Engine answers at unix:///x: start it (sudo systemctl start docker)")
    assert diagnosis.engines == ("netns",)
    assert found(diagnosis, "engine docker") == Finding(
        what="engine docker",
        state="broken",
        found="no Docker Engine answers at unix:///x",
        remedy="start it (sudo systemctl start docker)",
    )


@pytest.mark.parametrize(
    ("tool", "package"), [("ip", "iproute2"), ("tc", "iproute2"), ("nft", "nftables"), ("unshare", "util-linux")]
)
def test_a_missing_tool_has_its_package(machine: Callable[..., Diagnosis], tool: str, package: str) -> None:
    finding = found(machine(without=tool), tool)
    assert (finding.state, finding.found, finding.remedy) == (
        "broken",
        "not installed",
        f"sudo apt-get install {package}",
    )


def test_a_kernel_without_netem_only_skips_scenarios(machine: Callable[..., Diagnosis]) -> None:
    finding = found(machine(failing="netem"), "netem")
    assert (finding.state, finding.found) == ("missing", "not in this kernel; scenarios that need delay are skipped")
    assert finding.remedy.startswith("sudo modprobe sch_netem")


@pytest.mark.parametrize(("user", "state"), [(0, "missing"), (1000, "broken")])
def test_root_does_without_user_namespaces(
    machine: Callable[..., Diagnosis], monkeypatch: pytest.MonkeyPatch, user: int, state: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    finding = found(machine(failing="--user"), "user namespaces")
    assert finding.state == state
    assert ("sudo sysctl" in finding.remedy) is (user != 0)
