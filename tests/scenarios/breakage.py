"""Something wrong with a scenario, in a program or in the network, and the problem that must be told of it.

The tables are in breakages/, a module a topic; the wrong programs in broken/, the wrong networks in networks.py.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lab.scenario import Run, Start, Together, load_scenario
from lab.trial import try_scenario
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.engines.base import Lab
    from lab.scenario import Scenario, Step
    from lab.verdict import Problem, Result

ROOT = Path(__file__).parents[2]
BROKEN = "python tests/scenarios/broken/"


@dataclass(frozen=True, kw_only=True)
class Breakage:
    """What is broken: `programs` (role to command), or the `network` of a fresh lab; and one problem of many.

    `line` is the line of the scenario that the problem names. Masked in `what` are line numbers, hardware addresses,
    windows, and ports but for those that scenarios choose on purpose. It is tried on the embedded engine, a program on
    every engine if `everywhere` is set.
    """

    scenario: str
    name: str
    programs: Mapping[str, str] = field(default_factory=dict)
    network: Callable[[Lab], None] | None = None
    everywhere: bool = False
    line: str
    subject: str
    what: str
    cause: str | None = None

    def __str__(self) -> str:
        return f"{self.scenario}: {self.name}"


def assert_is_told(breakage: Breakage, lab: Lab, timeout_s: float) -> None:
    """The scenario fails, and one of the problems it tells of is that of the breakage, word for word."""
    scenario = hurried(load_scenario(ROOT / "scenarios" / f"{breakage.scenario}.yaml", lab.topology), timeout_s)
    programs = {role: shlex.split(command) for role, command in breakage.programs.items()}
    result = try_scenario(scenario, lab, programs)
    assert result.verdict is Verdict.FAILED, told(result)
    expected = (breakage.line, breakage.subject, breakage.what, breakage.cause)
    assert expected in [as_told(problem, timeout_s) for problem in result.problems], told(result)


def told(result: Result) -> str:
    return result.reason or "\n".join(f"{p.place}: {p.subject}: {p.what} ({p.cause})" for p in result.problems)


def as_told(problem: Problem, timeout_s: float) -> tuple[str, str, str, str | None]:
    line = (ROOT / problem.place.file).read_text().splitlines()[problem.place.line - 1]
    what = problem.what.replace(f"after {timeout_s:g} s", "after TIMEOUT s")
    what = re.sub(r"(?<!RFC )\b(?!(?:[14]000|1024|300[01]|432[123])\b)[0-9]{4,5}\b", "PORT", what)
    what = re.sub(r"\b(?:[0-9a-f]{2}:){2,5}[0-9a-f]{1,2}\b", "MAC", what)
    what = re.sub(r'"[0-9]+ len', '"WINDOW len', what)
    return line.strip(), problem.subject, re.sub(r"\.yaml:[0-9]+", ".yaml:LINE", what), problem.cause


def hurried(scenario: Scenario, timeout_s: float) -> Scenario:
    """The same with less patience: here most of them fail."""
    return replace(scenario, steps=tuple(quick(step, timeout_s) for step in scenario.steps))


def quick(step: Step, timeout_s: float) -> Step:
    match step:
        case Together():
            return replace(step, together=tuple(replace(run, timeout_s=timeout_s) for run in step.together))
        case Start() | Run():
            return replace(step, timeout_s=timeout_s)
    return step
