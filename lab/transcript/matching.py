"""One line: does this text fit these pieces, and what do the holes then stand for? In every way that it does.

A hole is as short as it can be first. The search comes back for longer ones when a kind, or the same variable further
on, does not accept the short one; it remembers what has failed, and a budget ends what would take too long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.transcript.items import Bound
from lab.transcript.kinds import KINDS
from lab.transcript.pieces import Hole, Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from lab.transcript.bindings import Bindings
    from lab.transcript.kinds import Setting
    from lab.transcript.pieces import Piece
    from lab.transcript.transcript import Place

_CHARACTERS_A_STEP = 1024
_CHARACTERS_A_NAME = 64


class TooManyWays(Exception):
    """The budget is used up; nothing is known then."""


class Budget:
    """Bounds a search in steps (about a microsecond or a kilobyte each); raises TooManyWays."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, characters: int = 0) -> None:
        """One step, and more for a long text."""
        self.left -= 1 + characters // _CHARACTERS_A_STEP
        if self.left < 0:
            raise TooManyWays


@dataclass(frozen=True, slots=True)
class Scene:
    """What a line's holes need to know besides the text: where it was seen, where it is written.

    `index` is the item of a list that is meant here.
    """

    setting: Setting
    source: str
    place: Place
    index: int

    def bound(self, name: str, bindings: Bindings) -> Bound | None:
        """The variable as it is known here."""
        return bindings.get(name, self.index)

    def bind(self, name: str, value: str, bindings: Bindings) -> Bindings:
        """The variable gets its value here."""
        index = self.index if bindings.is_list(name) else None
        return bindings.bind(Bound(name, value, index, self.place, self.source))


@dataclass
class _Frame:
    """The ways to go on after one piece; `key` is what the outcome depends on."""

    ways: Iterator[tuple[int, Bindings]]
    key: Hashable
    is_fruitful: bool = False


@dataclass(frozen=True, slots=True)
class Matcher:
    """Pieces against a text from `start` on: to its end, or (`to_end` False) only a beginning of it."""

    pieces: tuple[Piece, ...]
    text: str
    scene: Scene
    budget: Budget
    to_end: bool = True
    allow_empty: bool = False

    def ways(self, start: int, bindings: Bindings) -> Iterator[tuple[int, Bindings]]:
        """Where each way to fit ends, and what is bound then."""
        self.budget.spend()
        if not self._may_fit(start):
            return
        if not self.pieces:
            yield start, bindings
            return
        failed: set[Hashable] = set()
        again = self._names_again()
        frames = [_Frame(self._after(0, start, bindings), None)]
        while frames:
            way = next(frames[-1].ways, None)
            if way is None:
                done = frames.pop()
                if not done.is_fruitful:
                    failed.add(done.key)
                elif frames:
                    frames[-1].is_fruitful = True
                continue
            position, bound = way
            if len(frames) == len(self.pieces):
                if position == len(self.text) or not self.to_end:
                    frames[-1].is_fruitful = True
                    yield way
                continue
            number = len(frames)
            self.budget.spend(_CHARACTERS_A_NAME * len(again[number]))
            key = (number, position, *(self.scene.bound(name, bound) for name in again[number]))
            if key not in failed:
                frames.append(_Frame(self._after(number, position, bound), key))

    def _may_fit(self, start: int) -> bool:
        """A quick no: every literal must be there, in order."""
        at = start
        for number, piece in enumerate(self.pieces):
            if isinstance(piece, Text):
                found = self.text.find(piece.text, at) if number else start if self._is_at(piece.text, start) else -1
                if found < 0:
                    self.budget.spend(len(self.text) - at)
                    return False
                at = found + len(piece.text)
        if not self.to_end:
            return True
        last = self.pieces[-1] if self.pieces else None
        return self.text.endswith(last.text) if isinstance(last, Text) else bool(last) or start == len(self.text)

    def _is_at(self, text: str, position: int) -> bool:
        return self.text.startswith(text, position)

    def _names_again(self) -> list[list[str]]:
        """For each piece: the names from there on that also stand before it, so that its fit depends on them."""
        places: dict[str, list[int]] = {}
        for number, piece in enumerate(self.pieces):
            if isinstance(piece, Hole) and piece.name:
                places.setdefault(piece.name, []).append(number)
        again: list[list[str]] = [[] for _ in self.pieces]
        for name, numbers in places.items():
            for number in range(numbers[0] + 1, numbers[-1] + 1):
                again[number].append(name)
        return again

    def _after(self, number: int, position: int, bindings: Bindings) -> Iterator[tuple[int, Bindings]]:
        """Every position that the piece of that number can end at."""
        self.budget.spend()
        piece = self.pieces[number]
        if isinstance(piece, Text):
            if self._is_at(piece.text, position):
                yield position + len(piece.text), bindings
            return
        kind = KINDS[piece.kind] if piece.kind else None
        known = self.scene.bound(piece.name, bindings) if piece.name else None
        if known is not None:
            if self._is_at(known.value, position) and not (kind and kind.objection(known.value, self.scene.setting)):
                yield position + len(known.value), bindings
            return
        for end in self._ends(number, position):
            self.budget.spend(end - position + _CHARACTERS_A_NAME * len(bindings.scalars))
            value = self.text[position:end]
            if not (kind and kind.objection(value, self.scene.setting)):
                yield end, self.scene.bind(piece.name, value, bindings) if piece.name else bindings

    def _ends(self, number: int, position: int) -> Iterable[int]:
        """Where an unbound hole may end: before the literal that follows it, and within what its kind allows."""
        piece, limit = self.pieces[number], len(self.text)
        if isinstance(piece, Hole) and piece.kind:
            found = KINDS[piece.kind].characters.match(self.text, position)
            if found is None:
                return ()
            limit = found.end()
        first = position if self.allow_empty else position + 1
        following = self.pieces[number + 1] if number + 1 < len(self.pieces) else None
        if self.to_end and (following is None or (isinstance(following, Text) and number + 2 == len(self.pieces))):
            end = len(self.text) - (len(following.text) if isinstance(following, Text) else 0)
            return (end,) if first <= end <= limit else ()
        if isinstance(following, Text):
            return self._occurrences(following.text, first, limit)
        return range(first, limit + 1)

    def _occurrences(self, text: str, first: int, last: int) -> Iterator[int]:
        found = self.text.find(text, first, last + len(text))
        while found >= 0:
            yield found
            found = self.text.find(text, found + 1, last + len(text))
