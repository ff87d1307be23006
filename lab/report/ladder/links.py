"""What a scenario did to links, as far as it explains why a packet is gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.record import Change

_MTU = re.compile(r"mtu ([0-9]+)")
_TAKES = ("down", "loss", "rate")
_TAKES_ALL = ("down", "loss 100%")


class Links:
    """The state of every changed link at any time."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._changes = [change for change in changes if change.kind == "link"]

    def why_lost(self, node: str, network: str, time_s: float) -> str | None:
        """What of the state of that link may have taken a packet; None when nothing may."""
        how = self._state(node, network, time_s)
        return how if any(word in how for word in _TAKES) else None

    def takes_all(self, node: str, network: str, time_s: float) -> bool:
        """Does nothing at all pass there?"""
        words = self._state(node, network, time_s).split(", ")
        return any(word in _TAKES_ALL for word in words)

    def mtu(self, node: str, network: str, time_s: float) -> int | None:
        """The largest packet in bytes that passes there, where that was changed."""
        found = _MTU.search(self._state(node, network, time_s))
        return int(found[1]) if found else None

    def _state(self, node: str, network: str, time_s: float) -> str:
        link = f"{node}/{network}"
        states = [change.how for change in self._changes if change.subject == link and change.time_s <= time_s]
        return states[-1] if states else ""
