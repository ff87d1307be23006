"""All transcripts of a scenario against their templates: one search, forwards and back, for bindings that suit all.

It goes depth first through the observations in their order and remembers where it has been in vain: a place in a
template, a line, and the values of those variables that still matter from there on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.transcript.matching import TooManyWays
from lab.transcript.template import AnyOrder, Skip, lines_of
from lab.transcript.walk import Position

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from lab.transcript.bindings import Bindings
    from lab.transcript.matching import Budget
    from lab.transcript.walk import Walk

_START = Position()


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the search: `line` is the next line of that observation, `before` the point it was reached from."""

    observation: int
    position: Position
    line: int
    bindings: Bindings
    before: Node | None = None


@dataclass(frozen=True)
class Track:
    """One observation as the search sees it."""

    walk: Walk
    texts: Sequence[str]

    def text(self, line: int) -> str | None:
        """That line, or None after the last."""
        return self.texts[line] if line < len(self.texts) else None


@dataclass(frozen=True)
class Found:
    """Where a search ended: at a solution, or at the furthest point it reached."""

    node: Node
    is_solution: bool
    is_exhausted: bool = False

    def path(self) -> list[Node]:
        """The points that led there, in order."""
        nodes = []
        node: Node | None = self.node
        while node is not None:
            nodes.append(node)
            node = node.before
        return nodes[::-1]


class Search:
    """One search for one solution, within a budget."""

    def __init__(self, tracks: Sequence[Track], budget: Budget) -> None:
        self._tracks = tracks
        self._budget = budget
        self._names = names_from_here(tracks)
        self._been: set[Hashable] = set()

    def run(self, first: int, bindings: Bindings, position: Position = _START) -> Found:
        """The solution for the tracks from `first` on, with short holes and early lines; else the furthest point."""
        best = Node(first, position, 0, bindings)
        ways = [iter((best,))]
        try:
            while ways:
                node = next(ways[-1], None)
                if node is None:
                    ways.pop()
                    continue
                if node.observation == len(self._tracks):
                    return Found(node, is_solution=True)
                self._budget.spend()
                if self._is_new(node):
                    if self._progress(node) > self._progress(best):
                        best = node
                    ways.append(self._onward(node))
        except TooManyWays:
            return Found(best, is_solution=False, is_exhausted=True)
        return Found(best, is_solution=False)

    def _is_new(self, node: Node) -> bool:
        """Whether the search has not been at such a point before."""
        key = self._key(node)
        if key in self._been:
            return False
        self._been.add(key)
        return True

    def _key(self, node: Node) -> Hashable:
        """Equal for points from which the same ways lead on."""
        walk, position = self._tracks[node.observation].walk, node.position
        names = self._names[node.observation]
        if position.done > 1 and walk.is_first_run(position, node.bindings):
            return node.observation, position.item, node.line, node.bindings.stamp(names[position.item + 1])
        return node.observation, position, node.line, node.bindings.stamp(names[position.item])

    def _onward(self, node: Node) -> Iterator[Node]:
        track = self._tracks[node.observation]
        if track.walk.is_end(node.position):
            if node.line == len(track.texts):
                yield Node(node.observation + 1, _START, 0, node.bindings, node)
        elif isinstance(track.walk.template.items[node.position.item], Skip):
            yield from self._beyond_skip(node, track)
        else:
            for move in track.walk.moves(node.position, track.text(node.line), node.bindings, self._budget):
                yield Node(node.observation, move.to, node.line + move.is_over, move.bindings, node)

    def _beyond_skip(self, node: Node, track: Track) -> Iterator[Node]:
        """After `...` the next item may begin at any later line; nothing follows a last one but the end."""
        item, end = node.position.item + 1, len(track.texts)
        if item == len(track.walk.template.items):
            yield Node(node.observation, Position(item), end, node.bindings, node)
            return
        yield Node(node.observation, Position(item, 0, node.position.column), node.line, node.bindings, node)
        for line in range(node.line + 1, end + 1):
            if not self._is_new(Node(node.observation, Position(item - 1), line, node.bindings)):
                return
            yield Node(node.observation, Position(item), line, node.bindings, node)

    def _progress(self, node: Node) -> tuple[int, int, int, int, int]:
        """Further is: a later transcript, a later item, more of it, a later line."""
        done = node.position.done
        items = self._tracks[node.observation].walk.template.items
        if node.position.item < len(items) and isinstance(items[node.position.item], AnyOrder):
            done = done.bit_count()
        return node.observation, node.position.item, done, node.line, node.position.column


def names_from_here(tracks: Sequence[Track]) -> list[list[tuple[str, ...]]]:
    """For each track and item, and for its end: the variables that occur there or later, in any track."""
    names: tuple[str, ...] = ()
    result: list[list[tuple[str, ...]]] = []
    for track in reversed(tracks):
        of_track = [names]
        for item in reversed(track.walk.template.items):
            more = {name for line in lines_of(item) for name in line.names} - set(names)
            names = (*names, *sorted(more)) if more else names
            of_track.append(names)
        result.append(of_track[::-1])
    return result[::-1]
