"""Which addresses and ports to write beside which column: where a router changes them, on both of its sides."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lab.journeys import flow_of
from lab.report.ladder.model import Sign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.journeys import Flow
    from lab.report.ladder.model import Side, Step
    from lab.translation import End


class Signs:
    """Remembers what was written, so that only news is."""

    def __init__(self, order: Sequence[str]) -> None:
        self._order = order
        self._known: set[tuple[frozenset[Sign], str]] = set()
        self._last: frozenset[Sign] = frozenset()

    def of(self, steps: Sequence[Step]) -> tuple[Sign, ...]:
        """Those of a packet on its way: of the first in its direction, and after another conversation."""
        signs = self._all([step for step in steps if step.sender not in step.targets])
        found = tuple(sign for sign in signs if sign.port or sign.is_changed)  # bare addresses stand above already
        now, direction = frozenset(found), steps[0].sender if steps else ""
        is_news = now != self._last or (now, direction) not in self._known
        self._last = now
        self._known.add((now, direction))
        return found if is_news else ()

    def _all(self, steps: Sequence[Step]) -> Iterator[Sign]:
        flows = [flow_of(step.hops[0].packet) for step in steps]
        if not steps or flows[0] is None or flows[-1] is None:
            return
        if len(steps) == 1 or flows[0].source == flows[1].source:  # type: ignore[union-attr]
            yield self._sign(steps[0].sender, steps[0].targets[0], flows[0].source)
        for (before, old), (after, new) in pairwise(zip(steps, flows, strict=True)):
            if old and new and old != new:
                yield from self._changes(before, old, after, new)
        if steps[-1].loss is None and (len(steps) == 1 or flows[-1].target == flows[-2].target):  # type: ignore[union-attr]
            yield self._sign(steps[-1].targets[0], steps[-1].sender, flows[-1].target)

    def _changes(self, before: Step, old: Flow, after: Step, new: Flow) -> Iterator[Sign]:
        router = after.sender
        for was, now in ((old.source, new.source), (old.target, new.target)):
            if was != now:
                one = self._sign(router, before.sender, was, is_changed=True)
                other = self._sign(router, after.targets[0], now, is_changed=True)
                yield from (one, other) if one.side != other.side else (other,)

    def _sign(self, column: str, towards: str, end: End, *, is_changed: bool = False) -> Sign:
        side: Side = "right" if self._order.index(towards) > self._order.index(column) else "left"
        return Sign(column=column, side=side, address=end[0], port=end[1], is_changed=is_changed)
