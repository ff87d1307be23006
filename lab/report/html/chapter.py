"""One scenario as the page tells it: what its templates need, worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.document import shown
from lab.report.html.lanes import Lanes, side_by_side
from lab.report.variables import variables
from lab.report.wire import passed
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from lab.packets import Captured
    from lab.report.wire import Passed
    from lab.topology import Topology
    from lab.transcript import Match, Mismatch, Row
    from lab.verdict import Problem, Result

MOST_PACKETS = 60
"""So many of one place are shown."""

_BEFORE, _AFTER = 20, 40
"""Of a longer comparison so many rows around the one to blame are shown."""


@dataclass(frozen=True)
class Window:
    """Rows of expected beside seen: those shown, which of them is to blame, and how many were left out around them."""

    rows: tuple[Row, ...]
    blamed: int | None
    above: int
    below: int


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """`key` is its place in the page, unlike any other's; `where` and `ladder` are drawings."""

    key: str
    result: Result
    topology: Topology
    where: Markup
    ladder: Markup | None = None

    @property
    def kind(self) -> str:
        """The verdict as the style sheet knows it."""
        return self.result.verdict.lower()

    @property
    def asks_for_attention(self) -> bool:
        """Is there something to be mended?"""
        return self.result.verdict in {Verdict.FAILED, Verdict.ERROR}

    @property
    def file(self) -> str:
        """Where the scenario is written down, as a person here would call it."""
        return shown(self.result.scenario.file)

    @property
    def story(self) -> list[str]:
        """Its paragraphs."""
        return [" ".join(paragraph.split()) for paragraph in self.result.scenario.story.strip().split("\n\n")]

    @property
    def lanes(self) -> Lanes:
        """What happened."""
        record = self.result.record
        return side_by_side(record) if record else Lanes((), ())

    @property
    def variables(self) -> list[tuple[str, str, str]]:
        """Name, value, origin."""
        return variables(self.result.bindings)

    @property
    def problems(self) -> list[tuple[Problem, Window | None]]:
        """What went wrong, and the rows that show it."""
        return [(one, window(one.mismatch) if one.mismatch else None) for one in self.result.problems]

    @property
    def matches(self) -> list[tuple[str, Window]]:
        """What is as it should be: from whom, and the rows."""
        return [(source, window(found)) for source, found in self._comparisons() if found and found.ok and found.rows]

    def _comparisons(self) -> Iterator[tuple[str, Match | Mismatch | None]]:
        if (record := self.result.record) is not None:
            sources = (execution.transcript.source for execution in record.executions)
            yield from zip(sources, self.result.comparisons, strict=True)
            sighted = (sighting.expected.source for sighting in record.sightings)
            yield from zip(sighted, self.result.sighting_comparisons, strict=True)

    @property
    def captures(self) -> list[tuple[Captured, list[Passed | None]]]:
        """What passed where something did; None stands for the middle of many packets, which is left out."""
        captures = self.result.record.captures if self.result.record else ()
        told = ((captured, list(passed(captured, self.result.scenario))) for captured in captures if captured.packets)
        return [(captured, _without_middle(packets)) for captured, packets in told]

    def is_spoken_of(self, captured: Captured) -> bool:
        """Does the scenario say what should pass there? Other places are folded."""
        return (captured.host, captured.network) in {(one.host, one.network) for one in self.result.scenario.packets}

    @property
    def silent(self) -> list[str]:
        """The places where nothing passed."""
        captures = self.result.record.captures if self.result.record else ()
        return [captured.place for captured in captures if not captured.packets]

    def address(self, host: str) -> str:
        """The main one."""
        return str(self.topology.node(host).interface().address.ip)

    def side(self, host: str) -> str:
        """Which colour a host has: a router's, or that of private or public addresses."""
        node = self.topology.node(host)
        if node.forwards:
            return "router"
        return "private" if node.interface().network in _hidden(self.topology) else "public"


def window(comparison: Match | Mismatch) -> Window:
    """The rows worth showing."""
    rows: Sequence[Row] = comparison.rows
    blamed = next((number for number, row in enumerate(rows) if not row.ok), None)
    begin = max(0, (blamed or 0) - _BEFORE)
    shown = tuple(rows[begin : begin + _BEFORE + _AFTER])
    return Window(shown, None if blamed is None else blamed - begin, begin, len(rows) - begin - len(shown))


def _without_middle(packets: list[Passed]) -> list[Passed | None]:
    half = MOST_PACKETS // 2
    return [*packets] if len(packets) <= MOST_PACKETS else [*packets[:half], None, *packets[-half:]]


def _hidden(topology: Topology) -> set[str]:
    """The networks behind routers that translate."""
    routers = [node for node in topology.nodes.values() if node.nat]
    return {interface.network for node in routers for interface in node.interfaces if interface.network != node.nat}
