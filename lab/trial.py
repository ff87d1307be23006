"""One scenario on one lab, from what it needs to its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.capabilities import lacks
from lab.errors import LabError
from lab.runner import run
from lab.verdict import Result, Verdict, judge_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.engines.base import Lab
    from lab.scenario import Scenario


def try_scenario(
    scenario: Scenario,
    lab: Lab,
    programs: Mapping[str, Sequence[str]] | None = None,
    watch: Callable[[str], None] = lambda _: None,
    *,
    folder: Path | None = None,
    own_folder: Path | None = None,
    everywhere: int = 0,
) -> Result:
    """Run and judge it (see `lab.runner.run`). SKIPPED when this lab lacks what it needs, ERROR when the lab fails."""
    try:
        if (reason := _lacking(scenario, lab)) is not None:
            return Result(scenario=scenario, engine=lab.engine, verdict=Verdict.SKIPPED, reason=reason)
        record = run(scenario, lab, programs, watch, folder=folder, own_folder=own_folder, everywhere=everywhere)
    except LabError as error:
        return Result(scenario=scenario, engine=lab.engine, verdict=Verdict.ERROR, reason=str(error))
    return judge_record(scenario, lab.topology, record, lab.engine)


def _lacking(scenario: Scenario, lab: Lab) -> str | None:
    """Why the scenario cannot be run here; any of its hosts can tell."""
    host = next(scenario.programs()).host
    return next((reason for need in scenario.needs if (reason := lacks(lab, host, need)) is not None), None)
