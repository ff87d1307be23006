"""Draws what a ladder's columns are: cards, joined by the networks between them, and the lines down from them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lab.report.ladder.walking import WALL, class_of

if TYPE_CHECKING:
    from lab.report.ladder.across import Across
    from lab.report.ladder.model import Column
    from lab.report.ladder.pen import Pen
    from lab.topology import Address

TOP = 14
CARD = 56
HEAD = TOP + CARD + 12
"""The height of all this."""

_RADIUS = 8
_HALF = 22


def draw_zones(pen: Pen, across: Across, height: int) -> None:
    """What is inside, with private addresses, and what is outside."""
    for lane, (left, right) in enumerate(pairwise(across.xs)):
        pen.box(f"lab-zone{_kind(across, lane)}", left, TOP + CARD / 2, right - left, height - TOP - CARD / 2)


def _kind(across: Across, lane: int) -> str:
    is_inside = across.is_inside(lane)
    return "" if is_inside is None else " lab-private" if is_inside else " lab-public"


def draw_cables(pen: Pen, across: Across) -> None:
    """The networks, from card to card."""
    y = TOP + CARD / 2
    spans = zip(across.ladder.lanes, pairwise(across.xs), pairwise(across.ladder.columns), strict=True)
    for lane, (name, (left, right), (one, other)) in enumerate(spans):
        if not name:
            continue
        start, end = left + across.reach(one, "right"), right - across.reach(other, "left")
        pen.line("lab-cable", start, y, end, y)
        pen.text(f"lab-small{_kind(across, lane)}", (start + end) / 2, y - 7, name, "middle")


def draw_card(pen: Pen, across: Across, column: Column) -> None:
    """A node's name and addresses; those of a router on its two sides."""
    x = across.x(column.name)
    left, right = across.reach(column, "left"), across.reach(column, "right")
    classes = "lab-card lab-nat" if column.is_nat else "lab-card"
    pen.box(classes, x - left, TOP, left + right, CARD, _RADIUS)
    _draw_name(pen, column, x + (right - left) / 2)
    if not column.is_router:
        address = column.left or column.right
        if address is not None:
            pen.text(class_of(address), x, TOP + 42, str(address), "middle")
        return
    y = TOP + CARD - _HALF - 5
    for address, start, width in ((column.left, x - left + 5, left - 5), (column.right, x, right - 5)):
        if address is not None:
            _draw_half(pen, address, start, y, width)


def _draw_name(pen: Pen, column: Column, x: float) -> None:
    if not column.is_nat:
        pen.text("lab-name", x, TOP + 21, column.name, "middle")
        return
    pen.words(x, TOP + 20, [(column.name, "lab-name"), ("  NAT", "lab-badge")], "middle")


def _draw_half(pen: Pen, address: Address, x: float, y: float, width: float) -> None:
    pen.box(f"lab-half {class_of(address)}", x, y, width, _HALF, 4)
    pen.text(class_of(address), x + width / 2, y + _HALF - 7, str(address), "middle")


def draw_lines(pen: Pen, across: Across, y: int, height: int, *, is_pause: bool) -> None:
    """A piece of every column's line; of a router that translates, its two sides with a wall between."""
    for x, column in zip(across.xs, across.ladder.columns, strict=True):
        if not column.is_nat:
            pen.line("lab-pause" if is_pause else "lab-line", x, y, x, y + height)


def draw_walls(pen: Pen, across: Across, y: int, height: int) -> None:
    """Routers that translate, from top to bottom."""
    for x, column in zip(across.xs, across.ladder.columns, strict=True):
        if column.is_nat:
            for address, start in ((column.left, x - WALL), (column.right, x)):
                kind = class_of(address) if address else ""
                pen.box(f"lab-half {kind}", start, y, WALL, height)
            pen.line("lab-wall", x, y, x, y + height)
