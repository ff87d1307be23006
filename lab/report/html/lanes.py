"""Transcripts side by side: a lane for each terminal, time downward.

Programs that ran on one host one after the other share a lane, as they would a terminal; those that ran there at the
same time have one each.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from lab.report.timeline import Part, of_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.record import Execution, Record

MOST = 1000
"""Of more rows the middle is left out."""

Kind = Literal["start", "line", "end", "change", "cut"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row: something that happened in a lane, or to the whole lab where `lane` is None."""

    time_s: float
    kind: Kind
    parts: tuple[Part, ...]
    lane: int | None = None
    role: str = ""
    is_own: bool = False
    is_new: bool = True
    """Does it stand below something of another lane, or of none?"""


@dataclass(frozen=True)
class Lanes:
    """Which host each lane belongs to, and the rows from the first to the last."""

    hosts: tuple[str, ...]
    entries: tuple[Entry, ...]


def side_by_side(record: Record) -> Lanes:
    """All that happened."""
    lanes = _assigned(record.executions)
    entries = [
        entry for lane, execution in zip(lanes, record.executions, strict=True) for entry in _of(execution, lane)
    ]
    entries += [Entry(time_s=change.time_s, kind="change", parts=(Part(str(change)),)) for change in record.changes]
    entries.sort(key=lambda entry: entry.time_s)
    hosts = {lane: execution.step.host for lane, execution in zip(lanes, record.executions, strict=True)}
    return Lanes(tuple(hosts[lane] for lane in sorted(hosts)), tuple(_without_middle(entries)))


def _assigned(executions: Sequence[Execution]) -> list[int]:
    """The lane of each: the first of its host that is free when it starts, or else a new one."""
    free_at_s: list[float] = []
    hosts: list[str] = []
    lanes = dict.fromkeys(range(len(executions)), 0)
    for number in sorted(lanes, key=lambda number: executions[number].started_s):
        one = executions[number]
        mine = (lane for lane, host in enumerate(hosts) if host == one.step.host and free_at_s[lane] <= one.started_s)
        lane = next(mine, len(hosts))
        if lane == len(hosts):
            hosts.append(one.step.host)
            free_at_s.append(0)
        free_at_s[lane] = one.ended_s
        lanes[number] = lane
    return [lanes[number] for number in range(len(executions))]


def _of(execution: Execution, lane: int) -> Iterator[Entry]:
    run = "" if execution.index is None else f", run {execution.index + 1}"
    yield Entry(
        time_s=execution.started_s, kind="start", parts=(Part(shlex.join(execution.argv)),), lane=lane,
        role=f"{execution.role}{run}", is_own=execution.is_own,
    )  # fmt: skip
    for moment in of_program(execution):
        if moment.kind == "line":
            yield Entry(time_s=moment.time_s, kind="line", parts=moment.parts, lane=lane)
        elif moment.kind == "end" and not moment.is_usual:
            yield Entry(time_s=moment.time_s, kind="end", parts=moment.parts, lane=lane)


def _without_middle(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The rows that are shown, each knowing whether it goes on with what is right above it."""
    shown = list(entries)
    if len(shown) > MOST:
        left_out = len(shown) - MOST
        gap = Entry(time_s=shown[MOST // 2].time_s, kind="cut", parts=(Part(f"{left_out:,} lines left out here"),))
        shown[MOST // 2 : MOST // 2 + left_out] = [gap]
    for above, entry in zip([None, *shown], shown, strict=False):
        yield replace(entry, is_new=above is None or above.lane != entry.lane or entry.kind == "start")
