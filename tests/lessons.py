"""Scenarios made of a few steps, and what is told of them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from lab.runner import run
from lab.scenario import load_scenario
from lab.verdict import judge_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.engines.base import Lab
    from lab.scenario import Scenario
    from lab.verdict import Result

HEAD = """\
name: lesson
title: A lesson
topics: [test]
story: Once upon a time.
"""  # so that `steps:` stands in line 5


def load(steps: str, folder: Path, lab: Lab) -> Scenario:
    """The scenario with these steps, in the file `lesson.yaml` of the folder."""
    path = folder / "lesson.yaml"
    path.write_text(f"{HEAD}steps:\n{textwrap.dedent(steps)}")
    return load_scenario(path, lab.topology)


def result(
    scenario: Scenario,
    lab: Lab,
    programs: Mapping[str, Sequence[str]] | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Result:
    """It, run and judged."""
    return judge_record(scenario, lab.topology, run(scenario, lab, programs, watch), lab.engine)


def told(result: Result) -> list[str]:
    """Every problem, as one line each."""
    return [f"{p.place}: {p.subject}: {p.what}{f' ({p.cause})' if p.cause else ''}" for p in result.problems]
