"""Draws a packet's walk on strips of characters: the addresses above, then one arrow from column to column."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from lab.report.ladder.canvas import shortened
from lab.report.ladder.labels import choose_label
from lab.report.ladder.styles import LOST, STRONG, WEAK, style_of, style_of_packet
from lab.report.ladder.widths import signs_by_lane

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.ladder.canvas import Strip
    from lab.report.ladder.model import Sign, Step, Walk
    from lab.report.ladder.text import Sheet

_BROKEN_AT = 0.7
"""So far a packet comes that gets lost on its way."""

_AROUND_LABEL = 5


class Stretch(NamedTuple):
    """Free cells between two lines, both included."""

    left: int
    right: int

    @property
    def width(self) -> int:
        return self.right - self.left + 1


def put_walk(sheet: Sheet, walk: Walk) -> Iterator[Strip]:
    """One strip to three."""
    if walk.signs:
        signs = sheet.lines()
        _put_signs(sheet, signs, walk.signs)
        yield signs
    strip = sheet.lines()
    below: list[Strip] = []
    label = _placed(sheet, walk)
    for number, step in enumerate(walk.steps):
        if step.loss == "here":
            below += _put_end(sheet, strip, step, walk.steps[number - 1] if number else None)
        else:
            for target in (*step.bystanders, *step.targets):  # whom it is for lies on top
                _put_arrow(sheet, strip, step, target, style_of_packet(walk.journey.packet))
            _put_ears(sheet, strip, step)
    if label is not None:
        strip.put(*label, STRONG)
    yield strip
    yield from below


def _put_signs(sheet: Sheet, strip: Strip, signs: Sequence[Sign]) -> None:
    for lane, here in signs_by_lane(signs, sheet.ladder).items():
        left, right = sheet.xs[lane], sheet.xs[lane + 1]
        for sign, text in _fitting(here, right - left - 3):
            strip.put(left + 2 if sign.side == "right" else right - 1 - len(text), text, style_of(sign.address))


def _fitting(signs: Sequence[Sign], room: int) -> list[tuple[Sign, str]]:
    """In full, or without the addresses that are already above; what a router changed has precedence."""
    full = [(sign, str(sign)) for sign in signs]
    short = [(sign, f":{sign.port}" if sign.port else "") for sign in signs]
    mixed = [one if one[0].is_changed else other for one, other in zip(full, short, strict=True)]
    changed = [one for one in short if one[0].is_changed]
    for tried in (full, mixed, short, changed):
        if sum(len(text) + 1 for _, text in tried) - 1 <= room:
            return tried
    return []


def _placed(sheet: Sheet, walk: Walk) -> tuple[int, str] | None:
    """Where on the arrow which label stands."""
    chosen = choose_label(walk, lambda step: _free(sheet, step).width - _AROUND_LABEL)
    if chosen is None:
        return None
    step, label = chosen
    stretch = _free(sheet, step)
    return stretch.left + (stretch.width - cell_len(label) - 2) // 2, f" {label} "


def _free(sheet: Sheet, step: Step) -> Stretch:
    """The widest part of its way without a column's line; of a broken one, before the break."""
    here, there = sheet.x(step.sender), sheet.x(step.targets[0])
    columns = [x for x in sheet.xs if min(here, there) <= x <= max(here, there)]
    found = max((Stretch(a + 1, b - 1) for a, b in pairwise(columns)), key=lambda one: one.width)
    if step.loss != "on the way":
        return found
    end = _break(step, here, there)
    return Stretch(max(found.left, end), found.right) if there < here else Stretch(found.left, min(found.right, end))


def _break(step: Step, here: int, there: int) -> int:
    """Where it breaks: rather late, but the reason needs room after it."""
    way = abs(there - here)
    at = min(round(way * _BROKEN_AT), max(way // 2, way - 4 - cell_len(step.why)))
    return here + at * (1 if there > here else -1)


def _put_arrow(sheet: Sheet, strip: Strip, step: Step, target: str, usual: str) -> None:
    here, there = sheet.x(step.sender), sheet.x(target)
    forward = 1 if there > here else -1
    is_broken, is_lost = step.loss == "on the way", step.loss is not None
    end = _break(step, here, there) if is_broken else there - forward
    style = LOST if is_lost else WEAK if target in step.bystanders else usual
    for x in range(here + forward, end, forward):
        if x not in sheet.xs:
            strip.put(x, "╌" if is_lost else "─", style)
    _put_via(sheet, strip, step, range(here + forward, end, forward))
    strip.put(here, sheet.joint(step.sender, forward), sheet.line_style(step.sender))
    heads = "▷◁" if target in step.bystanders else "▶◀"
    strip.put(end, "✗" if is_lost else heads[forward < 0], style)
    if is_broken:
        room = abs(there - end) - 3
        why = shortened(step.why, room)
        strip.put(end + 2 if forward > 0 else end - 1 - cell_len(why), why, LOST)


def _put_ears(sheet: Sheet, strip: Strip, step: Step) -> None:
    """Where one frame leaves to both sides, and who hears it on its way to somebody else."""
    here = sheet.x(step.sender)
    if len({sheet.x(target) > here for target in (*step.targets, *step.bystanders)}) > 1:
        strip.put(here, sheet.joint(step.sender, 0), sheet.line_style(step.sender))
    for node in step.bystanders:
        x = sheet.x(node)
        strip.put(x + (-1 if x > here else 1), "▷" if x > here else "◁", WEAK)


def _put_via(sheet: Sheet, strip: Strip, step: Step, way: range) -> None:
    """Routers without a column, as dots on the line."""
    for number, _ in enumerate(step.via, 1):
        x = way[len(way) * number // (len(step.via) + 1)]
        if x not in sheet.xs:
            strip.put(x, "○", WEAK)


def _put_end(sheet: Sheet, strip: Strip, step: Step, before: Step | None) -> Iterator[Strip]:
    """A cross on the column that did not pass it on, and why; below, where there is no room beyond the column."""
    x, why = sheet.x(step.sender), f" {step.why} "
    is_leftward = before is not None and sheet.x(before.sender) > x
    strip.put(x, "✗", LOST)
    room = x if is_leftward else sheet.width - x - 1
    if cell_len(why) > room:
        strip, is_leftward = sheet.lines(), not is_leftward
        yield strip
    strip.put(x - cell_len(why) if is_leftward else x + 1, why, LOST)
