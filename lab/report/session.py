"""One `lab run` as reports tell it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lab.topology import Topology
    from lab.verdict import Result, Verdict


@dataclass(frozen=True, kw_only=True)
class Session:
    """What was run on a lab, in the scenarios' order; when that began (with its time zone), and how long all took."""

    topology: Topology
    results: tuple[Result, ...]
    began: datetime
    took_s: float

    def by_topic(self) -> dict[str, list[Result]]:
        """The results under their scenarios' first topics, as `lab list` has them."""
        topics: dict[str, list[Result]] = {}
        for result in sorted(self.results, key=lambda result: result.scenario.topics[0]):
            topics.setdefault(result.scenario.topics[0], []).append(result)
        return topics


def count(results: Iterable[Result]) -> Counter[Verdict]:
    """How many of each verdict."""
    return Counter(result.verdict for result in results)
