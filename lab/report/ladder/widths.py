"""How wide the lanes of a ladder are in a terminal: as wide as they need to be, or as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from lab.report.ladder.model import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.ladder.model import Column, Ladder, Sign, Step

EDGE = 2
EASY, TIGHT = 20, 11
"""The least width of a lane: for whole addresses beside a router, and for no more than ports."""

_MOST = 44
_AROUND_LABEL = 6
_AROUND_SIGNS = 3


def places(ladder: Ladder, width: int, least_lane: int) -> list[int] | None:
    """Where each column's line stands; None when there are too many columns for this width."""
    least = [max(least_lane, _least(ladder, lane)) for lane in range(len(ladder.lanes))]
    lanes = [max(low, wish) for low, wish in zip(least, wishes(ladder), strict=True)]
    room = width - 2 * EDGE - len(ladder.columns)
    while sum(lanes) > room:
        lane = max(range(len(lanes)), key=lambda one: lanes[one] - least[one])
        if lanes[lane] <= least[lane]:
            return None
        lanes[lane] -= 1
    found = [EDGE]
    for lane in lanes:
        found.append(found[-1] + lane + 1)
    return found


def _least(ladder: Ladder, lane: int) -> int:
    """Room for the names above."""
    left, right = ladder.columns[lane], ladder.columns[lane + 1]
    is_first, is_last = lane == 0, lane == len(ladder.lanes) - 1
    names = _half(left, is_edge=is_first) + _half(right, is_edge=is_last)
    return names + 1


def _half(column: Column, *, is_edge: bool) -> int:
    """How far its name reaches into a lane."""
    size = cell_len(title(column))
    return size - EDGE if is_edge else size // 2 + 1


def title(column: Column) -> str:
    """The name, and what is special about it."""
    return f"{column.name} (NAT)" if column.is_nat else column.name


def wishes(ladder: Ladder) -> list[int]:
    """How many characters wide each lane would like to be."""
    found = [cell_len(name) + 4 for name in ladder.lanes]
    for lane, (left, right) in enumerate(zip(ladder.columns, ladder.columns[1:], strict=False)):
        addresses = [str(address) for address in (left.right, right.left) if address]
        found[lane] = max(found[lane], sum(map(len, addresses)) + 2 * _AROUND_SIGNS)
    for row in ladder.rows:
        if isinstance(row, Walk) and row.steps:
            for lane, wish in _wishes_of(row, ladder):
                found[lane] = max(found[lane], min(wish, _MOST))
    return found


def _wishes_of(walk: Walk, ladder: Ladder) -> Iterator[tuple[int, int]]:
    first = lanes_of(walk.steps[0], ladder)
    if len(first) == 1:
        yield first[0], cell_len(walk.labels[0]) + _AROUND_LABEL
    for lane, signs in signs_by_lane(walk.signs, ladder).items():
        yield lane, sum(len(str(sign)) for sign in signs) + _AROUND_SIGNS * len(signs)


def lanes_of(step: Step, ladder: Ladder) -> Sequence[int]:
    """Between which columns an arrow leads."""
    here, there = ladder.index(step.sender), ladder.index(step.targets[0])
    return range(min(here, there), max(here, there))


def signs_by_lane(signs: Sequence[Sign], ladder: Ladder) -> dict[int, list[Sign]]:
    """Between which columns each sign stands."""
    found: dict[int, list[Sign]] = {}
    for sign in signs:
        lane = ladder.index(sign.column) - (sign.side == "left")
        if 0 <= lane < len(ladder.lanes):
            found.setdefault(lane, []).append(sign)
    return found
