"""Draws the routers' tables below a ladder: which address and port stands for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.report.ladder.across import CHARACTER
from lab.report.ladder.walking import draw_pill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.report.ladder.model import Ladder
    from lab.report.ladder.pen import Pen
    from lab.translation import End, Translation

MOST = 20
"""Of a longer table the rest is counted."""

_TITLE = 34
_ROW = 27


def foot_height(ladder: Ladder) -> int:
    """Of all tables."""
    return sum(_TITLE + _ROW * min(len(entries), MOST + 1) for entries in ladder.tables.values())


def foot_width(ladder: Ladder) -> float:
    """Of the widest row."""
    rows = [_pieces(entry) for entries in ladder.tables.values() for entry in entries[:MOST]]
    return max((sum(len(text) * CHARACTER + 22 for _, text, _ in row) for row in rows), default=0)


def draw_foot(pen: Pen, ladder: Ladder, x: int, y: int) -> None:
    """Router by router."""
    for router, entries in ladder.tables.items():
        pen.words(x, y + 22, [(router, "lab-name"), ("  translates", "lab-dim")])
        y += _TITLE
        for entry in entries[:MOST]:
            _draw_row(pen, entry, x, y)
            y += _ROW
        if len(entries) > MOST:
            pen.text("lab-dim", x, y + 14, f"… {len(entries) - MOST:,} more")
            y += _ROW


def _draw_row(pen: Pen, entry: Translation, x: float, y: float) -> None:
    for kind, text, end in _pieces(entry):
        if end is None:
            pen.text(kind, x, y + 14, text)
            x += len(text) * CHARACTER + 8
        else:
            x += draw_pill(pen, x, y, text, end[0]) + 8


def _pieces(entry: Translation) -> Iterator[tuple[str, str, End | None]]:
    """Words, and ends as pills."""
    yield "lab-dim", entry.protocol, None
    yield "", _text(entry.source), entry.source
    if entry.outside != entry.source:
        yield "lab-between", "⇄", None
        yield "", _text(entry.outside), entry.outside
    yield "lab-dim", "towards", None
    yield "", _text(entry.target), entry.target
    if entry.is_forwarded:
        yield "lab-between", "⇄", None
        yield "", _text(entry.inside), entry.inside


def _text(end: End) -> str:
    return f"{end[0]}:{end[1]}"
