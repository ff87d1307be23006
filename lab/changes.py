"""What a scenario changes about the network: done step by step, and undone when the scenario is over."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.links import LinkChange, change_link
from lab.record import Change

if TYPE_CHECKING:
    from lab.engines.base import Lab
    from lab.scenario import Link


class Changes:
    """All changes so far; leaving its `with` block undoes those that still stand, the last one first."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._began_s = time.monotonic()
        self._standing: dict[tuple[str, str], Link] = {}
        self.made: list[Change] = []

    def __enter__(self) -> Changes:
        return self

    def __exit__(self, *_: object) -> None:
        for step in reversed(self._standing.values()):
            with contextlib.suppress(LabError):  # the lab failed already, and that is what is told
                change_link(self._lab, step.host, step.network, LinkChange())

    @property
    def links(self) -> frozenset[tuple[str, str]]:
        """The links (host, network) that are not as they were."""
        return frozenset(self._standing)

    def make(self, step: Link) -> None:
        """Do what the step says. Raises LabError."""
        link = step.host, step.network
        self._standing.pop(link, None)
        self._standing[link] = step  # what fails half-way is undone too
        change_link(self._lab, step.host, step.network, step.change)
        stands = step.change != LinkChange()
        if not stands:
            del self._standing[link]
        how, time_s = str(step.change), time.monotonic() - self._began_s
        self.made.append(Change(kind="link", subject="/".join(link), how=how, stands=stands, time_s=time_s))
