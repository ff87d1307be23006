"""Whom to grade: the students whose work lies in a folder, and which of their files plays which role.

`python {student}/server.py` looks for a folder a student, `python {student}.py` for a file a student.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from lab.verdict import Result

STUDENT = "{student}"
_SUFFIX = re.compile(re.escape(STUDENT) + r"(\.[\w.-]+)$")
_NO_STUDENTS = ("__pycache__",)


@dataclass(frozen=True)
class Student:
    """Somebody's work: `path` is a folder, or a file without its suffix."""

    name: str
    path: Path

    @property
    def folder(self) -> Path:
        """Where this student's programs start."""
        return self.path if self.path.is_dir() else self.path.parent


@dataclass(frozen=True)
class Pattern:
    """A command for a role, with `{student}` in the place of whose it is."""

    role: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, role: str, command: str) -> Pattern:
        """Split as a shell would."""
        return cls(role, tuple(shlex.split(command)))

    @property
    def suffixes(self) -> list[str]:
        """Of the files that are a student each; none where a folder is."""
        return [found[1] for word in self.words if (found := _SUFFIX.match(word))]

    def command(self, student: Student) -> tuple[str, ...]:
        """With the student's path, in which braces are no variables."""
        path = str(student.path).replace("{", "{{").replace("}", "}}")
        return tuple(word.replace(STUDENT, path) for word in self.words)

    def files(self, student: Student) -> list[Path]:
        """The student's files that the command names."""
        begun = [word.removeprefix(STUDENT) for word in self.words if word.startswith(STUDENT)]
        return [student.path.parent / f"{student.path.name}{rest}" for rest in begun if rest]


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What one scenario made of one student's programs."""

    student: str
    result: Result

    @property
    def why(self) -> str:
        """Why it was not passed, in a line, and of several reasons one that is the student's own."""
        record, problems = self.result.record, self.result.problems
        if record is None or not problems:
            return self.result.why
        own = {execution.transcript.source for execution in record.executions if execution.is_own}
        problem = next((problem for problem in problems if problem.subject in own), problems[0])
        cause = f"; probably: {problem.cause}" if problem.cause else ""
        return f"{problem.subject}: {problem.what}{cause}"


def find_students(folder: Path, patterns: Iterable[Pattern]) -> tuple[Student, ...]:
    """All of a folder, by name; UsageError when there is none."""
    patterns = list(patterns)
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; one with a folder or a file for each student is needed")
    if not any(STUDENT in word for pattern in patterns for word in pattern.words):
        raise UsageError(f"no --program says {STUDENT}: everybody would be graded alike")
    suffixes = tuple(suffix for pattern in patterns for suffix in pattern.suffixes)
    entries = [path for path in folder.iterdir() if not path.name.startswith(".") and path.name not in _NO_STUDENTS]
    if suffixes:
        names = {_without(path.name, suffixes) for path in entries if path.name.endswith(suffixes)}
    else:
        names = {path.name for path in entries if path.is_dir()}
    if not names:
        raise UsageError(f"nobody's work is in {folder}: no {f'file {STUDENT}{suffixes[0]}' if suffixes else 'folder'}")
    return tuple(Student(name, folder / name) for name in sorted(names))


def commands_of(
    student: Student, alternatives: Mapping[str, Sequence[Pattern]]
) -> tuple[dict[str, tuple[str, ...]], str | None]:
    """Role to command, of several the first whose files are there; and what is missing, if anything is."""
    commands: dict[str, tuple[str, ...]] = {}
    for role, patterns in alternatives.items():
        found = next((one for one in patterns if all(_is_own(path, student) for path in one.files(student))), None)
        if found is None:
            wanted = " or ".join(dict.fromkeys(path.name for one in patterns for path in one.files(student)))
            return {}, f"{role}: nothing handed in, there is no {wanted}"
        commands[role] = found.command(student)
    return commands, None


def _is_own(path: Path, student: Student) -> bool:
    """A file, and no link to what somebody else has handed in."""
    return path.is_file() and path.resolve().is_relative_to(student.folder.resolve())


def _without(name: str, suffixes: tuple[str, ...]) -> str:
    suffix = max((one for one in suffixes if name.endswith(one)), key=len)
    return name.removesuffix(suffix)
