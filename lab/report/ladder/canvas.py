"""A sheet of characters, one cell each, on which a drawing is put together; wide characters take two."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.text import Text

from lab.report.printable import printable


class Cell(NamedTuple):
    """What stands in a column of the terminal; nothing stands to the right of a wide character."""

    text: str = " "
    style: str = ""


class Strip:
    """One line of a drawing."""

    def __init__(self, width: int) -> None:
        self._cells = [Cell()] * width

    def put(self, x: int, text: str, style: str = "") -> None:
        """Write over what was there; what does not fit is left out."""
        for character in printable(text).replace("\n", "\u240a").replace("\t", " "):
            size = get_character_cell_size(character)
            if size == 0 and 0 < x <= len(self._cells):
                before = self._cells[x - 1]
                self._cells[x - 1] = Cell(before.text + character, before.style)
            if size == 0:
                continue
            if x < 0 or x + size > len(self._cells):
                return
            self._clear(x, size)
            self._cells[x : x + size] = [Cell(character, style), *[Cell("", style)] * (size - 1)]
            x += size

    def _clear(self, x: int, size: int) -> None:
        """No half of a wide character stays behind."""
        if not self._cells[x].text and x:
            self._cells[x - 1] = Cell()
        after = x + size
        if after < len(self._cells) and not self._cells[after].text:
            self._cells[after] = Cell()

    def text(self) -> Text:
        """As rich prints it, without the blanks at its end."""
        found = Text.assemble(*((cell.text, cell.style) for cell in self._cells))
        found.rstrip()
        return found


def shortened(text: str, width: int) -> str:
    """As much of it as fits, with `…` where it was cut."""
    if cell_len(text) <= width:
        return text
    found = ""
    for character in text:
        if cell_len(found + character) >= width:
            break
        found += character
    return found + "…" if width > 0 else ""
