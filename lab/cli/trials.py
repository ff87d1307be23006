"""Scenarios tried and told of: one by one on the lab that is up or on one made for them, or side by side."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli import labs
from lab.cli.bench import Bench, Task, attempt
from lab.cli.workers import Doing, Workers
from lab.errors import UsageError
from lab.report.board import Board
from lab.report.console import progress
from lab.report.terminal import print_problems, print_story, print_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from lab.cli.given import Given
    from lab.cli.programs import Programs
    from lab.engines.base import Lab
    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.verdict import Result


@dataclass(frozen=True, kw_only=True)
class Trials:
    """What all scenarios of one `lab run` share."""

    given: Given
    topology: Topology
    programs: Programs
    out: Console
    is_verbose: bool
    is_story: bool
    is_fast: bool = False
    everywhere: int = 0
    with_ladder: bool = False

    @property
    def name(self) -> str:
        """Of the lab that may be up."""
        return self.given.name or self.topology.name

    def task(self, scenario: Scenario) -> Task:
        """A scenario with those of the programs that have a role in it."""
        roles = {program.role for program in scenario.programs()}
        own = {role: command for role, command in self.programs.items() if role in roles}
        return Task(scenario=scenario, programs=own, everywhere=self.everywhere)

    def tell(self, result: Result) -> None:
        """Print what came of it."""
        if self.is_story:
            print_story(self.out, result, self.topology)
        else:
            print_verdict(self.out, result)
            print_problems(self.out, result)
        if self.with_ladder and result.record is not None:
            from lab.report.ladder import print_ladder  # noqa: PLC0415  who wants none need not wait for it

            self.out.print()
            print_ladder(self.out, result, self.topology)


def one_by_one(trials: Trials, scenarios: Sequence[Scenario], *, fresh: bool, keep: bool = False) -> list[Result]:
    """On one lab at a time, each told of as soon as it is over."""
    results = []
    with _bench(trials, fresh=fresh, keep=keep) as bench:
        for scenario in scenarios:
            results.append(_watched(trials, scenario, bench))
            trials.tell(results[-1])
    return results


def _watched(trials: Trials, scenario: Scenario, bench: Bench) -> Result:
    with progress(is_verbose=trials.is_verbose) as watch:
        watch(f"{scenario.name} …")
        return bench.try_on(trials.task(scenario), attempt, lambda text: watch(f"{scenario.name}: {text}"))


def side_by_side(trials: Trials, scenarios: Sequence[Scenario], jobs: int, *, fresh: bool) -> list[Result]:
    """On as many labs at a time, told of in the scenarios' order."""
    found = None if fresh else labs.find(trials.given, trials.name)
    engine = found.engine if found else labs.choose_engine(trials.given)
    if labs.at_once(engine, jobs) == 1:
        return one_by_one(trials, scenarios, fresh=fresh)
    names = [labs.temporary_name(trials.name, "run", number) for number in range(1, min(jobs, len(scenarios)) + 1)]
    results: dict[int, Result] = {}
    told = 0
    with (
        Workers(
            engine=engine,
            topology=trials.topology,
            workspace=labs.workspace_for(trials.topology),
            names=names,
            tasks=[trials.task(scenario) for scenario in scenarios],
            attempt=attempt,
            fast=trials.is_fast,
        ) as workers,
        Board(len(names), len(scenarios), is_verbose=trials.is_verbose) as board,
    ):
        for event in workers.events():
            if isinstance(event, Doing):
                board.doing(event.worker, event.task.name, event.what)
                continue
            board.tried(event.worker, event.task.name, event.result.verdict)
            results[event.number] = event.result
            if told in results:
                with board.aside():
                    while told in results:
                        trials.tell(results[told])
                        told += 1
    return [results[number] for number in range(len(scenarios))]


@contextlib.contextmanager
def _bench(trials: Trials, *, fresh: bool, keep: bool) -> Iterator[Bench]:
    """With a lab on it already: when there is none to be had, nothing is tried."""
    supply = labs.supply(trials.given, trials.topology, "run", fresh=fresh, keep=keep, fast=trials.is_fast)
    with Bench(supply.engine.NAME, supply.make) as bench:
        if supply.was_up:
            _check_workspace(bench.lab())
        else:
            with progress(is_verbose=trials.is_verbose) as watch:
                watch(f"bringing a lab up on {supply.engine.NAME} …")
                bench.lab()
        yield bench
    if keep and not supply.was_up:
        click.echo(f"lab {supply.name} stays up: lab down --name {supply.name}", err=True)


def _check_workspace(lab: Lab) -> None:
    if not Path.cwd().is_relative_to(lab.workspace):
        raise UsageError(
            f"the hosts of lab {lab.name!r} see {lab.workspace}, and you are in {Path.cwd()}: "
            "go there, or lab down, or run with --fresh"
        )
