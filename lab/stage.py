"""The stage of a scenario: every program that runs at the moment, and the variables that they share."""

from __future__ import annotations

import shlex
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.actor import Actor
from lab.casting import put_files
from lab.errors import UsageError
from lab.process import Process
from lab.record import Execution
from lab.sockets import ephemeral_ports, open_ports
from lab.transcript import Bindings, Observation, Setting, Transcript, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lab.casting import Casting
    from lab.engines.base import Lab
    from lab.record import End
    from lab.scenario import Run, Start
    from lab.transcript import Line

SETTLE_S = 2.0
"""How long a started program may take to print what is still expected of it before anything depends on that."""


class Unsaid(Exception):
    """Nobody has printed a variable of this step's command."""

    def __init__(self, step: Start | Run) -> None:
        super().__init__(step.command)
        self.step = step


class Stage:
    """Everything that runs at the moment, with the bindings that they share; leaving it ends what still runs.

    `executions` are those that have ended, `open_ports` what was open on hosts when something went wrong there. Set
    `news` when something has happened that it cannot know of.
    """

    def __init__(self, lab: Lab, lists: frozenset[str], casting: Casting, watch: Callable[[str], None]) -> None:
        self.watch = watch
        self.actors: list[Actor] = []
        self.executions: list[Execution] = []
        self.open_ports: dict[str, Mapping[str, frozenset[str]]] = {}
        self._lab = lab
        self._casting = casting
        self._known = self._bindings = Bindings.of(lab.topology.addresses(), lists)
        self._ephemeral: dict[str, range] = {}
        self.news = threading.Event()
        self._began_s = time.monotonic()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        for actor in self.actors:
            actor.process.close()

    @property
    def age_s(self) -> float:
        """Since the scenario began."""
        return time.monotonic() - self._began_s

    # Programs enter and leave

    def enter(self, step: Start | Run, index: int | None) -> Actor:
        """Start a program. Raises Unsaid; UsageError for a person's own command with a variable that nobody prints."""
        put_files(self._lab, step)
        argv = self._filled(step, index)
        dialogue = self._casting.converse(step, self._bindings, self.setting(step.host, echo=step.tty), index)
        self.watch(f"{step.role}: {shlex.join(argv)} on {step.host}")
        cwd = self._casting.cwd(step)
        process = Process.start(self._lab, step.host, argv, env=step.env, cwd=cwd, tty=step.tty, tell=self.news.set)
        actor = Actor(step, index, argv, process, dialogue)
        self.actors.append(actor)
        return actor

    def end(self, actor: Actor, number: int) -> bool:
        """End a started program with this signal, unless it has ended by itself; see `leave`."""
        process = actor.process
        if process.has_closed and (status := process.wait(0)) is not None:
            return self.leave(actor, "ended", status)
        return self.leave(actor, "stopped", process.stop(number))

    def leave(self, actor: Actor, end: End, status: int | None) -> bool:
        """Record a program that has ended; False when it did not end as its step says."""
        process, step = actor.process, actor.step
        process.close()
        self._play()
        self.actors.remove(actor)
        lines = process.output.all_lines()
        execution = Execution(
            step=step,
            index=actor.index,
            argv=actor.argv,
            is_own=self._casting.is_own(step),
            transcript=Transcript(_source(actor), tuple(map(self._since_we_began, lines))),
            setting=self.setting(step.host, echo=step.tty),
            end=end,
            status=status,
            waiting_for=actor.waiting_for,
            started_s=process.started_s - self._began_s,
            ended_s=(process.ended_s or time.monotonic()) - self._began_s,
            typed=tuple(actor.typed),
        )
        self.executions.append(execution)
        return execution.ended_as_expected

    def _filled(self, step: Start | Run, index: int | None) -> tuple[str, ...]:
        """The command with its variables, once all are known: a program that was started may yet print them."""
        words = self._casting.words(step)
        self.wait_a_while(lambda: self._unknown(words, index) is None)
        if (reason := self._unknown(words, index)) is None:
            return tuple(self._bindings.fill(word, index) for word in words)
        known = (*self._bindings.hosts, *self._bindings.names)
        if self._casting.is_own(step) and not self._casting.waits_for(step, known):
            raise UsageError(f"{shlex.join(words)}: {reason}")
        raise Unsaid(step)

    def _unknown(self, words: Sequence[str], index: int | None) -> str | None:
        try:
            for word in words:
                self._bindings.fill(word, index)
        except UsageError as error:
            return str(error)
        return None

    def _since_we_began(self, line: Line) -> Line:
        return replace(line, time_s=line.time_s - self._began_s)

    def setting(self, host: str, *, echo: bool = True) -> Setting:
        """What holes may need to know about that host."""
        if host not in self._ephemeral:
            self._ephemeral[host] = ephemeral_ports(self._lab, host)
        return Setting(host, self._ephemeral[host], echo=echo)

    # What goes on

    def wait(self, condition: Callable[[], bool], timeout_s: float, poll_s: float = 0.5) -> None:
        """Play all programs until the condition holds or time is out; asks again at news and every `poll_s`."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            self.news.clear()
            self._play()
            left_s = deadline_s - time.monotonic()
            if condition() or left_s <= 0:
                return
            self.news.wait(min(left_s, poll_s))

    def wait_a_while(self, condition: Callable[[], bool]) -> None:
        """Wait as long as a started program may take to finish its sentences."""
        self.wait(condition, SETTLE_S)

    def _play(self) -> None:
        for actor in self.actors:
            if actor.play(self._bindings) and actor.dialogue is not None:
                self._bindings = self._bindings.union(actor.dialogue.bindings)

    def fits_together(self, sighted: Sequence[Observation]) -> bool:
        """Would everything match if it ended now, with what was seen beside the programs?

        A `* ` line alone does not know how often it is still to come.

        True also when nothing that may still come can mend it.
        """
        over = [observation for execution in self.executions if (observation := execution.observation)]
        if any(actor.is_stuck for actor in self.actors) or not judge(over, self._known).ok:
            return True
        return judge([*filter(None, map(self._observation, self.actors)), *over, *sighted], self._known).ok

    def _observation(self, actor: Actor) -> Observation | None:
        """What there would be to compare if it ended now."""
        if actor.step.template is None:
            return None
        transcript = Transcript(_source(actor), actor.process.output.all_lines())
        return Observation(
            actor.step.template, transcript, self.setting(actor.step.host, echo=actor.step.tty), actor.index
        )

    def note_open_ports(self) -> None:
        """What is open on the hosts now that something went wrong, and before anything there is stopped."""
        for host in {actor.step.host for actor in self.actors} - self.open_ports.keys():
            self.open_ports[host] = open_ports(self._lab, host)


def _source(actor: Actor) -> str:
    number = "" if actor.index is None else f" (run {actor.index + 1})"
    return f"{actor.step.role}{number} on {actor.step.host}"
