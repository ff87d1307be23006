"""What happened when a scenario ran: facts only. Whether that is right is for `lab.verdict`."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lab.scenario import Start
from lab.transcript import Observation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.packets import Captured
    from lab.scenario import Run
    from lab.sightings import Sighting
    from lab.transcript import Setting, Transcript
    from lab.translation import Translation

KILLED = 128
"""A status above it says which signal killed the program."""


def in_words(status: int) -> str:
    """An exit status as people say it."""
    if status <= KILLED:
        return f"ended with exit status {status}"
    try:
        return f"killed by {signal.Signals(status - KILLED).name}"
    except ValueError:
        return f"killed by signal {status - KILLED}"


End = Literal["ended", "timed out", "stopped", "stuck", "in vain", "died before it was ready", "never ready"]


@dataclass(frozen=True, kw_only=True)
class TypedAt:
    """What the lab typed, and where its echo belongs: the number of the transcript's line, and the column in it."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A step that changed the network: which part of it, how that was from then on, and when.

    `kind` and `subject` are as the step names them. It `stands` until the next change of the same, unless it is a
    return.
    """

    kind: Literal["link", "gateway", "forward", "network"]
    subject: str
    how: str
    stands: bool
    time_s: float

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.how}"


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One program that ran: what a step asked for, what it printed, how it ended.

    `end` says who ended it: itself, its time-out, a `stop` or the end of the scenario, the runner because what it
    printed left no way to the next thing to type; or that it did not become ready before it or its time ended.
    `waiting_for` is the prompt that had not come by then. `status` is a shell's. `index` counts repetitions. Times
    are seconds since the scenario began, those of the transcript's lines too.
    """

    step: Start | Run
    index: int | None
    argv: tuple[str, ...]
    is_own: bool
    transcript: Transcript
    setting: Setting
    end: End
    status: int | None
    waiting_for: str | None
    started_s: float
    ended_s: float
    typed: tuple[TypedAt, ...] = ()

    @property
    def role(self) -> str:
        """The program's name in the scenario."""
        return self.step.role

    @property
    def observation(self) -> Observation | None:
        """What there is to compare; None when anything may be printed."""
        if self.step.template is None:
            return None
        return Observation(self.step.template, self.transcript, self.setting, self.index)

    @property
    def ended_as_expected(self) -> bool:
        """Did it end in the way that its step says? One that is started may be stopped, or end by itself in peace."""
        wanted = self.step.exit
        if wanted == "running":
            return self.end == "timed out"
        is_stopped = self.end == "stopped" and isinstance(self.step, Start)
        if wanted is None and is_stopped:
            return True
        if self.end != "ended" and not is_stopped:
            return False
        if wanted == "nonzero":
            return self.status is not None and 0 < self.status <= KILLED
        if wanted == "killed":
            return self.status is not None and self.status > KILLED
        return self.status == (wanted or 0)


@dataclass(frozen=True, kw_only=True)
class Record:
    """A scenario's run, as far as it came; it began at `began_at_s`, seconds since the epoch.

    `is_whole`: every step was done. The rest helps to say why not. `open_ports` is what listened where programs ran
    when a step went wrong (see `lab.sockets.open_ports`); `damage` what of the lab was not as it should be, but for
    `changes`: every one that the scenario made of the network, in order.
    `not_started` had a variable in its command that nobody had printed. `captures` is what passed at interfaces that
    were watched, with times since the scenario began; `translations` each watched router's table after the last step,
    and `sightings` what of both the scenario speaks of.
    """

    executions: tuple[Execution, ...]
    is_whole: bool
    open_ports: Mapping[str, Mapping[str, frozenset[str]]]
    duration_s: float
    changes: tuple[Change, ...] = ()
    damage: tuple[str, ...] = ()
    not_started: Start | Run | None = None
    began_at_s: float = 0.0
    captures: tuple[Captured, ...] = ()
    translations: Mapping[str, tuple[Translation, ...]] = field(default_factory=dict)
    sightings: tuple[Sighting, ...] = ()
