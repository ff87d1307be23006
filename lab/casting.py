"""Who plays a role: the scenario's own command or a person's own program, where it starts, and who types into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.process import Process
from lab.transcript.pieces import Hole, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from lab.actor import Conversation
    from lab.engines.base import Lab
    from lab.scenario import Run, Start
    from lab.transcript import Bindings, Setting

    Converse = Callable[[Start | Run, Bindings, Setting, int | None], Conversation | None]

_FILE_TIMEOUT_S = 10.0
_WRITE_FILE = (
    "import pathlib, sys; path = pathlib.Path(sys.argv[1]); path.parent.mkdir(parents=True, exist_ok=True);"
    " path.write_bytes(sys.stdin.buffer.read())"
)


@dataclass(frozen=True, kw_only=True)
class Casting:
    """`programs` gives roles to a person's own programs; these start in `own_folder`, the others in `folder`.

    `converse` finds for each program who types into it. A folder that is None is the lab's workspace. `promised` are
    the variables that somebody may yet print.
    """

    programs: Mapping[str, Sequence[str]]
    folder: Path | None
    own_folder: Path | None
    converse: Converse
    promised: frozenset[str]

    def is_own(self, step: Start | Run) -> bool:
        """Is it a person's own program?"""
        return step.role in self.programs

    def words(self, step: Start | Run) -> Sequence[str]:
        """Its command, {variables} not filled in."""
        return self.programs[step.role] if self.is_own(step) else step.argv

    def waits_for(self, step: Start | Run, known: Collection[str]) -> bool:
        """Is all that is still missing in its command what somebody should have printed?"""
        holes = (piece for word in self.words(step) for piece in parse(word) if isinstance(piece, Hole))
        missing = {hole.name for hole in holes} - {*known}
        return bool(missing) and missing <= self.promised

    def cwd(self, step: Start | Run) -> Path | None:
        """Where it starts."""
        return self.own_folder if self.is_own(step) else self.folder


def put_files(lab: Lab, step: Start | Run) -> None:
    """Put its files on its host. Raises LabError."""
    for path, text in step.files.items():
        with Process.start(lab, step.host, ["python", "-c", _WRITE_FILE, path], tty=False) as process:
            process.feed(text)
            if process.wait(_FILE_TIMEOUT_S) != 0:
                said = " ".join(line.text for line in process.output.all_lines()[-1:])
                raise LabError(f"{step.host}: {path} could not be written: {said or 'no answer'}")
