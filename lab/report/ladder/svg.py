"""A ladder as SVG: inside a page, or as a file of its own. There are no ids, so several may stand in one page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from rich.cells import cell_len

from lab.report import style
from lab.report.ladder import foot, heads
from lab.report.ladder.across import CHARACTER, Across
from lab.report.ladder.bubbles import Bubble, bubbles
from lab.report.ladder.css import CSS
from lab.report.ladder.model import Note, Say, Walk
from lab.report.ladder.pen import Pen
from lab.report.ladder.story import make_ladder
from lab.report.ladder.walking import draw_walk, height_of
from lab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.ladder.model import Ladder, Row
    from lab.topology import Topology
    from lab.verdict import Result

    Block = Walk | Bubble | Note

_NOTE = 30
_BOTTOM = 18


def svg(result: Result, topology: Topology) -> str | None:
    """The ladder of one run; None when no packet was seen."""
    ladder = make_ladder(result, topology)
    if ladder is None:
        return None
    across = Across(ladder)
    drawing = _Drawing(across, list(_blocks(ladder.rows, across)))
    width = max(across.width, round(foot.foot_width(ladder)) + 2 * heads.TOP)
    height = drawing.bottom + foot.foot_height(ladder) + heads.TOP
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "lab-ladder", "role": "img", **size})
    ET.SubElement(root, "title").text = printable(f"{result.scenario.name}: how the packets went")
    ET.SubElement(root, "desc").text = printable(_told(ladder))
    ET.SubElement(root, "style").text = style.CSS + CSS
    pen = Pen(root)
    pen.box("lab-paper", 0, 0, width, height)
    drawing.draw(pen)
    foot.draw_foot(pen, ladder, heads.TOP + 2, drawing.bottom)
    return ET.tostring(root, encoding="unicode") + "\n"


def _told(ladder: Ladder) -> str:
    """The same for those who do not see it."""
    names = ", ".join(column.name for column in ladder.columns)
    packets = sum(isinstance(row, Walk) for row in ladder.rows)
    return f"From left to right: {names}. {packets} packets, from top to bottom."


def _blocks(rows: Sequence[Row], across: Across) -> Iterator[Block]:
    """What is drawn below one another."""
    for is_said, group in groupby(rows, lambda row: isinstance(row, Say)):
        run = list(group)
        if is_said:
            yield from bubbles(across, [row for row in run if isinstance(row, Say)])
        else:
            yield from (row for row in run if not isinstance(row, Say))


def _height(block: Block) -> int:
    match block:
        case Walk():
            return height_of(block)
        case Bubble():
            return block.height
        case Note():
            return _NOTE


@dataclass(frozen=True)
class _Drawing:
    """Blocks below the head, one after the other."""

    across: Across
    blocks: Sequence[Block]

    @property
    def bottom(self) -> int:
        return heads.HEAD + sum(map(_height, self.blocks)) + _BOTTOM

    def draw(self, pen: Pen) -> None:
        """The lines first, that everything else stands on."""
        heads.draw_zones(pen, self.across, self.bottom)
        heads.draw_cables(pen, self.across)
        heads.draw_walls(pen, self.across, heads.TOP + heads.CARD, self.bottom - heads.TOP - heads.CARD)
        heads.draw_lines(pen, self.across, heads.TOP + heads.CARD, heads.HEAD - heads.TOP - heads.CARD, is_pause=False)
        y = heads.HEAD
        for block in self.blocks:
            is_pause = isinstance(block, Note) and block.kind != "change"
            heads.draw_lines(pen, self.across, y, _height(block), is_pause=is_pause)
            self._draw_block(pen, block, y)
            y += _height(block)
        heads.draw_lines(pen, self.across, y, _BOTTOM, is_pause=False)
        for column in self.across.ladder.columns:
            heads.draw_card(pen, self.across, column)

    def _draw_block(self, pen: Pen, block: Block, y: int) -> None:
        match block:
            case Walk():
                draw_walk(pen, self.across, block, y)
            case Bubble():
                block.draw(pen, y)
            case Note():
                self._draw_note(pen, block, y)

    def _draw_note(self, pen: Pen, note: Note, y: int) -> None:
        xs = self.across.xs
        middle = (xs[0] + xs[-1]) / 2
        if note.kind != "change":
            between = min(((left + right) / 2 for left, right in pairwise(xs)), key=lambda x: abs(x - middle))
            pen.text("lab-dim lab-halo", between, y + _NOTE / 2 + 4, note.text, "middle")
            return
        width = cell_len(note.text) * CHARACTER + 28
        pen.line("lab-changed", 0, y + _NOTE / 2, self.across.width, y + _NOTE / 2)
        pen.box("lab-change", middle - width / 2, y + 4, width, _NOTE - 8, 11)
        pen.text("lab-changing", middle, y + _NOTE / 2 + 4, note.text, "middle")
