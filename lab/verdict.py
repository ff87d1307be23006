"""From what happened to what it is worth: PASSED, FAILED and why. Pure: it looks at a record and nothing else."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lab.causes import likely_cause
from lab.checks import CheckOutcome, evaluate
from lab.record import in_words
from lab.scenario import Start
from lab.transcript import Bindings, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.record import Execution, Record
    from lab.scenario import Run, Scenario
    from lab.sightings import Sighting
    from lab.topology import Topology
    from lab.transcript import Match, Mismatch, Place


class Verdict(enum.StrEnum):
    """What a scenario's run comes to. ERROR: the lab failed, and nothing is known about the programs."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    ERROR = "ERROR"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is not as the scenario says, where the scenario says it, and the likely cause where one is known.

    `mismatch` has the expected and the seen side by side.
    """

    place: Place
    subject: str
    what: str
    cause: str | None = None
    mismatch: Mismatch | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """A scenario's run, judged. `comparisons` belong to the record's executions, None where nothing was expected;
    `sighting_comparisons` to its sightings.

    `reason` says why it was skipped, or how the lab failed; there is no record then.
    """

    scenario: Scenario
    engine: str
    verdict: Verdict
    record: Record | None = None
    comparisons: tuple[Match | Mismatch | None, ...] = ()
    sighting_comparisons: tuple[Match | Mismatch, ...] = ()
    bindings: Bindings = field(default_factory=Bindings)
    checks: tuple[CheckOutcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    reason: str | None = None

    @property
    def why(self) -> str:
        """Why it did not pass, in a line; nothing when it did."""
        return "; ".join(f"{problem.subject}: {problem.what}" for problem in self.problems[:1]) or self.reason or ""


def judge_record(scenario: Scenario, topology: Topology, record: Record, engine: str) -> Result:
    """Compare what happened with what the scenario says should."""
    observed = ((number, execution.observation) for number, execution in enumerate(record.executions))
    observations = {number: observation for number, observation in observed if observation is not None}
    known = Bindings.of(topology.addresses(), scenario.lists)
    sighted = [sighting.observation for sighting in record.sightings]
    judgement = judge([*observations.values(), *sighted], known)
    found = dict(zip(observations, judgement.results, strict=False))
    comparisons = tuple(found.get(number) for number in range(len(record.executions)))
    sighting_comparisons = judgement.results[len(observations) :]
    problems = _problems(record, comparisons, sighting_comparisons)
    checks: tuple[CheckOutcome, ...] = ()
    if not problems:
        checks = evaluate(scenario.checks, judgement.bindings, record)
        problems = [_failed_check(outcome) for outcome in checks if not outcome.ok]
    return Result(
        scenario=scenario,
        engine=engine,
        verdict=Verdict.FAILED if problems else Verdict.PASSED,
        record=record,
        comparisons=comparisons,
        sighting_comparisons=sighting_comparisons,
        bindings=judgement.bindings,
        checks=checks,
        problems=tuple(problems),
    )


def _problems(
    record: Record, comparisons: Sequence[Match | Mismatch | None], sighting_comparisons: Sequence[Match | Mismatch]
) -> list[Problem]:
    """One for each program; of a repeated one, that of its first bad run, with how many others were bad. Then what was
    seen beside the programs.

    Where only too little was seen comes last: that is what happens to a server whose client went wrong.
    """
    found: dict[str, list[Problem]] = {}
    for execution, comparison in zip(record.executions, comparisons, strict=True):
        if (problem := _problem(execution, comparison, record)) is not None:
            found.setdefault(execution.role, []).append(problem)
    seen = zip(record.sightings, sighting_comparisons, strict=True)
    missed = [_missed(sighting, comparison) for sighting, comparison in seen if not comparison.ok]
    problems = sorted([*(_first_of(problems) for problems in found.values()), *missed], key=_is_mere_silence)
    return [*problems, *([_not_started(record.not_started)] if record.not_started else [])]


def _not_started(step: Start | Run) -> Problem:
    what = f"not started: nobody has printed a variable of its command, {step.command!r}"
    return Problem(place=step.place, subject=f"{step.role} on {step.host}", what=what)


def _is_mere_silence(problem: Problem) -> bool:
    """All it printed was right, and it ended as it should; only something was still to come."""
    if problem.mismatch is None or not problem.what.startswith(problem.mismatch.reason):
        return False
    return next(row.seen is None for row in problem.mismatch.rows if not row.ok)


def _first_of(problems: Sequence[Problem]) -> Problem:
    first, *others = problems
    runs = "one more run" if len(others) == 1 else f"{len(others)} more runs"
    return replace(first, what=f"{first.what}; {runs} of it went wrong too") if others else first


def _problem(execution: Execution, comparison: Match | Mismatch | None, record: Record) -> Problem | None:
    mismatch = comparison if comparison is not None and not comparison.ok else None
    if execution.ended_as_expected and mismatch is None:
        return None
    said = [] if execution.ended_as_expected else [how_it_ended(execution)]
    if mismatch is not None:
        said.append(mismatch.reason)
    return Problem(
        place=mismatch.place if mismatch and execution.ended_as_expected else execution.step.place,
        subject=execution.transcript.source,
        what="; ".join(said),
        cause=likely_cause(execution, record),
        mismatch=mismatch,
    )


def _missed(sighting: Sighting, mismatch: Mismatch) -> Problem:
    return Problem(place=mismatch.place, subject=sighting.expected.source, what=mismatch.reason, mismatch=mismatch)


def _failed_check(outcome: CheckOutcome) -> Problem:
    return Problem(place=outcome.place, subject=f"check {outcome.text}", what=outcome.what)


def how_it_ended(execution: Execution) -> str:
    """In words, with what was expected instead when that is something else."""
    after = f"after {execution.step.timeout_s:g} s"
    said = {
        "timed out": f"still running {after}",
        "never ready": f"not ready {after}: {_ready(execution)} did not come",
        "stuck": "it could not go on, and was ended",
        "in vain": "ended by the lab, because another program could not go on",
    }
    if execution.end in said:
        return said[execution.end]
    if execution.end == "stopped" and execution.ended_as_expected:
        return "stopped by the lab"
    wanted = execution.step.exit
    when = f" before {_ready(execution)} was there" if execution.end == "died before it was ready" else ""
    stopped = ", when the lab stopped it" if execution.end == "stopped" else ""
    ended = in_words(execution.status or 0)
    if execution.ended_as_expected or when:
        return f"{ended}{when}"
    return f"{ended}{stopped}; expected {'to be still running' if wanted == 'running' else f'exit {wanted or 0}'}"


def _ready(execution: Execution) -> str:
    return str(execution.step.ready) if isinstance(execution.step, Start) else ""
