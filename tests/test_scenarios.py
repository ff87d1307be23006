"""Every scenario passes on every engine; tests/scenarios/ breaks them, and sees them fail."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.scenario import list_scenarios, load_scenario
from lab.trial import try_scenario
from lab.verdict import Verdict
from tests.scenarios.breakage import told

if TYPE_CHECKING:
    from lab.engines.base import Lab
    from lab.topology import Topology

ROOT = Path(__file__).parents[1]
FILES = list_scenarios(ROOT / "scenarios")

every_scenario = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def assert_passes(file: Path, lab: Lab) -> None:
    result = try_scenario(load_scenario(file, lab.topology), lab)
    if result.verdict is Verdict.SKIPPED:
        pytest.skip(f"{file.stem}: {result.reason}")
    assert result.verdict is Verdict.PASSED, told(result)


@every_scenario
def test_it_passes_and_passes_again_in_the_same_lab(file: Path, lab: Lab) -> None:
    assert_passes(file, lab)
    assert_passes(file, lab)


@pytest.mark.timeout(600)
def test_they_pass_in_the_opposite_order(lab: Lab) -> None:
    for file in reversed(FILES):
        assert_passes(file, lab)


@every_scenario
def test_editors_find_its_schema(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../lab/schema/scenario.json"
    assert (file.parent / first.partition("=")[2]).is_file()


@every_scenario
def test_its_story_is_two_to_eight_sentences(file: Path, topology: Topology) -> None:
    story = load_scenario(file, topology).story
    assert 2 <= len(re.findall(r"[a-z)][.!?](?=\s|$)", story)) <= 8
