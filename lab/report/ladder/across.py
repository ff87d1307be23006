"""From left to right, in pixels: where columns stand in a drawing, and what is around them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lab.report.ladder.columns import is_private
from lab.report.ladder.widths import wishes

if TYPE_CHECKING:
    from lab.report.ladder.model import Column, Ladder, Step

CHARACTER = 7.4
NAME_CHARACTER = 8.6
TIMES = 64
"""The width of the column of times on the left."""

_MARGIN = 16
_PAD = 12
_AROUND_NAME = 24
_BROKEN_AT = 0.72


@dataclass(frozen=True)
class Across:
    """The x axis of a ladder."""

    ladder: Ladder

    @cached_property
    def xs(self) -> list[int]:
        """The line of each column."""
        columns = self.ladder.columns
        found = [TIMES + _MARGIN + self.reach(columns[0], "left")]
        for name, wish, (left, right) in zip(self.ladder.lanes, wishes(self.ladder), pairwise(columns), strict=True):
            cards = self.reach(left, "right") + self.reach(right, "left") + cell_len(name) * CHARACTER + _AROUND_NAME
            found.append(found[-1] + round(max(wish * CHARACTER, cards)))
        return found

    @property
    def width(self) -> int:
        """Of the whole drawing."""
        return self.xs[-1] + self.reach(self.ladder.columns[-1], "right") + _MARGIN

    def x(self, column: str) -> int:
        """Of that column's line."""
        return self.xs[self.ladder.index(column)]

    def reach(self, column: Column, side: str) -> int:
        """How far a column's card reaches to that side."""
        address = column.left if side == "left" else column.right
        if column.is_router and address is not None:
            own = len(str(address)) * CHARACTER + 2 * _PAD
        else:
            own = max(len(str(one or "")) for one in (column.left, column.right)) * CHARACTER / 2 + _PAD
        return round(max(own, cell_len(title(column)) * NAME_CHARACTER / 2 + _PAD))

    def is_inside(self, lane: int) -> bool | None:
        """Is what lies there a private network? None when nothing joins them."""
        left, right = self.ladder.columns[lane], self.ladder.columns[lane + 1]
        known = [address for address in (left.right, right.left) if address is not None]
        return is_private(known[0]) if known and self.ladder.lanes[lane] else None

    def between(self, step: Step, target: str) -> list[int]:
        """The lines that an arrow passes on its way, in its order."""
        here, there = self.x(step.sender), self.x(target)
        passed = [x for x in self.xs if min(here, there) < x < max(here, there)]
        return passed if there > here else passed[::-1]

    def free(self, step: Step) -> tuple[int, int]:
        """The widest part of an arrow without a column's line, before it breaks."""
        here, there = self.x(step.sender), self.x(step.targets[0])
        stops = [here, *self.between(step, step.targets[0]), there]
        if step.loss == "on the way":
            stops = [here, self.end_of_broken(step)]
        left, right = max(pairwise(stops), key=lambda part: abs(part[1] - part[0]))
        return min(left, right), max(left, right)

    def end_of_broken(self, step: Step) -> int:
        """Where a packet is lost on its way; the reason is written after that."""
        here, there = self.x(step.sender), self.x(step.targets[0])
        way = abs(there - here)
        at = min(way * _BROKEN_AT, max(way / 2, way - 40 - len(step.why) * CHARACTER))
        return round(here + at * (1 if there > here else -1))


def title(column: Column) -> str:
    """What stands on its card."""
    return f"{column.name}  NAT" if column.is_nat else column.name
