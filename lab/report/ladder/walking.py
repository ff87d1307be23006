"""Draws a packet's walk: the addresses on both sides of whoever changes them, arrows below, and what it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.journeys import flow_of
from lab.packets import Icmp, Tcp
from lab.report.ladder.across import CHARACTER, TIMES, Across
from lab.report.ladder.columns import is_private
from lab.report.ladder.labels import choose_label
from lab.report.ladder.widths import lanes_of

if TYPE_CHECKING:
    from lab.report.ladder.model import Sign, Step, Walk
    from lab.report.ladder.pen import Pen
    from lab.topology import Address

WALL = 10
"""Half the width of a router that translates."""

_SIGNS = 28
_LINE = 36
_PILL = 20
_PILL_PAD = 7
_VIA_CHARACTER = 6.2
_ABOVE_LINE = 6


def height_of(walk: Walk) -> int:
    """How much room it takes."""
    return _LINE + (_SIGNS if walk.signs else 0)


def draw_walk(pen: Pen, across: Across, walk: Walk, y: int) -> None:
    """From y on downwards."""
    hops = zip(walk.journey.hops, walk.lines, strict=True)
    group = pen.group(
        "lab-walk lab-refusal" if is_refusal(walk) else "lab-walk",
        "\n".join(f"on {hop.network}: {line}" for hop, line in hops),
    )
    level = y + height_of(walk) - 10
    group.text("lab-dim", TIMES - 8, level + 4, f"{walk.time_s:.3f} s", "end")
    chosen = choose_label(walk, lambda step: _room(across, step))
    for step in walk.steps:
        if step.loss == "here":
            _draw_end(group, across, walk, step, level)
            continue
        _draw_step(group, across, step, level, with_names=chosen is None or step is not chosen[0])
    _draw_knots(group, across, walk, level)
    for sign in walk.signs:
        _draw_sign(group, across, sign, y + 4)
    _draw_directions(group, across, walk, y + 4)
    if chosen is not None:
        left, right = across.free(chosen[0])
        group.text("lab-label lab-halo", (left + right) / 2, level - _ABOVE_LINE, chosen[1], "middle")


def is_refusal(walk: Walk) -> bool:
    """Does this packet say no?"""
    match walk.journey.packet.transport:
        case Tcp(flags=flags):
            return "RST" in flags
        case Icmp(quoted=quoted):
            return quoted is not None
    return False


def class_of(address: Address) -> str:
    """Which kind of address it is."""
    return "lab-private" if is_private(address) else "lab-public"


def draw_pill(pen: Pen, x: float, y: float, text: str, address: Address) -> float:
    """An address and port as it is known on one side; its width."""
    width = pill_width(text)
    pen.box(f"lab-half {class_of(address)}", x, y, width, _PILL, 4)
    pen.text(class_of(address), x + width / 2, y + _PILL - 6, text, "middle")
    return width


def pill_width(text: str) -> float:
    """With its rim."""
    return len(text) * CHARACTER + 2 * _PILL_PAD


def _draw_step(pen: Pen, across: Across, step: Step, level: int, *, with_names: bool) -> None:
    for node in step.bystanders:
        aside = pen.group("lab-aside", f"{node} hears it too")
        if across.x(node) in across.between(step, step.targets[0]):
            aside.dot("lab-ear", across.x(node), level, 8)
        else:
            _draw_arrow(aside, across, replace(step, loss=None), node, level)
    for target in step.targets:  # on top
        _draw_arrow(pen.group("lab-lost") if step.loss else pen, across, step, target, level)
    _draw_via(pen, across, step, level, with_names=with_names)


def _draw_arrow(pen: Pen, across: Across, step: Step, target: str, level: int) -> None:
    here, there = across.x(step.sender), across.x(target)
    forward = 1 if there > here else -1
    start, end = here + forward * _half(across, step.sender), there - forward * (_half(across, target) + 1)
    over = across.between(step, target)
    if step.loss is None:
        pen.arrow(start, end, level, over)
    elif step.loss == "on arrival":
        pen.broken(start, end - forward * 8, level, over)
        pen.text(
            "lab-lost lab-halo", end - forward * 22, level - _ABOVE_LINE, step.why, "end" if forward > 0 else "start"
        )
    else:
        end = across.end_of_broken(step)
        pen.broken(start, end, level, over)
        pen.text("lab-lost lab-halo", end + forward * 12, level + 4, step.why, "start" if forward > 0 else "end")


def _draw_via(pen: Pen, across: Across, step: Step, level: int, *, with_names: bool) -> None:
    """Routers without a column; below a label there is no room for their names."""
    here, there = across.x(step.sender), across.x(step.targets[0])
    for number, router in enumerate(step.via, 1):
        x = here + (there - here) * number / (len(step.via) + 1)
        if with_names:
            width = len(router) * _VIA_CHARACTER + 10
            pen.box("lab-via", x - width / 2, level - 7, width, 14, 7)
            pen.text("lab-passing", x, level + 3.5, router, "middle")
        else:
            pen.dot("lab-via", x, level, 3.5)


def _draw_end(pen: Pen, across: Across, walk: Walk, step: Step, level: int) -> None:
    """A cross on the column itself, and why: on the wider side, above the line unless an arrow's label is there."""
    x, column = across.x(step.sender), across.ladder.index(step.sender)
    pen.dot("lab-stop", x, level, 9)
    pen.cross(x, level)
    is_left = x > across.width / 2
    is_taken = any(column - is_left in lanes_of(one, across.ladder) for one in walk.steps if one is not step)
    y = level + 18 if is_taken else level - 8
    pen.text("lab-lost lab-halo", x + (-16 if is_left else 16), y, step.why, "end" if is_left else "start")


def _draw_knots(pen: Pen, across: Across, walk: Walk, level: int) -> None:
    """Where a router has put another address in."""
    for before, after in zip(walk.steps, walk.steps[1:], strict=False):
        column = across.ladder.columns[across.ladder.index(after.sender)]
        if column.is_nat and flow_of(before.hops[-1].packet) != flow_of(after.hops[0].packet):
            pen.dot("lab-knot", across.x(after.sender), level, 5.5)


def _draw_sign(pen: Pen, across: Across, sign: Sign, y: int) -> None:
    x, text = across.x(sign.column), str(sign)
    is_left = sign.side == "left"
    if sign.is_changed:
        draw_pill(pen, x - WALL - pill_width(text) if is_left else x + WALL, y, text, sign.address)
        return
    place = x - _half(across, sign.column) - 7 if is_left else x + _half(across, sign.column) + 7
    pen.text(f"{class_of(sign.address)} lab-halo", place, y + _PILL - 6, text, "end" if is_left else "start")


def _draw_directions(pen: Pen, across: Across, walk: Walk, y: int) -> None:
    """Between both sides, which became which."""
    for column in dict.fromkeys(sign.column for sign in walk.signs if sign.is_changed):
        step = next(step for step in walk.steps if step.sender == column)
        sign = "→" if across.x(step.targets[0]) > across.x(column) else "←"
        pen.box("lab-gate", across.x(column) - WALL, y, 2 * WALL, _PILL)
        pen.text("lab-through", across.x(column), y + _PILL - 5, sign, "middle")


def _room(across: Across, step: Step) -> int:
    """For how many characters."""
    left, right = across.free(step)
    return int((right - left - 2 * WALL - 12) / CHARACTER)


def _half(across: Across, column: str) -> int:
    """How far a column reaches to either side of its line."""
    return WALL if across.ladder.columns[across.ladder.index(column)].is_nat else 1
