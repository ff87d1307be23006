"""Workers, with an engine that only counts."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from lab.cli.bench import Task
from lab.cli.workers import Tried, Workers
from lab.errors import LabError
from lab.verdict import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class FakeLab:
    def __init__(self, engine: FakeEngine, number: int) -> None:
        self.engine, self.number = engine, number

    def close(self) -> None:
        self.engine.closed.append(self.number)


class FakeEngine:
    NAME = "fake"

    def __init__(self, *fails: int) -> None:
        self.fails, self.made = fails, 0
        self.closed: list[int] = []
        self.taken_away: list[str] = []
        self.gone = threading.Event()

    def up(self, *_: object, tethered: bool, fast: bool) -> FakeLab:
        assert tethered
        assert not fast
        self.made += 1
        if self.made in self.fails:
            raise LabError(f"no lab {self.made}")
        return FakeLab(self, self.made)

    def down(self, name: str) -> bool:
        self.taken_away.append(name)
        self.gone.set()
        return True


def workers(
    engine: FakeEngine, scenarios: Iterable[str], attempt: Callable[..., Result], *names: str, anew: bool = False
) -> Workers:
    given: Any = {"engine": engine, "topology": None, "workspace": Path(), "anew": anew}
    tasks = [Task(scenario=cast("Any", scenario)) for scenario in scenarios]
    return Workers(names=names, tasks=tasks, attempt=lambda task, *more: attempt(task.scenario, *more), **given)


def verdict(scenario: Any, verdict: Verdict, lab: FakeLab) -> Result:
    return Result(scenario=scenario, engine="fake", verdict=verdict, reason=f"lab {lab.number}")


def results(found: Workers) -> list[tuple[str, str | None]]:
    with found:
        tried = [event for event in found.events() if isinstance(event, Tried)]
    return [(str(one.result.verdict), one.result.reason) for one in sorted(tried, key=lambda one: one.number)]


def test_a_lab_is_used_again_unless_something_failed_on_it() -> None:
    engine = FakeEngine()
    verdicts = {"a": Verdict.PASSED, "b": Verdict.FAILED, "c": Verdict.ERROR, "d": Verdict.SKIPPED, "e": Verdict.PASSED}
    found = results(workers(engine, verdicts, lambda one, lab, _: verdict(one, verdicts[one], lab), "one"))
    assert found == [
        ("PASSED", "lab 1"),
        ("FAILED", "lab 1"),
        ("ERROR", "lab 1"),
        ("SKIPPED", "lab 2"),
        ("PASSED", "lab 2"),
    ]
    assert engine.closed == [1, 2]


def test_each_has_a_new_lab_where_none_is_to_find_what_another_left() -> None:
    engine = FakeEngine()
    found = results(workers(engine, "ab", lambda one, lab, _: verdict(one, Verdict.PASSED, lab), "one", anew=True))
    assert found == [("PASSED", "lab 1"), ("PASSED", "lab 2")]
    assert engine.closed == [1, 2]


def test_a_lab_that_cannot_be_made_is_an_error_of_one_scenario() -> None:
    engine = FakeEngine(1)
    found = results(workers(engine, "ab", lambda one, lab, _: verdict(one, Verdict.PASSED, lab), "one"))
    assert found == [("ERROR", "no lab 1"), ("PASSED", "lab 2")]
    assert engine.closed == [2]


def test_a_bug_ends_all_workers_and_is_raised_where_it_can_be_told() -> None:
    engine = FakeEngine()

    def attempt(scenario: Any, lab: Any, tell: Callable[[str], None]) -> Result:
        if scenario == "bad":
            raise ZeroDivisionError
        assert engine.gone.wait(10)
        raise LabError("taken away")

    with pytest.raises(ZeroDivisionError):
        results(workers(engine, ["slow", "bad", "never"], attempt, "one", "two"))
    assert engine.taken_away == ["one", "two"]
    assert sorted(engine.closed) == [1, 2]
    assert engine.made == 2


def test_a_lab_that_comes_up_only_after_the_end_runs_nothing() -> None:
    engine = FakeEngine()
    ran: list[str] = []

    def attempt(scenario: Any, lab: Any, tell: Callable[[str], None]) -> Result:
        assert engine.gone.wait(10)
        tell("starting a program")
        ran.append(scenario)
        return verdict(scenario, Verdict.PASSED, lab)

    found = workers(engine, "ab", attempt, "one")
    with contextlib.suppress(KeyboardInterrupt), found:
        next(found.events())
        raise KeyboardInterrupt
    assert ran == []
    assert engine.closed == [1]
