"""The contract between the lab and its engines: what every engine can do, and nothing else.

An engine is a module with the functions of `Engine`; `lab.engines.ENGINES` names them. Engines know the topology and
nothing of scenarios. Whatever an engine creates carries the lab's name, and `down` removes only that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lab.topology import Topology

Stream = Literal["terminal", "stdout", "stderr"]


class Program(Protocol):
    """The raw ends of one program running on a host; `lab.process` drains them.

    It ends with everything it started: its process group and whatever escaped from it.
    """

    def read(self) -> tuple[Stream, bytes] | None:
        """The next piece of output; waits for it. None when everything was read and no more will come."""

    def write(self, data: bytes) -> None:
        """Type into its terminal or standard input; quietly does nothing when nobody reads any more."""

    def end_input(self) -> None:
        """End of its standard input: closes the pipe, or types Ctrl-D on a terminal."""

    def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal a new size; nothing on pipes."""

    def signal(self, number: int) -> None:
        """Send a signal to its process group; quietly does nothing when it has ended."""

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Its status as a shell gives it (128 + n: killed by signal n; 127: no such command); None: still running."""

    def close(self) -> None:
        """KILL whatever is left of it, at once, and release the ends. May be called at any time, and twice."""


class Lab(Protocol):
    """A lab that is up. Use it in `with`: leaving closes the connection, not the lab."""

    engine: str
    name: str
    topology: Topology
    workspace: Path
    can_be_hub: bool
    """Can its networks be turned into hubs?"""

    def spawn(
        self,
        host: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        tty: bool = True,
        columns: int = 80,
        rows: int = 24,
        privileged: bool = False,
    ) -> Program:
        """Start a program on a host, without privileges unless it is the lab's own (`privileged`: all of that host).

        `cwd` is the workspace unless told; `env` is added to the engine's PATH and HOME. A command that is not there
        ends with 127 and says so on its output. Raises LabError when the lab cannot, UsageError for an unknown host.
        """

    def set_hub(self, network: str, *, on: bool) -> None:
        """Make a network a hub, which shows every frame to every host on it, or the switch that it was.

        Raises LabError; Unavailable where networks cannot be hubs.
        """

    def close(self) -> None:
        """Let go of the lab: programs started through this connection end; the lab stays up."""

    def __enter__(self) -> Lab: ...

    def __exit__(self, *_: object) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Running:
    """A lab that an engine found: what `lab status` shows. `ailment` is None or what is wrong with it."""

    name: str
    engine: str
    file: Path
    digest: str
    workspace: Path
    fast: bool = False
    ailment: str | None = None


class Engine(Protocol):
    """What a module in `lab.engines` offers."""

    NAME: str
    """As `--engine` takes it."""

    def unavailable(self) -> str | None:
        """Why this engine cannot work on this machine and the one line that mends it; None when it can."""

    def up(self, topology: Topology, name: str, workspace: Path, *, tethered: bool = False, fast: bool = False) -> Lab:
        """Make the lab, ready for the first packet; on any failure nothing of it is left.

        `workspace` is the folder that hosts see, read-only, at the same path. A tethered lab belongs to this process
        and does not outlive it. Frames look as on a real wire (no segment above the MTU, no bad checksum), unless the
        lab is to be fast. Raises Unavailable or LabError, also when a lab of that name exists.
        """

    def attach(self, topology: Topology, name: str) -> Lab:
        """The lab of that name that is up already; UsageError when none is, or when it is of another file."""

    def down(self, name: str) -> bool:
        """Remove whatever carries that name, whole or half; False when there was nothing."""

    def running(self) -> list[Running]:
        """All labs of this user on this engine, whole or half."""
