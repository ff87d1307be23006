"""Of a flood of packets, the beginning and the end: more than that nobody looks at, and to follow it takes a while."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.journeys import Journey
    from lab.packets import Captured

HEAD, TAIL = 3000, 1000
_ON_THE_WAY_S = 0.1


@dataclass(frozen=True)
class Gap:
    """From when to when packets are left out, and how many."""

    begin_s: float
    end_s: float
    packets: int

    def settled(self, journey: Journey) -> Journey:
        """What was on its way when the gap began may have arrived in it."""
        is_near = self.begin_s - _ON_THE_WAY_S < journey.hops[-1].time_s <= self.begin_s
        return replace(journey, end="unknown") if is_near and journey.end in {"lost", "dropped"} else journey


def bounded(captures: Sequence[Captured]) -> tuple[tuple[Captured, ...], Gap | None]:
    """The same, or what passed everywhere before one time and after another, and what is between."""
    floods = [one for one in captures if len(one.packets) > HEAD + TAIL]
    if not floods:
        return tuple(captures), None
    begin_s = min(one.packets[HEAD - 1].frame.time_s for one in floods)
    end_s = max(one.packets[-TAIL].frame.time_s for one in floods)
    kept = tuple(_without(one, begin_s, end_s) for one in captures)
    missing = (one.cut + len(one.packets) - len(other.packets) for one, other in zip(captures, kept, strict=True))
    return kept, Gap(begin_s, end_s, max(missing))


def _without(captured: Captured, begin_s: float, end_s: float) -> Captured:
    packets = tuple(one for one in captured.packets if not begin_s < one.frame.time_s < end_s)
    return replace(captured, packets=packets)
