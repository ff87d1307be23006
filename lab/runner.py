"""Runs a scenario's steps on a lab and records what happened. It judges nothing but whether going on makes sense."""

from __future__ import annotations

import contextlib
import shlex
import signal
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.actor import Actor
from lab.damage import find_damage
from lab.errors import LabError, UsageError
from lab.links import LinkChange, change_link
from lab.process import Process
from lab.record import Execution, LinkChanged, Record
from lab.scenario import Link, PortReady, Ready, Run, Start, Stop, Together
from lab.sockets import ephemeral_ports, open_ports
from lab.transcript import Bindings, Dialogue, Observation, Setting, Transcript, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.actor import Conversation
    from lab.engines.base import Lab
    from lab.record import End
    from lab.scenario import Scenario, Step
    from lab.transcript import Line

    Converse = Callable[[Start | Run, Bindings, Setting, int | None], Conversation | None]

SETTLE_S = 2.0
"""How long a started program may take, once all steps are done, to print what is still expected of it."""

_LAST_WORDS_S = 0.3
_AFTERMATH_S = 0.1
_POLL_S = 0.02
_FILE_TIMEOUT_S = 10.0
_WRITE_FILE = (
    "import pathlib, sys; path = pathlib.Path(sys.argv[1]); path.parent.mkdir(parents=True, exist_ok=True);"
    " path.write_bytes(sys.stdin.buffer.read())"
)


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
) -> Record:
    """Do the scenario's steps; `programs` gives roles to a person's own programs, `watch` hears what is going on.

    The scenario's commands start in `folder`, a person's own in `own_folder`: the lab's workspace unless told.
    `converse` finds for each program who types into it.

    It stops at the first step that went wrong in a way that makes the rest meaningless. However it ends, no program
    is left running and every link is restored. Raises LabError when it is the lab that fails.
    """
    with _Stage(scenario, lab, programs or {}, watch, (folder, own_folder), converse=converse) as stage:
        try:
            is_whole = all(stage.do(step) for step in scenario.steps) and stage.settle()
        except _Unsaid:
            is_whole = False
        return stage.record(is_whole=is_whole)


class _Unsaid(Exception):
    """A program has not printed what the next one is to be told."""


