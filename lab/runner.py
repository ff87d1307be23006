"""Runs a scenario's steps on a lab and records what happened. It judges nothing but whether going on makes sense."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from lab.casting import Casting
from lab.changes import Changes
from lab.damage import find_damage
from lab.record import Record
from lab.scenario import PortReady, Run, Start, Stop, Together
from lab.sockets import open_ports
from lab.stage import SETTLE_S, Stage, Unsaid
from lab.transcript import Dialogue
from lab.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.actor import Actor, Conversation
    from lab.casting import Converse
    from lab.engines.base import Lab
    from lab.record import End
    from lab.scenario import Ready, Scenario, Step
    from lab.transcript import Bindings, Observation, Setting

_LAST_WORDS_S = 0.3
_AFTERMATH_S = 0.1
_POLL_S = 0.02
_QUIET_S = 0.1
"""How long nothing passes when a conversation is over: longer than an acknowledgement may be held back (40 ms)."""


def by_template(step: Start | Run, bindings: Bindings, setting: Setting, index: int | None) -> Conversation | None:
    """Type and follow as the step's transcript says; None when it has none."""
    return Dialogue(step.template, bindings, setting, index) if step.template else None


def run(
    scenario: Scenario,
    lab: Lab,
    programs: Mapping[str, Sequence[str]] | None = None,
    watch: Callable[[str], None] = lambda _: None,
    *,
    folder: Path | None = None,
    own_folder: Path | None = None,
    converse: Converse = by_template,
    everywhere: int = 0,
) -> Record:
    """Do the scenario's steps; `programs` gives roles to a person's own programs, `watch` hears what is going on.

    The scenario's commands start in `folder`, a person's own in `own_folder`: the lab's workspace unless told.
    `converse` finds for each program who types into it. What passes is recorded where the scenario speaks of it, or
    everywhere on the way: `everywhere` is how many bytes of each packet to keep there.

    It stops at the first step that went wrong in a way that makes the rest meaningless. However it ends, no program
    is left running and every change of the network is undone. Raises LabError when it is the lab that fails.
    """
    casting = Casting(
        programs=programs or {},
        folder=folder,
        own_folder=own_folder,
        converse=converse,
        promised=scenario.variables(),
    )
    with (
        Changes(lab) as changes,
        Stage(lab, scenario.lists, casting, watch) as stage,
        Wire(scenario, lab, stage.news.set, everywhere=everywhere) as wire,
    ):
        return _Play(lab, stage, changes, wire).run(scenario)


