"""What was observed: lines with their times, from one source. What was expected is in `template`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, as every message names it."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    def below(self, lines: int) -> Place:
        """The place so many lines further down."""
        return Place(self.file, self.line + lines)


@dataclass(frozen=True)
class Line:
    """One line without its end, and when it was complete, in seconds of a monotonic clock.

    `complete` is False for what stands after the last line end: a prompt, or the last words of a killed program.
    """

    text: str
    time_s: float
    complete: bool = True


@dataclass(frozen=True)
class Transcript:
    """All lines of one source in order; `source` names it to people: "client on client-a1"."""

    source: str
    lines: tuple[Line, ...]

    def texts(self) -> list[str]:
        """The lines to be matched: all of them, the unfinished one too unless there is nothing in it."""
        return [line.text for line in self.lines if line.complete or line.text]
