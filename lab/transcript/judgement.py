"""The verdict on all that was seen: pure, from scratch, and the same however the programs' output interleaved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.transcript.bindings import Length
from lab.transcript.blame import mismatch
from lab.transcript.matching import Budget
from lab.transcript.outcome import Match, Mismatch
from lab.transcript.rows import matched_rows
from lab.transcript.scan import list_names
from lab.transcript.search import Search, Track
from lab.transcript.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.transcript.bindings import Bindings
    from lab.transcript.kinds import Setting
    from lab.transcript.search import Found
    from lab.transcript.template import Template
    from lab.transcript.transcript import Transcript

_STEPS = 600_000
_STEPS_A_LINE = 10


@dataclass(frozen=True)
class Observation:
    """What was seen and what was expected of it; `index` is the number of the repetition, from 0, under `repeat: N`."""

    template: Template
    transcript: Transcript
    setting: Setting
    index: int | None = None


@dataclass(frozen=True)
class Judgement:
    """One result for each observation, in their order, and what the variables stand for."""

    bindings: Bindings
    results: tuple[Match | Mismatch, ...]

    @property
    def ok(self) -> bool:
        """Whether one set of values satisfies all templates."""
        return all(result.ok for result in self.results)


def judge(observations: Sequence[Observation], bindings: Bindings) -> Judgement:
    """Find values for all variables that satisfy all observations, which come in the order of the scenario's file.

    When there are none, the observation that the search could not get through is the mismatch, and what follows it is
    judged by the values found so far. `bindings` are those known from the start. Never raises; gives up with that
    reason, as a mismatch, when there are too many ways to try.
    """
    bindings = _with_lists(observations, bindings)
    tracks = [
        Track(Walk(seen.template, seen.setting, seen.transcript.source, seen.index), seen.transcript.texts())
        for seen in observations
    ]
    left = _STEPS + _STEPS_A_LINE * sum(len(track.texts) for track in tracks)
    results: list[Match | Mismatch] = []
    while len(results) < len(tracks):
        budget = Budget(left // 2)  # half, so that something is left for what comes after a search in vain
        found = Search(tracks, budget).run(len(results), bindings)
        left -= left // 2 - max(budget.left, 0)
        results += _results(found, tracks, len(results))
        bindings = found.node.bindings
    return Judgement(bindings, tuple(results))


def _results(found: Found, tracks: Sequence[Track], first: int) -> list[Match | Mismatch]:
    """Matches up to the point where the search ended, and the mismatch there."""
    path = found.path()
    results: list[Match | Mismatch] = []
    for number in range(first, len(tracks)):
        part = [node for node in path if node.observation == number]
        if number < found.node.observation:
            results.append(Match(tuple(matched_rows(tracks[number], part))))
        elif number == found.node.observation:
            results.append(mismatch(tracks[number], part, is_exhausted=found.is_exhausted))
    return results


def _with_lists(observations: Sequence[Observation], bindings: Bindings) -> Bindings:
    """Says which variables are lists, and how long those are that repeated steps fill."""
    lists = list_names(((seen.template, seen.index is not None) for seen in observations), bindings.hosts)
    bindings = bindings.with_lists(lists)
    for name in lists:
        repeated = [seen for seen in observations if seen.index is not None and name in _names(seen.template)]
        if repeated:
            last = max(repeated, key=lambda seen: seen.index or 0)
            length = Length((last.index or 0) + 1, last.template.place, last.transcript.source)
            bindings = bindings.measure(name, length)
    return bindings


def _names(template: Template) -> set[str]:
    return {name for line in template.lines() for name in (hole.name for hole in line.holes) if name}
