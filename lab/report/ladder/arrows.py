"""Draws a packet's walk on strips of characters: the addresses above, then one arrow from column to column."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from lab.report.ladder.canvas import shortened
from lab.report.ladder.labels import choose_label
from lab.report.ladder.styles import LOST, STRONG, WEAK, style_of, style_of_packet
from lab.report.ladder.widths import lanes_of, signs_by_lane

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
    for step in walk.steps:
        if step.loss == "here":
            below += _put_end(sheet, strip, step, walk)
            continue
        for node in step.bystanders:
            _put_arrow(sheet, strip, replace(step, loss=None), node, WEAK)
        for target in step.targets:  # whom it is for lies on top
            _put_arrow(sheet, strip, step, target, style_of_packet(walk.journey.packet))
        _put_ears(sheet, strip, step)
    if label is not None:
        strip.put(*label, STRONG)
    if walk.steps[-1].loss == "on arrival":
        _put_reason(sheet, strip, walk.steps[-1], label)
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
    style = LOST if is_lost else usual
    for x in range(here + forward, end, forward):
        if x not in sheet.xs:
            strip.put(x, "╌" if is_lost else "─", style)
    _put_via(sheet, strip, step, range(here + forward, end, forward))
    strip.put(here, sheet.joint(step.sender, forward), sheet.line_style(step.sender))
    strip.put(end, "✗" if is_lost else "▶◀"[forward < 0], style)
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


def _put_reason(sheet: Sheet, strip: Strip, step: Step, label: tuple[int, str] | None) -> None:
    """Before the cross of what was lost on arrival, if that does not touch the label."""
    here, there, size = sheet.x(step.sender), sheet.x(step.targets[0]), cell_len(step.why) + 2
    x = there - 2 - size if there > here else there + 3
    is_free = label is None or x + size <= label[0] or label[0] + cell_len(label[1]) <= x
    if is_free and min(here, there) < x - 1 and x + size < max(here, there):
        strip.put(x, f" {step.why} ", LOST)


def _put_end(sheet: Sheet, strip: Strip, step: Step, walk: Walk) -> Iterator[Strip]:
    """A cross on the column that did not pass it on, and why: beyond the column, or below where there is no room."""
    x, why = sheet.x(step.sender), f" {step.why} "
    others = [one for one in walk.steps if one is not step]
    is_leftward = bool(others) and sheet.x(others[-1].sender) > x
    strip.put(x, "✗", LOST)
    room = x if is_leftward else sheet.width - x - 1
    lane = sheet.ladder.index(step.sender) - is_leftward
    if cell_len(why) > room or any(lane in lanes_of(one, sheet.ladder) for one in others):
        strip, is_leftward = sheet.lines(), x > sheet.width // 2
        yield strip
    strip.put(x - cell_len(why) if is_leftward else x + 1, why, LOST)
