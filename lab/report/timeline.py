"""Everything that happened in the order of time: what each program printed, what was typed, how it ended, what links
did. Pure: a record in, moments out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lab.verdict import how_it_ended

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.record import Execution, Record, TypedAt

Kind = Literal["line", "end", "change", "cut"]


@dataclass(frozen=True)
class Part:
    """A piece of a line: printed by the program, or typed by the lab."""

    text: str
    is_typed: bool = False


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happened, in seconds since the scenario began.

    `role` and `source` (`client on client-a1`) are "" for what the lab itself did; `is_usual`: nobody asked about it.
    """

    time_s: float
    kind: Kind
    parts: tuple[Part, ...]
    role: str = ""
    source: str = ""
    is_usual: bool = False

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(part.text for part in self.parts)


def timeline(record: Record) -> list[Moment]:
    """All moments of a record."""
    moments = [moment for execution in record.executions for moment in of_program(execution)]
    moments += [Moment(time_s=change.time_s, kind="change", parts=(Part(str(change)),)) for change in record.changes]
    return sorted(moments, key=lambda moment: moment.time_s)


def worth_telling(record: Record) -> list[Moment]:
    """Without the ends of programs that were to be expected, unless such a program did nothing else."""
    moments = timeline(record)
    heard = {moment.source for moment in moments if moment.kind == "line"}
    return [moment for moment in moments if not (moment.is_usual and moment.source in heard)]


def of_program(execution: Execution) -> Iterator[Moment]:
    """What one program printed and was told, and its end."""
    role, source, lines = execution.role, execution.transcript.source, execution.transcript.lines
    for number, line in enumerate(lines):
        typed = [one for one in execution.typed if one.line == number]
        yield Moment(time_s=line.time_s, kind="line", parts=tuple(_parts(line.text, typed)), role=role, source=source)
    last_words = [one for one in execution.typed if one.line >= len(lines)]
    if last_words:
        parts = tuple(_parts("", last_words))
        yield Moment(time_s=execution.ended_s, kind="line", parts=parts, role=role, source=source)
    is_usual = execution.ended_as_expected and (execution.status == 0 or execution.end == "stopped")
    end = (Part(how_it_ended(execution)),)
    yield Moment(time_s=execution.ended_s, kind="end", parts=end, role=role, source=source, is_usual=is_usual)


def _parts(text: str, typed: Sequence[TypedAt]) -> Iterator[Part]:
    """The line with what was typed set apart; what left no echo is put where it was typed."""
    at = 0
    if not text and not typed:
        yield Part("")
    for one in typed:
        begin = max(at, min(one.column, len(text)))
        if begin > at:
            yield Part(text[at:begin])
        yield Part(one.text, is_typed=True)
        at = begin + len(one.text) if text.startswith(one.text, begin) else begin
    if at < len(text):
        yield Part(text[at:])
