"""What can go wrong with the lab itself, and the exit code each ends with.

    LabError (3)                 the machine, the engine or the lab failed
    ├── UsageError (2)           the command line asks for something that is not there
    │   └── DocumentError (2)    a file is wrong: always with file and line
    └── Unavailable (3)          an engine cannot work on this machine; says what mends it

A program that behaves wrongly is no error of the lab: it is a FAILED verdict.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class LabError(Exception):
    """The lab, its engine or the machine failed; nobody's program is to blame."""

    exit_code = 3


class UsageError(LabError):
    """What was asked for does not exist or makes no sense."""

    exit_code = 2


class DocumentError(UsageError):
    """A file is wrong; `problems` are whole messages, each beginning with file:line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Unavailable(LabError):
    """An engine cannot work here; the message ends with what a person can do about it."""


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """` (did you mean 'server'?)` when something allowed is near, else the allowed ones, else nothing."""
    choices = sorted(allowed)
    near = difflib.get_close_matches(word, choices, n=1)
    if near:
        return f" (did you mean {near[0]!r}?)"
    return f" (allowed: {', '.join(choices)})" if choices else ""
