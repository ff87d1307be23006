"""Which variable has which value, and where each got it. Immutable: whoever binds gets new bindings.

A variable is one value or a list of values.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lab.errors import UsageError, did_you_mean
from lab.transcript.items import Bound, Items, merged
from lab.transcript.pieces import Hole, Malformed, Text, parse

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from lab.topology import Address
    from lab.transcript.transcript import Place


@dataclass(frozen=True, slots=True)
class Length:
    """How many items a list must have, and who says so."""

    count: int
    place: Place
    source: str


@dataclass(frozen=True)
class Bindings:
    """All variables bound so far; iterate for those that transcripts have bound, in the order they were.

    `lists` are the names whose variables are lists; `are_lists_known` when `scan` has said which, otherwise those who
    match find out from the templates they have. `guesses` are names whose value a program that is still running may
    yet change: good enough to type or to start a command with, not to judge by.
    """

    hosts: Mapping[str, Bound] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    scalars: Mapping[str, Bound] = field(default_factory=dict)
    items: Mapping[str, Items] = field(default_factory=dict)
    lengths: Mapping[str, Length] = field(default_factory=dict)
    guesses: frozenset[str] = frozenset()
    are_lists_known: bool = False

    @classmethod
    def of(cls, addresses: Mapping[str, Address], lists: Iterable[str] | None = None) -> Bindings:
        """What is bound from the start, `host` and `host.network`, and what `scan` said of lists."""
        hosts = {name: Bound(name, str(address)) for name, address in addresses.items()}
        return cls(hosts, frozenset(lists or ()), are_lists_known=lists is not None)

    def __iter__(self) -> Iterator[Bound]:
        yield from self.scalars.values()
        for items in self.items.values():
            yield from items

    @property
    def names(self) -> frozenset[str]:
        """The variables that transcripts have bound."""
        return frozenset((*self.scalars, *self.items))

    def with_lists(self, names: Iterable[str]) -> Bindings:
        """With those variables as lists too, unless it is known which are."""
        return self if self.are_lists_known else replace(self, lists=self.lists | frozenset(names))

    def is_list(self, name: str) -> bool:
        """Whether the variable is a list."""
        return name in self.lists and name not in self.hosts

    def get(self, name: str, index: int | None = None) -> Bound | None:
        """What the variable is bound to; of a list that item, or without an index nothing."""
        if (bound := self.hosts.get(name)) is not None:
            return bound
        if name in self.lists:
            items = self.items.get(name)
            return items.get(index) if items is not None and index is not None else None
        return self.scalars.get(name)

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a variable: one, or those of its list in order; none when it is unbound."""
        if self.is_list(name):
            return tuple(bound.value for bound in self.items.get(name, ()))
        bound = self.get(name)
        return (bound.value,) if bound else ()

    def length(self, name: str) -> int:
        """How many items of a list are bound, gaps included."""
        return len(self.items.get(name, ()))

    def bind(self, bound: Bound) -> Bindings:
        """With one more variable or item, unbound until now."""
        if bound.index is None:
            return self._with(scalars={**self.scalars, bound.name: bound})
        grown = self.items.get(bound.name, Items()).put(bound.index, bound)
        return self._with(items={**self.items, bound.name: grown})

    def measure(self, name: str, length: Length) -> Bindings:
        """With the length that this list must have from now on."""
        return self._with(lengths={**self.lengths, name: length})

    def stamp(self, names: Iterable[str]) -> tuple[Hashable, ...]:
        """Equal for two bindings when no template that uses only these names can tell them apart."""
        return tuple(self._stamp(name) for name in names)

    def fill(self, text: str, index: int | None = None) -> str:
        """The text with each {name} replaced by its value; in repetition `index`, by that item of a list.

        Raises UsageError when a variable is unbound, a list, or the text malformed.
        """
        return "".join(self._value(piece, index) for piece in _parsed(text))

    def fill_each(self, text: str) -> tuple[str, ...]:
        """The text once for each item of the lists in it; once when there is none. Raises UsageError as `fill` does."""
        names = [piece.name for piece in _parsed(text) if isinstance(piece, Hole) and piece.name]
        counts = [max(1, self.length(name)) for name in names if self.is_list(name)]
        return tuple(self.fill(text, index) for index in range(max(counts))) if counts else (self.fill(text),)

    def union(self, other: Bindings) -> Bindings:
        """Both; where they differ ours, or the other's if ours was a guess."""
        scalars = {**other.scalars, **self.scalars}
        scalars.update((name, other.scalars[name]) for name in self.guesses if name in other.scalars)
        items = dict(self.items)
        for name, more in other.items.items():
            mine = items.get(name)
            items[name] = more if mine is None else merged(more, mine) if name in self.guesses else merged(mine, more)
        guesses = (self.guesses & other.guesses) | (self.guesses - other.names) | (other.guesses - self.names)
        return replace(self.with_lists(other.lists), scalars=scalars, items=items, lengths={}, guesses=guesses)

    def guessing(self, names: Iterable[str]) -> Bindings:
        """With exactly those names as guesses."""
        return replace(self, guesses=frozenset(names))

    def certain(self) -> Bindings:
        """Without the guesses."""
        if not self.guesses:
            return self
        scalars = {name: bound for name, bound in self.scalars.items() if name not in self.guesses}
        items = {name: items for name, items in self.items.items() if name not in self.guesses}
        return replace(self, scalars=scalars, items=items, guesses=frozenset())

    def _with(
        self,
        scalars: Mapping[str, Bound] | None = None,
        items: Mapping[str, Items] | None = None,
        lengths: Mapping[str, Length] | None = None,
    ) -> Bindings:
        return Bindings(
            self.hosts,
            self.lists,
            scalars or self.scalars,
            items or self.items,
            lengths or self.lengths,
            self.guesses,
            self.are_lists_known,
        )

    def _stamp(self, name: str) -> Hashable:
        if name in self.lists:
            items = self.items.get(name)
            return (items.stamp if items else None, self.lengths.get(name))
        bound = self.scalars.get(name)
        return bound.value if bound else None

    def _value(self, piece: Text | Hole, index: int | None) -> str:
        if isinstance(piece, Text):
            return piece.text
        if piece.name is None or piece.kind:
            raise UsageError(f"{piece} asks for a value; only a variable, written {{name}}, has one")
        bound = self.get(piece.name, index)
        if bound is not None:
            return bound.value
        if self.is_list(piece.name) and self.length(piece.name):
            if index is None:
                raise UsageError(f"{piece} is a list of {self.length(piece.name)}; one value is needed here")
            raise UsageError(f"nothing has bound item {index + 1} of {piece} yet")
        known = {*self.hosts, *self.names} - {piece.name}
        raise UsageError(f"nothing has bound {piece} yet{did_you_mean(piece.name, known)}")


def _parsed(text: str) -> tuple[Text | Hole, ...]:
    try:
        return parse(text)
    except Malformed as error:
        raise UsageError(str(error)) from None
