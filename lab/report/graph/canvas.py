"""Lines and text on a grid of characters; where lines meet, the right corner or junction comes by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.cells import cell_len

from lab.report.graph.words import printable

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_SINGLE = " ││││┘┐┤─└┌├─┴┬┼"
_DOUBLE = " ║║║═╝╗╣═╚╔╠═╧╤╬"
"""The character for each sum of directions. A line that meets a double one is single itself."""


@dataclass(frozen=True)
class Canvas:
    """A grid that grows as it is drawn on. Text hides lines."""

    _lines: dict[tuple[int, int], int] = field(default_factory=dict)
    _doubles: set[tuple[int, int]] = field(default_factory=set)
    _texts: dict[tuple[int, int], str] = field(default_factory=dict)

    def line(self, x: int, y: int, end_x: int, end_y: int, *, is_double: bool = False) -> None:
        """From the middle of a cell to the middle of another, across or down, both included."""
        (x, end_x), (y, end_y) = sorted((x, end_x)), sorted((y, end_y))
        for at in range(x, end_x + (y == end_y)):
            self._add(at, y, _LEFT * (at > x) | _RIGHT * (at < end_x), is_double=is_double)
        for at in range(y, end_y + 1 if x == end_x else y):
            self._add(x, at, _UP * (at > y) | _DOWN * (at < end_y), is_double=is_double)

    def _add(self, x: int, y: int, directions: int, *, is_double: bool) -> None:
        self._lines[x, y] = self._lines.get((x, y), 0) | directions
        if is_double:
            self._doubles.add((x, y))

    def rectangle(self, x: int, y: int, right: int, bottom: int, *, is_double: bool = False) -> None:
        """Its corners are cells that belong to it."""
        self.line(x, y, right, y, is_double=is_double)
        self.line(x, bottom, right, bottom, is_double=is_double)
        self.line(x, y, x, bottom, is_double=is_double)
        self.line(right, y, right, bottom, is_double=is_double)

    def text(self, x: int, y: int, text: str) -> None:
        """One line, as wide as it is in a terminal."""
        for character in printable(text):
            for cell in range(cell_len(character)):
                self._texts[x + cell, y] = "" if cell else character
            x += cell_len(character)

    def __str__(self) -> str:
        places = self._lines.keys() | self._texts.keys()
        width = 1 + max((x for x, _ in places), default=0)
        height = 1 + max((y for _, y in places), default=0)
        return "".join(f"{''.join(self._cell(x, y) for x in range(width)).rstrip()}\n" for y in range(height))

    def _cell(self, x: int, y: int) -> str:
        if (x, y) in self._texts:
            return self._texts[x, y]
        signs = _DOUBLE if (x, y) in self._doubles else _SINGLE
        return signs[self._lines.get((x, y), 0)]