class _Stage:
    """Everything that runs at the moment, with the bindings that they share."""

    def __init__(
        self,
        scenario: Scenario,
        lab: Lab,
        programs: Mapping[str, Sequence[str]],
        watch: Callable[[str], None],
        folders: tuple[Path | None, Path | None],
        *,
        converse: Converse,
    ) -> None:
        self._scenario = scenario
        self._lab = lab
        self._programs = programs
        self._watch = watch
        self._folder, self._own_folder = folders
        self._converse = converse
        self._news = threading.Event()
        self._began_s = time.monotonic()
        self._bindings = Bindings.of(lab.topology.addresses(), scenario.lists)
        self._ephemeral: dict[str, range] = {}
        self._actors: list[Actor] = []
        self._executions: list[Execution] = []
        self._not_started: Start | Run | None = None
        self._changed_links: dict[tuple[str, str], LinkChange] = {}
        self._link_changes: list[LinkChanged] = []
        self._open_ports: dict[str, Mapping[str, frozenset[str]]] = {}

    def __enter__(self) -> _Stage:
        return self

    def __exit__(self, *_: object) -> None:
        for actor in self._actors:
            actor.process.close()
        for host, network in self._changed_links:
            with contextlib.suppress(LabError):  # the lab failed already, and that is what is told
                change_link(self._lab, host, network, LinkChange())

    def do(self, step: Step) -> bool:
        """Do one step; False when the steps after it would make no sense."""
        match step:
            case Start():
                return self._start(step)
            case Run():
                return self._run_times(step)
            case Together():
                return self._run_together(step.together)
            case Stop():
                return self._stop(step)
            case Link():
                return self._change(step)

    def settle(self) -> bool:
        """Let started programs finish their sentences, then stop them."""
        self._wait(lambda: all(map(self._has_finished, self._actors)) and self._fits_together(), SETTLE_S)
        # Who has answered for the last time may be about to die of it.
        self._wait(lambda: all(actor.process.has_closed for actor in self._actors), _AFTERMATH_S)
        ended = [self._end(actor, signal.SIGTERM) for actor in list(self._actors)]
        return all(ended)

    def record(self, *, is_whole: bool) -> Record:
        """All that happened."""
        damage: tuple[str, ...] = ()
        if not is_whole:
            damage = find_damage(self._lab, self._changed_links)
            self._note_open_ports()
            for actor in list(self._actors):
                self._end(actor, signal.SIGTERM)
        return Record(
            executions=tuple(sorted(self._executions, key=lambda execution: execution.started_s)),
            is_whole=is_whole,
            open_ports=self._open_ports,
            changed_links={f"{host}/{network}": str(how) for (host, network), how in self._changed_links.items()},
            duration_s=time.monotonic() - self._began_s,
            link_changes=tuple(self._link_changes),
            damage=damage,
            not_started=self._not_started,
        )

    # Steps

    def _start(self, step: Start) -> bool:
        actor = self._enter(step, None)
        if (ready := step.ready) is None:
            return True
        self._watch(f"{step.role}: waiting for {ready} on {step.host}")
        process = actor.process
        self._wait(lambda: self._is_up(actor, ready) or process.has_closed, step.timeout_s, _POLL_S)
        if self._is_up(actor, ready):
            return True
        self._note_open_ports()
        if process.has_closed and (status := process.wait(0)) is not None:
            self._leave(actor, "died before it was ready", status)
        else:
            self._leave(actor, "never ready", process.stop())
        return False

    def _run_times(self, step: Run) -> bool:
        if step.repeat is None:
            return self._finish(self._enter(step, None))
        return all(self._finish(self._enter(step, index)) for index in range(step.repeat))

    def _run_together(self, steps: Sequence[Run]) -> bool:
        actors = [self._enter(step, None) for step in steps]
        finished = [self._finish(actor) for actor in actors]
        return all(finished)

    def _stop(self, step: Stop) -> bool:
        actor = next((actor for actor in self._actors if actor.step.role == step.stop), None)
        if actor is None:  # it has ended by itself; whether it should have is for the judge
            return True
        self._wait(lambda: actor.is_satisfied, SETTLE_S)
        self._wait(lambda: actor.process.has_closed, _AFTERMATH_S)
        return self._end(actor, step.signal_number)

    def _change(self, step: Link) -> bool:
        host, network = step.host, step.network
        self._watch(f"link {host}/{network}: {step.change}")
        change_link(self._lab, host, network, step.change)
        self._link_changes.append(
            LinkChanged(link=f"{host}/{network}", how=str(step.change), time_s=time.monotonic() - self._began_s)
        )
        if step.change == LinkChange():
            self._changed_links.pop((host, network), None)
        else:
            self._changed_links[host, network] = step.change
        return True

    # Programs

    def _enter(self, step: Start | Run, index: int | None) -> Actor:
        for path, text in step.files.items():
            self._write_file(step.host, path, text)
        own = self._programs.get(step.role)
        argv = self._filled(step, own, index)
        dialogue = self._converse(step, self._bindings, self._setting(step), index)
        self._watch(f"{step.role}: {shlex.join(argv)} on {step.host}")
        cwd = self._folder if own is None else self._own_folder
        process = Process.start(self._lab, step.host, argv, env=step.env, cwd=cwd, tty=step.tty, tell=self._news.set)
        actor = Actor(step, index, argv, process, dialogue)
        self._actors.append(actor)
        return actor

    def _filled(self, step: Start | Run, own: Sequence[str] | None, index: int | None) -> tuple[str, ...]:
        """The command with its variables, once all are known: a program that was started may yet print them."""
        words = step.argv if own is None else own
        self._wait(lambda: self._unknown(words, index) is None, SETTLE_S)
        if (reason := self._unknown(words, index)) is None:
            return tuple(self._bindings.fill(word, index) for word in words)
        if own is not None:
            raise UsageError(f"{shlex.join(own)}: {reason}")
        self._not_started = step
        raise _Unsaid

    def _unknown(self, words: Sequence[str], index: int | None) -> str | None:
        try:
            for word in words:
                self._bindings.fill(word, index)
        except UsageError as error:
            return str(error)
        return None

    def _finish(self, actor: Actor) -> bool:
        """Wait for the end of a run; False when it went wrong."""
        process, step = actor.process, actor.step
        left_s = max(0.0, process.started_s + step.timeout_s - time.monotonic())
        self._wait(lambda: process.has_closed or self._is_in_vain(actor), left_s)
        end: End = "timed out"
        if self._is_in_vain(actor):
            end, left_s = ("stuck", _LAST_WORDS_S) if actor.is_hopeless else ("in vain", SETTLE_S)
            self._wait(lambda: process.has_closed, left_s)
        if process.has_closed:
            status = process.wait(max(0.0, process.started_s + step.timeout_s - time.monotonic()))
            if status is not None:
                return self._leave(actor, "ended", status)
        self._note_open_ports()
        return self._leave(actor, end, process.stop())

    def _is_in_vain(self, actor: Actor) -> bool:
        """Is there no point in waiting, because it or its partner printed what leaves no way to the next typing?"""
        return actor.step.exit != "running" and any(one.is_hopeless for one in self._actors)

    def _has_finished(self, actor: Actor) -> bool:
        """Nothing more is expected of it: no line, and no end of its own when that is part of the story."""
        return actor.process.has_closed or (actor.is_satisfied and actor.step.exit is None)

    def _end(self, actor: Actor, number: int) -> bool:
        """End a started program, unless it has ended by itself."""
        process = actor.process
        if process.has_closed and (status := process.wait(0)) is not None:
            return self._leave(actor, "ended", status)
        return self._leave(actor, "stopped", process.stop(number))

    def _leave(self, actor: Actor, end: End, status: int | None) -> bool:
        """Record a program that has ended; False when it did not end as its step says."""
        process, step = actor.process, actor.step
        process.close()
        self._play()
        self._actors.remove(actor)
        execution = Execution(
            step=step,
            index=actor.index,
            argv=actor.argv,
            is_own=step.role in self._programs,
            transcript=Transcript(self._source(actor), self._since_we_began(process.output.all_lines())),
            setting=self._setting(step),
            end=end,
            status=status,
            waiting_for=actor.waiting_for,
            started_s=process.started_s - self._began_s,
            ended_s=(process.ended_s or time.monotonic()) - self._began_s,
            typed=tuple(actor.typed),
        )
        self._executions.append(execution)
        return execution.ended_as_expected

    def _note_open_ports(self) -> None:
        """What is open on the hosts now that something went wrong, and before anything there is stopped."""
        for host in {actor.step.host for actor in self._actors} - self._open_ports.keys():
            self._open_ports[host] = open_ports(self._lab, host)

    def _since_we_began(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        return tuple(replace(line, time_s=line.time_s - self._began_s) for line in lines)

    def _source(self, actor: Actor) -> str:
        number = "" if actor.index is None else f" (run {actor.index + 1})"
        return f"{actor.step.role}{number} on {actor.step.host}"

    def _fits_together(self) -> bool:
        """Would everything match if it ended now? A `* ` line alone does not know how often it is still to come.

        True also when nothing that may still come can mend it.
        """
        known = Bindings.of(self._lab.topology.addresses(), self._scenario.lists)
        over = [observation for execution in self._executions if (observation := execution.observation)]
        if any(actor.is_stuck for actor in self._actors) or not judge(over, known).ok:
            return True
        lines = [(actor, actor.process.output.all_lines()) for actor in self._actors]
        observations = [
            Observation(
                actor.step.template, Transcript(self._source(actor), seen), self._setting(actor.step), actor.index
            )
            for actor, seen in lines
            if actor.step.template is not None
        ]
        return judge([*observations, *over], known).ok

    # Waiting

    def _wait(self, condition: Callable[[], bool], timeout_s: float, poll_s: float = 0.5) -> bool:
        """Play all programs until the condition holds; asks again at news and every `poll_s`. False on time-out."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            self._news.clear()
            self._play()
            if condition():
                return True
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                return False
            self._news.wait(min(left_s, poll_s))

    def _play(self) -> None:
        for actor in self._actors:
            if actor.play(self._bindings) and actor.dialogue is not None:
                self._bindings = self._bindings.union(actor.dialogue.bindings)

    def _is_up(self, actor: Actor, ready: Ready) -> bool:
        if isinstance(ready, PortReady):
            return str(ready) in open_ports(self._lab, actor.step.host)
        return any(ready.text in line.text for line in actor.process.output.complete_lines())

    def _setting(self, step: Start | Run) -> Setting:
        if step.host not in self._ephemeral:
            self._ephemeral[step.host] = ephemeral_ports(self._lab, step.host)
        return Setting(step.host, self._ephemeral[step.host], echo=step.tty)

    def _write_file(self, host: str, path: str, text: str) -> None:
        with Process.start(self._lab, host, ["python", "-c", _WRITE_FILE, path], tty=False) as process:
            process.feed(text)
            if process.wait(_FILE_TIMEOUT_S) != 0:
                said = " ".join(line.text for line in process.output.all_lines()[-1:])
                raise LabError(f"{host}: {path} could not be written: {said or 'no answer'}")
