"""One value of a variable, and the list that a variable has when something is repeated.

A list grows by one item for each repetition, possibly 100,000 of them, and every state of a search has its own: so a
longer list shares what it has in common with the one it grew from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.transcript.transcript import Place

_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Bound:
    """A value of a variable. `place` and `source` (a template's line, a transcript) are None for hosts' addresses.

    `index` is the item of a list, from 0.
    """

    name: str
    value: str
    index: int | None = None
    place: Place | None = None
    source: str | None = None

    @property
    def label(self) -> str:
        """The variable as messages call it: {port}, or {port} (item 2)."""
        return f"{{{self.name}}}" if self.index is None else f"{{{self.name}}} (item {self.index + 1})"

    @property
    def origin(self) -> str:
        """Where it was bound, in words; a host's address stands in the topology."""
        return f"bound by {self.source}, {self.place}" if self.place else "the address of that host"


@dataclass(frozen=True, slots=True)
class Items:
    """A list that shares its beginning with the list it grew from. `stamp` tells different lists apart."""

    chunks: tuple[tuple[Bound | None, ...], ...] = ()
    tail: tuple[Bound | None, ...] = ()
    stamp: int = 0

    def __len__(self) -> int:
        return len(self.chunks) * _CHUNK + len(self.tail)

    def __iter__(self) -> Iterator[Bound]:
        for chunk in (*self.chunks, self.tail):
            yield from filter(None, chunk)

    def get(self, index: int) -> Bound | None:
        """The item, or None when nothing has bound it."""
        chunk, within = divmod(index, _CHUNK)
        values = self.chunks[chunk] if chunk < len(self.chunks) else self.tail if chunk == len(self.chunks) else ()
        return values[within] if within < len(values) else None

    def put(self, index: int, bound: Bound) -> Items:
        """With that item, which nothing has bound before."""
        stamp = self.stamp ^ hash((index, bound.value))
        if index < len(self):
            return _items([*self.chunks, self.tail], index, bound, stamp)
        grown = self
        while len(grown) < index:
            grown = _appended(grown, None, 0)
        return _appended(grown, bound, stamp)


def _appended(items: Items, bound: Bound | None, stamp: int) -> Items:
    tail = (*items.tail, bound)
    return Items((*items.chunks, tail), (), stamp) if len(tail) == _CHUNK else Items(items.chunks, tail, stamp)


def _items(chunks: list[tuple[Bound | None, ...]], index: int, bound: Bound, stamp: int) -> Items:
    """Fill a gap: repetitions that run at the same time bind in any order."""
    chunk, within = divmod(index, _CHUNK)
    chunks[chunk] = (*chunks[chunk][:within], bound, *chunks[chunk][within + 1 :])
    return Items(tuple(chunks[:-1]), chunks[-1], stamp)


def merged(first: Items, second: Items) -> Items:
    """All items of both; where both have one, the first's."""
    if first is second or first.stamp == second.stamp:
        return first
    both = first
    for bound in second:
        if bound.index is not None and both.get(bound.index) is None:
            both = both.put(bound.index, bound)
    return both