class _Play:
    """One performance of a scenario: its steps, done on the stage one after the other."""

    def __init__(self, lab: Lab, stage: Stage, changes: Changes, wire: Wire) -> None:
        self._lab = lab
        self._stage = stage
        self._changes = changes
        self._wire = wire

    def run(self, scenario: Scenario) -> Record:
        not_started: Start | Run | None = None
        try:
            is_whole = all(self._do(step) for step in scenario.steps)
        except Unsaid as unsaid:
            is_whole, not_started = False, unsaid.step
        if is_whole:
            self._settle()
        seen = self._wire.stop(self._stage.setting)
        is_whole = is_whole and self._end()
        damage = () if is_whole else self._look_around()
        return Record(
            executions=tuple(sorted(self._stage.executions, key=lambda execution: execution.started_s)),
            is_whole=is_whole,
            open_ports=self._stage.open_ports,
            duration_s=self._stage.age_s,
            changes=tuple(self._changes.made),
            damage=damage,
            not_started=not_started,
            began_at_s=seen.began_at_s,
            captures=seen.captures,
            translations=seen.translations,
            sightings=seen.sightings,
        )

    def _look_around(self) -> tuple[str, ...]:
        """What is wrong with the lab, now that something went wrong; then it is over for all."""
        damage = find_damage(self._lab, {step.subject for step in self._changes.standing})
        self._stage.note_open_ports()
        for actor in list(self._stage.actors):
            self._stage.end(actor, signal.SIGTERM)
        return damage

    def _settle(self) -> None:
        """Let started programs finish their sentences, and their last packets arrive."""
        stage = self._stage
        for actor in filter(_ends_by_itself, stage.actors):
            self._await_end(actor)
        stage.wait_a_while(lambda: all(map(_has_finished, stage.actors)) and stage.fits_together(self._sighted()))
        # Who has answered for the last time may be about to die of it.
        stage.wait(lambda: all(actor.process.has_closed for actor in stage.actors), _AFTERMATH_S)
        stage.wait(lambda: self._wire.quiet_s > _QUIET_S, SETTLE_S, _POLL_S)

    def _await_end(self, actor: Actor) -> None:
        self._stage.wait(lambda: actor.process.has_closed or actor.is_stuck, actor.step.timeout_s)

    def _sighted(self) -> list[Observation]:
        return [sighting.observation for sighting in self._wire.sightings(self._stage.setting)]

    def _end(self) -> bool:
        """Stop what still runs; False when something did not end as its step says."""
        stage = self._stage
        ended = [stage.end(actor, signal.SIGTERM) for actor in list(stage.actors)]
        return all(ended)

    def _do(self, step: Step) -> bool:
        """Do one step; False when the steps after it would make no sense."""
        match step:
            case Start():
                return self._start(step)
            case Run():
                return self._run_times(step)
            case Together():
                actors = [self._stage.enter(one, None) for one in step.together]
                finished = [self._finish(actor) for actor in actors]
                return all(finished)
            case Stop():
                return self._stop(step)
            case _:
                self._stage.watch(f"{step.kind} {step.subject}: {step.how}")
                self._changes.make(step)
                return True

    def _start(self, step: Start) -> bool:
        stage, actor = self._stage, self._stage.enter(step, None)
        if (ready := step.ready) is None:
            return True
        stage.watch(f"{step.role}: waiting for {ready} on {step.host}")
        process = actor.process
        stage.wait(lambda: self._is_up(actor, ready) or process.has_closed, step.timeout_s, _POLL_S)
        if self._is_up(actor, ready):
            return True
        stage.note_open_ports()
        if process.has_closed and (status := process.wait(0)) is not None:
            stage.leave(actor, "died before it was ready", status)
        else:
            stage.leave(actor, "never ready", process.stop())
        return False

    def _is_up(self, actor: Actor, ready: Ready) -> bool:
        if isinstance(ready, PortReady):
            return str(ready) in open_ports(self._lab, actor.step.host)
        return any(ready.text in line.text for line in actor.process.output.complete_lines())

    def _run_times(self, step: Run) -> bool:
        indices = [None] if step.repeat is None else range(step.repeat)
        return all(self._finish(self._stage.enter(step, index)) for index in indices)

    def _stop(self, step: Stop) -> bool:
        stage = self._stage
        actor = next((actor for actor in stage.actors if actor.step.role == step.stop), None)
        if actor is None:  # it has ended by itself; whether it should have is for the judge
            return True
        stage.wait_a_while(lambda: actor.is_satisfied)
        stage.wait(lambda: actor.process.has_closed, _AFTERMATH_S)
        return stage.end(actor, step.signal_number)

    def _finish(self, actor: Actor) -> bool:
        """Wait for the end of a run; False when it went wrong."""
        stage, process = self._stage, actor.process
        deadline_s = process.started_s + actor.step.timeout_s
        stage.wait(lambda: process.has_closed or self._is_in_vain(actor), deadline_s - time.monotonic())
        end: End = "timed out"
        if self._is_in_vain(actor):
            end = "stuck" if actor.is_hopeless else "in vain"
            if actor.is_hopeless:
                stage.wait(lambda: process.has_closed, _LAST_WORDS_S)
            else:
                stage.wait_a_while(lambda: process.has_closed)
        if process.has_closed:
            status = process.wait(max(0.0, deadline_s - time.monotonic()))
            if status is not None:
                return stage.leave(actor, "ended", status)
        stage.note_open_ports()
        return stage.leave(actor, end, process.stop())

    def _is_in_vain(self, actor: Actor) -> bool:
        """Is there no point in waiting, because it or its partner printed what leaves no way to the next typing?"""
        return actor.step.exit != "running" and any(one.is_hopeless for one in self._stage.actors)


def _ends_by_itself(actor: Actor) -> bool:
    """Its own end is part of the story; it may take as long as its step says."""
    return actor.step.exit is not None and actor.step.exit != "killed"


def _has_finished(actor: Actor) -> bool:
    """Nothing more is expected of it: no line, and no end of its own when that is part of the story."""
    return actor.process.has_closed or (actor.is_satisfied and actor.step.exit is None)
