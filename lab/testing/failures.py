"""What a test fails with when it was a program, and not the lab, that did something else."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from lab.report.console import console
from lab.report.terminal import print_story

if TYPE_CHECKING:
    from lab.topology import Topology
    from lab.verdict import Result


class Failed(AssertionError):
    """One clear message: who did what, and what it had printed."""


class ScenarioFailed(Failed):
    """A scenario did not go as it says; the message is a line, and below it the report of `lab run`."""

    def __init__(self, result: Result, topology: Topology) -> None:
        super().__init__(f"{result.why}\n\n{told(result, topology)}")
        self.result = result


def told(result: Result, topology: Topology) -> str:
    """What `lab run` prints of it through a pipe."""
    text = io.StringIO()
    print_story(console(text), result, topology)
    return text.getvalue()
