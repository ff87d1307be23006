"""Draws what programs printed and what was typed into them, beside the line of their host."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.text import Text

from lab.report.ladder.across import CHARACTER, TIMES
from lab.report.ladder.text import folded
from lab.report.ladder.walking import WALL
from lab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.ladder.across import Across
    from lab.report.ladder.model import Say
    from lab.report.ladder.pen import Pen

_LINE = 17
_PAD = 10
_AROUND = 12
_AWAY = 10
_LONGEST = 300


@dataclass(frozen=True)
class Bubble:
    """Lines that one program printed in a row."""

    across: Across
    said: tuple[Say, ...]

    @property
    def height(self) -> int:
        """With room around."""
        return len(self.lines) * _LINE + _AROUND + (_LINE if self.role else 0) + 4

    @property
    def role(self) -> str:
        """Who speaks, where that is not the host's own name."""
        say = self.said[0]
        return "" if say.role == say.column else say.role

    @cached_property
    def is_right(self) -> bool:
        """To the right of its line, unless it is the right half, or only fits on the left."""
        x, width = self.across.x(self.said[0].column), self.across.width
        right, left = width - x, x - TIMES
        needed = max(text.cell_len for text in self._texts) * CHARACTER + 2 * _PAD + _AWAY
        return x < width / 2 if needed <= min(right, left) else right > left

    @cached_property
    def lines(self) -> list[Text]:
        """As they are drawn, none too long."""
        x = self.across.x(self.said[0].column)
        room = self.across.width - x if self.is_right else x - TIMES
        most = max(20, int((room - _AWAY - 2 * _PAD - WALL) / CHARACTER))
        return [piece for text in self._texts for piece in folded(text, most)]

    @cached_property
    def _texts(self) -> list[Text]:
        return [_text(say) for say in self.said]

    def draw(self, pen: Pen, y: int) -> None:
        """From y on downwards."""
        column = self.across.ladder.columns[self.across.ladder.index(self.said[0].column)]
        away = WALL + _AWAY if column.is_nat else _AWAY
        x = self.across.x(column.name)
        width = max([*(text.cell_len for text in self.lines), len(self.role)]) * CHARACTER + 2 * _PAD
        left = x + away if self.is_right else x - away - width
        group = pen.group("lab-program")
        group.box("lab-said", left, y + 2, width, self.height - 6, 5)
        group.box("lab-mouth", left if self.is_right else left + width - 4, y + 2, 4, self.height - 6, 2)
        baseline = y + 19
        if self.role:
            group.text("lab-dim", left + _PAD, baseline - 1, self.role)
            baseline += _LINE - 1
        for text in self.lines:
            group.words(left + _PAD, baseline, list(_pieces(text)) or [("", "")])
            baseline += _LINE


def bubbles(across: Across, said: Sequence[Say]) -> list[Bubble]:
    """One for each program that speaks, as long as nobody else does."""
    found: list[list[Say]] = []
    for say in said:
        if not found or found[-1][-1].source != say.source:
            found.append([])
        found[-1].append(say)
    return [Bubble(across, tuple(group)) for group in found]


def _text(say: Say) -> Text:
    parts = ((printable(part.text), "lab-typed" if part.is_typed else "") for part in say.parts)
    text = Text.assemble(*parts)
    text.expand_tabs(8)
    text.rstrip()
    text.truncate(_LONGEST, overflow="ellipsis")
    return text


def _pieces(text: Text) -> Iterator[tuple[str, str]]:
    """Cut where typing begins and ends."""
    marks = sorted({0, len(text), *(at for span in text.spans for at in (span.start, span.end))})
    for start, end in pairwise(marks):
        styles = [str(span.style) for span in text.spans if span.start <= start < span.end]
        yield text.plain[start:end], " ".join(styles)
