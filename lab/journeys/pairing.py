"""Which of several equal packets became which: in order, none before its cause, and with the shortest delays."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SKEW_S = 0.01
"""Two interfaces' clocks are one; but a kernel that has just begun to stamp packets may be late with the first."""


def pair(causes: Sequence[float], effects: Sequence[float]) -> dict[int, int]:
    """The number of each effect that has a cause → the number of its cause; both are times, ascending.

    From the last back to the first, each takes the latest cause that is still free: so nothing is left over that
    need not be, the order is kept, and after a loss the repetition is paired with what it led to.
    """
    paired: dict[int, int] = {}
    cause = len(causes) - 1
    for effect in range(len(effects) - 1, -1, -1):
        while cause >= 0 and causes[cause] > effects[effect]:
            cause -= 1
        if cause < 0:
            break
        paired[effect] = cause
        cause -= 1
    return paired | _late_stamps(causes, effects, paired)


def _late_stamps(causes: Sequence[float], effects: Sequence[float], paired: dict[int, int]) -> dict[int, int]:
    free = sorted(set(range(len(causes))) - set(paired.values()))
    found: dict[int, int] = {}
    for effect, time_s in enumerate(effects):
        if effect not in paired and free and abs(causes[free[0]] - time_s) < _SKEW_S:
            found[effect] = free.pop(0)
    return found
