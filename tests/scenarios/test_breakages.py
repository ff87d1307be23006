"""Every scenario fails, with a message that says why, when something is wrong."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from lab import stage
from lab.scenario import list_scenarios
from tests.scenarios.breakage import ROOT, Breakage, assert_is_told

if TYPE_CHECKING:
    from lab.engines.base import Engine, Lab
    from lab.topology import Topology

TABLES = sorted(file.stem for file in (ROOT / "tests" / "scenarios" / "breakages").glob("*.py"))
ALL: tuple[Breakage, ...] = tuple(
    breakage for table in TABLES for breakage in import_module(f"tests.scenarios.breakages.{table}").BREAKAGES
)
NETWORKS = [breakage for breakage in ALL if breakage.network]
EVERYWHERE = [breakage for breakage in ALL if breakage.everywhere]
EMBEDDED = [breakage for breakage in ALL if not breakage.network and not breakage.everywhere]


@pytest.mark.parametrize("breakage", EVERYWHERE, ids=str)
def test_a_wrong_program_fails_it(breakage: Breakage, lab: Lab) -> None:
    assert_is_told(breakage, lab, timeout_s=6)


@pytest.mark.parametrize("breakage", EMBEDDED, ids=str)
def test_a_wrong_program_is_told_of(breakage: Breakage, netns_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "SETTLE_S", 0.5)
    assert_is_told(breakage, netns_lab, timeout_s=3)


@pytest.mark.parametrize("breakage", NETWORKS, ids=str)
def test_a_broken_network_is_told_of(breakage: Breakage, topology: Topology, netns_engine: Engine) -> None:
    with netns_engine.up(topology, f"broken-{os.getpid()}", ROOT, tethered=True) as lab:
        breakage.network(lab)
        assert_is_told(breakage, lab, timeout_s=1.5)


def test_every_scenario_has_a_breakage_that_turns_it_red() -> None:
    assert {breakage.scenario for breakage in ALL} == {file.stem for file in list_scenarios(ROOT / "scenarios")}


def test_every_breakage_is_tried_in_one_way_and_has_a_name_of_its_own() -> None:
    assert all(bool(breakage.programs) != bool(breakage.network) for breakage in ALL)
    assert not [breakage for breakage in NETWORKS if breakage.everywhere]
    assert len({str(breakage) for breakage in ALL}) == len(ALL)
