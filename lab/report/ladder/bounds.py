"""Of a flood of packets, the beginning and the end: more than that nobody looks at, and to follow it takes a while."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.packets import Captured

HEAD, TAIL = 1500, 500


def bounded(captures: Sequence[Captured]) -> tuple[tuple[Captured, ...], tuple[float, int] | None]:
    """The same, or what passed everywhere before one time and after another; and then when, and how many are missing.

    They are missing everywhere at the same time, so that no packet is there at one place and not at the next.
    """
    floods = [one for one in captures if len(one.packets) > HEAD + TAIL]
    if not floods:
        return tuple(captures), None
    begin_s = min(one.packets[HEAD - 1].frame.time_s for one in floods)
    end_s = max(one.packets[-TAIL].frame.time_s for one in floods)
    kept = tuple(_without(one, begin_s, end_s) for one in captures)
    return kept, (begin_s, max(one.cut for one in kept))


def _without(captured: Captured, begin_s: float, end_s: float) -> Captured:
    packets = tuple(one for one in captured.packets if not begin_s < one.frame.time_s < end_s)
    return replace(captured, packets=packets, cut=captured.cut + len(captured.packets) - len(packets))
