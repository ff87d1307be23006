"""Keeps a ladder readable: marks where time passed, and leaves out what only repeats itself, saying how much."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from lab.packets import Tcp, Udp
from lab.report.ladder.model import Note, Say, Walk
from lab.report.timeline import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.ladder.model import Row

GAP_S = 0.25
"""A pause as long as this is worth a word."""

MOST_ROWS = 150
_KEPT = 3
_FEW_LINES = 5
_ENDS = frozenset({"SYN", "FIN", "RST"})


def folded(rows: Sequence[Row]) -> list[Row]:
    """All rows, or as many as anybody reads."""
    return list(_with_gaps(_bounded(list(_without_chatter(list(_without_repeats(rows)))))))


def _without_repeats(rows: Sequence[Row]) -> Iterator[Row]:
    """Of many ordinary packets in a row the first and the last."""
    for is_plain, group in groupby(rows, _is_plain):
        run = list(group)
        if not is_plain or len(run) <= 2 * _KEPT + 1:
            yield from run
            continue
        left_out = [row for row in run[_KEPT:-_KEPT] if isinstance(row, Walk)]
        yield from run[:_KEPT]
        yield Note(time_s=left_out[0].time_s, kind="cut", text=_count(left_out))
        yield from run[-_KEPT:]


def _is_plain(row: Row) -> bool:
    """A packet that arrived and neither begins nor ends a conversation nor repeats anything."""
    if not isinstance(row, Walk) or any(step.loss for step in row.steps):
        return False
    transport = row.journey.packet.transport
    if isinstance(transport, Tcp):
        return not transport.flags & _ENDS and not row.labels[0].startswith("again")
    return isinstance(transport, Udp)


def _count(walks: Sequence[Walk]) -> str:
    transports = [walk.journey.packet.transport for walk in walks]
    size = sum(one.length for one in transports if isinstance(one, Tcp | Udp))
    what = "segments" if all(isinstance(one, Tcp) for one in transports) else "packets"
    return f"{len(walks):,} more {what}, {size:,} bytes"


def _without_chatter(rows: Sequence[Row]) -> Iterator[Row]:
    """Of many lines that one program printed at once, those that were typed or speak of packets, and the last."""
    for is_said, group in groupby(rows, lambda row: isinstance(row, Say)):
        run = list(group)
        yield from _few([row for row in run if isinstance(row, Say)]) if is_said else run


def _few(said: Sequence[Say]) -> Iterator[Say]:
    by_program: dict[str, list[Say]] = defaultdict(list)
    for say in said:
        by_program[say.source].append(say)
    left_out: dict[str, list[Say]] = {
        source: [say for say in says[:-1] if not (say.is_caused or say.is_dim or any(p.is_typed for p in say.parts))]
        for source, says in by_program.items()
        if len(says) > _FEW_LINES
    }
    for say in said:
        away = left_out.get(say.source, [])
        if len(away) < 2 or say not in away:
            yield say
        elif say is away[0]:
            yield replace(say, parts=(Part(f"… {len(away)} lines"),), is_dim=True)


def _bounded(rows: list[Row]) -> list[Row]:
    if len(rows) <= MOST_ROWS:
        return rows
    half = MOST_ROWS // 2
    left_out = rows[half:-half]
    text = f"{len(left_out):,} more packets and lines"
    return [*rows[:half], Note(time_s=left_out[0].time_s, kind="cut", text=text), *rows[-half:]]


def _with_gaps(rows: Sequence[Row]) -> Iterator[Row]:
    last_s: float | None = None
    for row in rows:
        if last_s is not None and row.time_s - last_s >= GAP_S:
            yield Note(time_s=row.time_s, kind="gap", text=f"{row.time_s - last_s:.1f} s later")
        yield row
        last_s = row.time_s if last_s is None else max(last_s, row.time_s)
