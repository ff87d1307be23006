"""docs/guide.md tells every scenario, and shows what is printed when it is run."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.report.guide import guide
from lab.scenario import list_scenarios, load_scenario
from lab.trial import try_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engines.base import Engine, Lab
    from lab.topology import Topology

ROOT = Path(__file__).parents[1]
RENEW = "it has drifted: tools/write-guide"


def lessons(text: str) -> dict[str, tuple[str, Counter[str]]]:
    """Command → heading, command and story to the letter, and the lines printed, whatever their order."""
    found = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        told, _, printed = part.partition("```text\n")
        found[re.findall(r"^lab run (\S+)$", told, re.MULTILINE)[0]] = (told, lasting(printed.partition("```\n")[0]))
    return found


def lasting(printed: str) -> Counter[str]:
    """Without who spoke when, and with all numbers masked: ports, times and sizes differ from run to run."""
    lines = (line for line in printed.splitlines() if line and not re.fullmatch(r"  \S.*?  \d+\.\d\d s", line))
    masked = (re.sub(r"\b[0-9a-f]{16,64}\b", "HEX", line) for line in lines)
    masked = (re.sub(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b|(?<=@if)\d+ *", "ID", line) for line in masked)
    masked = (line.replace("TCP PSH ACK", "TCP ACK") for line in masked)  # when to push is the kernel's choice
    masked = (re.sub(r"(Lost .*?\): ).*", r"\1…", line) for line in masked)  # how a peer is lost is the kernel's choice
    return Counter(re.sub(r"\d+", "N", re.sub(r" +", " ", line)) for line in masked)


@pytest.fixture
def fresh_lab(netns_engine: Engine, topology: Topology) -> Iterator[Lab]:
    """Nobody has left files on its hosts."""
    with netns_engine.up(topology, f"test-guide-{os.getpid()}", ROOT, tethered=True) as lab:
        yield lab


def test_the_guide_shows_what_is_printed(fresh_lab: Lab, topology: Topology) -> None:
    scenarios = [load_scenario(file, topology) for file in list_scenarios(ROOT / "scenarios")]
    now = guide([try_scenario(scenario, fresh_lab) for scenario in scenarios], topology)
    there = (ROOT / "docs/guide.md").read_text()
    assert re.findall("^##? .*", there, re.MULTILINE) == re.findall("^##? .*", now, re.MULTILINE), RENEW
    written, printed = lessons(there), lessons(now)
    assert list(written) == list(printed), RENEW
    for name, (told, lines) in printed.items():
        assert written[name][0] == told, f"{name}: {RENEW}"
        assert written[name][1] == lines, f"{name}: {RENEW}"
