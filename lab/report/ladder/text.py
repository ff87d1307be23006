"""A ladder in characters, for terminals."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from lab.report.ladder.arrows import put_walk
from lab.report.ladder.canvas import Strip, shortened
from lab.report.ladder.model import Note, Say, Walk
from lab.report.ladder.styles import CHANGE, NAT, STRONG, WEAK, role_style, style_of
from lab.report.ladder.widths import EDGE, places, title
from lab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.ladder.model import Column, Ladder
    from lab.report.timeline import Part
    from lab.topology import Address

_LINES = {"plain": "│", "nat": "┃"}
_PAUSES = {"plain": "┊", "nat": "┇"}
_JOINTS = {"plain": "┼├┤", "nat": "╂┠┨"}
_LONGEST = 300


def drawn(ladder: Ladder, width: int, least_lane: int, *, with_styles: bool) -> list[Text] | None:
    """Line by line, each no wider than that; None when its columns do not fit. Without styles there are more signs."""
    if (xs := places(ladder, width, least_lane)) is None:
        return None
    sheet = Sheet(ladder, xs, with_styles=with_styles)
    return [strip.text() for strip in sheet.strips()]


class Sheet:
    """A ladder and where its columns are."""

    def __init__(self, ladder: Ladder, xs: Sequence[int], *, with_styles: bool) -> None:
        self.ladder = ladder
        self.xs = xs
        self.width = xs[-1] + EDGE + 1
        self._with_styles = with_styles

    def strips(self) -> Iterator[Strip]:
        """From the top down."""
        yield from self._head()
        for row in self.ladder.rows:
            match row:
                case Walk():
                    yield from put_walk(self, row)
                case Say():
                    yield from self._say(row)
                case Note():
                    yield from self._note(row)
        yield self.lines()

    def lines(self, *, is_pause: bool = False) -> Strip:
        """A strip with nothing on it but the columns' lines."""
        strip = Strip(self.width)
        for x, column in zip(self.xs, self.ladder.columns, strict=True):
            strip.put(x, (_PAUSES if is_pause else _LINES)[_kind(column)], _line_style(column))
        return strip

    def x(self, column: str) -> int:
        """Where its line is."""
        return self.xs[self.ladder.index(column)]

    def joint(self, column: str, forward: int) -> str:
        """Where an arrow leaves its line, to the right (1), to the left (-1) or to both sides (0)."""
        return _JOINTS[_kind(self._column(column))][forward]

    def line_style(self, column: str) -> str:
        """Of its line."""
        return _line_style(self._column(column))

    def _column(self, name: str) -> Column:
        return self.ladder.columns[self.ladder.index(name)]

    def _head(self) -> Iterator[Strip]:
        names, addresses, lanes = Strip(self.width), Strip(self.width), self.lines()
        for number, column in enumerate(self.ladder.columns):
            name = title(column)
            names.put(self._left_of(number, cell_len(name)), name, f"{STRONG} {NAT}" if column.is_nat else STRONG)
            self._put_addresses(addresses, number, column)
        for name, (left, right) in zip(self.ladder.lanes, pairwise(self.xs), strict=True):
            text = shortened(name, right - left - 3)
            lanes.put((left + right + 1 - cell_len(text)) // 2, text, WEAK)
        yield from (names, addresses, lanes)

    def _put_addresses(self, strip: Strip, number: int, column: Column) -> None:
        x = self.xs[number]
        if not column.is_router:
            address = column.left or column.right
            if address is not None:
                strip.put(self._left_of(number, len(str(address))), str(address), style_of(address))
            return
        strip.put(x, _LINES[_kind(column)], _line_style(column))
        for address, towards in ((column.left, -1), (column.right, 1)):
            if address is None:
                continue
            text = self._fitting(address, number, towards)
            strip.put(x - 1 - len(text) if towards < 0 else x + 2, text, style_of(address))

    def _fitting(self, address: Address, number: int, towards: int) -> str:
        """As much of a router's address as its neighbour's leaves room for."""
        other = number + towards
        size = len(self._facing(number, towards))
        is_edge = other in {0, len(self.xs) - 1}
        taken = size + 2 if self.ladder.columns[other].is_router else size - EDGE if is_edge else size // 2 + 1
        room = abs(self.xs[other] - self.xs[number]) - 3 - taken
        return next((text for text in (str(address), _end_of(address)) if len(text) <= room), "")

    def _facing(self, number: int, towards: int) -> str:
        """The address on the other side of the lane: that of a router that translates matters most."""
        column, other = self.ladder.columns[number], self.ladder.columns[number + towards]
        address = other.right if towards < 0 else other.left
        if address is None:
            return ""
        if other.is_nat and not column.is_nat:
            return self._fitting(address, number + towards, -towards)
        return _end_of(address) if other.is_router and column.is_nat else str(address)

    def _left_of(self, number: int, size: int) -> int:
        """Where text of that size begins that belongs above a column."""
        if number == 0:
            return 0
        if number == len(self.xs) - 1:
            return self.width - size
        return self.xs[number] - size // 2

    def _say(self, say: Say) -> Iterator[Strip]:
        number = self.ladder.index(say.column)
        x, style = self.xs[number], role_style(self.ladder.roles, say.role)
        text = Text.assemble(*(self._part(part) for part in say.parts))
        text = text[len(text.plain) - len(text.plain.lstrip()) :]
        text.truncate(_LONGEST, overflow="ellipsis")
        text.expand_tabs(8)
        if say.is_dim:
            text.stylize(WEAK)
        right, left = self.width - x - 3, x - 2
        is_right = x < self.width // 2 if text.cell_len <= min(right, left) else right > left
        room = right if is_right else left
        pieces = folded(text, room)
        size = max(piece.cell_len for piece in pieces)
        for piece in pieces:
            strip = self.lines()
            strip.put(x + 1 if is_right else x - 1, "▌" if is_right else "▐", style)
            put_text(strip, x + 3 if is_right else x - 2 - size, piece)
            strip.put(x + 3 + piece.cell_len if is_right else x - 3 - size, " ")
            yield strip

    def _part(self, part: Part) -> tuple[str, str]:
        text = printable(part.text)
        if not part.is_typed:
            return text, ""
        return (text, f"{STRONG} underline") if self._with_styles else (f"\u2039{text}\u203a", "")

    def _note(self, note: Note) -> Iterator[Strip]:
        if note.kind == "change":
            strip = Strip(self.width)
            strip.put(0, "╌" * self.width, CHANGE)
            text, style = f" {note.text} ", f"{STRONG} {CHANGE}"
        else:
            strip = self.lines(is_pause=True)
            text, style = f"  {note.text}  ", WEAK
        text = shortened(text, self.width)
        strip.put(max(0, (self.width - cell_len(text)) // 2), text, style)
        yield strip


def folded(text: Text, width: int) -> list[Text]:
    """Cut into pieces that are no wider, between words where that can be."""
    if text.cell_len <= width:
        return [text]
    pieces = list(text.wrap(Console(width=width), width, overflow="fold"))
    for piece in pieces:
        piece.rstrip()
    return pieces


def put_text(strip: Strip, x: int, text: Text) -> None:
    """With the styles of its spans."""
    for number, character in enumerate(text.plain):
        styles = [str(span.style) for span in text.spans if span.start <= number < span.end]
        strip.put(x, character, " ".join(styles))
        x += cell_len(character)


def _kind(column: Column) -> str:
    return "nat" if column.is_nat else "plain"


def _line_style(column: Column) -> str:
    return f"{STRONG} {NAT}" if column.is_nat else WEAK


def _end_of(address: Address) -> str:
    """Its last number: the others are those of the network."""
    return f".{str(address).rpartition('.')[2]}"
