"""A scenario that has been read and found right: what to do on which host, and what should be seen."""

from __future__ import annotations

import shlex
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lab.errors import UsageError, did_you_mean
from lab.scenario.network import NetworkStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lab.packets import Detail
    from lab.transcript import Place, Template

Exit = int | Literal["nonzero", "killed", "running"]
CheckKind = Literal["equal", "distinct", "ascending", "differs", "private", "public", "ephemeral"]


@dataclass(frozen=True)
class PortReady:
    """Up when something listens at this port on the host."""

    protocol: Literal["udp", "tcp"]
    port: int

    def __str__(self) -> str:
        return f"{self.protocol}/{self.port}"


@dataclass(frozen=True)
class LineReady:
    """Up when a line of its output holds this text."""

    text: str

    def __str__(self) -> str:
        return f"a line with {self.text!r}"


Ready = PortReady | LineReady


@dataclass(frozen=True, kw_only=True)
class ProgramStep:
    """One program on one host. `role` names it; `command` has {variables} and no shell runs it.

    `files` are put on the host first, path to text; `timeout_s` bounds the wait for it. Without a template anything
    may be printed.
    """

    role: str
    host: str
    command: str
    place: Place
    template: Template | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    tty: bool = True
    timeout_s: float = 10

    @property
    def argv(self) -> tuple[str, ...]:
        """The command split as a shell would; fill in variables word by word, so that no value is split."""
        return tuple(shlex.split(self.command))


@dataclass(frozen=True, kw_only=True)
class Start(ProgramStep):
    """A program that keeps running while the scenario goes on, once it is `ready`; `exit` None: however it ends."""

    ready: Ready | None = None
    exit: Exit | None = None


@dataclass(frozen=True, kw_only=True)
class Run(ProgramStep):
    """A program that is awaited. With `repeat` so many times, one after the other, and its variables are lists."""

    exit: Exit = 0
    repeat: int | None = None


@dataclass(frozen=True, kw_only=True)
class Together:
    """Programs that run at the same time."""

    together: tuple[Run, ...]
    place: Place


@dataclass(frozen=True, kw_only=True)
class Stop:
    """End the program that was started in the role `stop`, with a signal: `TERM` for SIGTERM."""

    stop: str
    place: Place
    signal: str = "TERM"

    @property
    def signal_number(self) -> int:
        """As signal(7) counts them on this machine."""
        return signal.Signals[f"SIG{self.signal}"]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What should pass at a host's interface to a network.

    `only` are the sorts of packets that count, all but ARP when empty; `show` what is told of each besides.
    """

    host: str
    network: str
    template: Template
    place: Place
    only: tuple[str, ...] = ()
    show: tuple[Detail, ...] = ()

    @property
    def source(self) -> str:
        """How people name it."""
        return f"packets at {self.host}/{self.network}"


@dataclass(frozen=True, kw_only=True)
class Table:
    """What should stand in a router's translation table after the last step."""

    host: str
    template: Template
    place: Place

    @property
    def source(self) -> str:
        """How people name it."""
        return f"translations of {self.host}"


Step = Start | Run | Together | Stop | NetworkStep


@dataclass(frozen=True, kw_only=True)
class Check:
    """What must be true of these texts, {variables} filled in, when all has run."""

    kind: CheckKind
    texts: tuple[str, ...]
    place: Place


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A whole lesson. `needs` are the capabilities without which it is skipped; `lists` the variables with items."""

    name: str
    title: str
    topics: tuple[str, ...]
    story: str
    steps: tuple[Step, ...]
    packets: tuple[Watch, ...] = ()
    nat: tuple[Table, ...] = ()
    checks: tuple[Check, ...] = ()
    needs: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()
    file: Path

    def programs(self) -> Iterator[Start | Run]:
        """Every program of the scenario, in order; each has a role of its own."""
        for step in self.steps:
            if isinstance(step, Start | Run):
                yield step
            elif isinstance(step, Together):
                yield from step.together

    def variables(self) -> frozenset[str]:
        """What its programs' transcripts bind."""
        templates = (program.template for program in self.programs() if program.template)
        return frozenset(name for template in templates for line in template.lines() for name in line.names)

    def program(self, role: str) -> Start | Run:
        """The program in that role; UsageError says which role may have been meant."""
        roles = {program.role: program for program in self.programs()}
        if role not in roles:
            raise UsageError(f"no role {role!r} in {self.name}{did_you_mean(role, roles)}")
        return roles[role]
