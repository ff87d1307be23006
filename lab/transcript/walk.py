"""One template along one transcript: from a position, which positions can the next line lead to?

The judge and the dialogue both go these ways: the one through all of a transcript and back, the other forwards only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from lab.transcript.bindings import Length
from lab.transcript.matching import Budget, Matcher, Scene
from lab.transcript.template import AnyOrder, Expected, Repeated, Skip, Template, Typing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.transcript.bindings import Bindings
    from lab.transcript.kinds import Setting


class Position(NamedTuple):
    """Before which item, and where in the line.

    `done` is, of a `? ` group, the lines already seen (a bit each); of a `* ` line, how often it was seen (1 will do
    when it fills no list). `column` is not 0 when something typed left no line end behind and the line goes on.
    """

    item: int = 0
    done: int = 0
    column: int = 0


class Move(NamedTuple):
    """A way on: to a position, in the next line if this one is `over`."""

    to: Position
    is_over: bool
    bindings: Bindings


class _Here(NamedTuple):
    """A line of text at a position."""

    position: Position
    text: str
    bindings: Bindings
    budget: Budget


@dataclass(frozen=True)
class Walk:
    """A template on its way along a transcript; `index` is the repetition, under `repeat: N`."""

    template: Template
    setting: Setting
    source: str
    index: int | None = None

    def is_end(self, position: Position) -> bool:
        """Nothing more is expected."""
        return position.item == len(self.template.items)

    def scene(self, line: Expected, index: int | None) -> Scene:
        """What the holes of that line need to know; `index` is None where a list has no meaning."""
        return Scene(self.setting, self.source, line.place, index or 0)

    def moves(
        self, position: Position, text: str | None, bindings: Bindings, budget: Budget, *, may_go_on: bool = False
    ) -> Iterator[Move]:
        """All ways on, the likeliest first; `text` is None after the last line.

        `may_go_on`: the text is not a whole line yet.
        """
        if self.is_end(position):
            return
        item = self.template.items[position.item]
        beyond = Position(position.item + 1, 0, position.column)
        here = None if text is None else _Here(position, text, bindings, budget)
        match item:
            case Skip():
                yield Move(beyond, False, bindings)
                if here:
                    yield Move(position._replace(column=0), True, bindings)
            case AnyOrder() if here:
                yield from self._any_order(item, here)
            case Repeated():
                if here and self.room_for(position, bindings) is None:
                    for bound in self._whole(item.line, here, position.done):
                        yield Move(Position(position.item, self._counted(position, bindings)), True, bound)
                closed = self._close(item, position, bindings)
                if closed is not None:
                    yield Move(beyond, False, closed)
            case Expected(typing=None) if here:
                for bound in self._whole(item, here, self.index):
                    yield Move(beyond._replace(column=0), True, bound)
            case Expected(typing=Typing() as typing) if here:
                yield from self._typed(item, typing, here, may_go_on)
            case Expected(typing=Typing()) if not item.pieces:
                yield Move(beyond, False, bindings)

    def prompts(
        self, line: Expected, position: Position, text: str, bindings: Bindings, budget: Budget
    ) -> Iterator[tuple[int, Bindings]]:
        """Where in the text what stands before something typed may end."""
        matcher = Matcher(line.pieces, text, self.scene(line, self.index), budget, to_end=False)
        return matcher.ways(position.column, bindings)

    def room_for(self, position: Position, bindings: Bindings) -> tuple[str, Length] | None:
        """None, or the list that is as long as it may be, so that a `* ` line cannot come once more."""
        for name in self.list_names[position.item]:
            length = bindings.lengths.get(name)
            if length and bindings.is_list(name) and position.done >= length.count:
                return name, length
        return None

    def too_short(self, position: Position, bindings: Bindings) -> tuple[str, Length] | None:
        """None, or the list that must be longer, so that a `* ` line must come once more."""
        for name in self.list_names[position.item]:
            length = bindings.lengths.get(name)
            if length and bindings.is_list(name) and position.done < length.count:
                return name, length
        return None

    def is_first_run(self, position: Position, bindings: Bindings) -> bool:
        """A `* ` line that fills its lists: however many items they have, the next one is new."""
        item = self.template.items[position.item]
        return isinstance(item, Repeated) and all(
            bindings.length(name) <= position.done for name in self.list_names[position.item] if bindings.is_list(name)
        )

    @cached_property
    def list_names(self) -> list[tuple[str, ...]]:
        """For each item that is a `* ` line: its variables, which may be lists."""
        return [
            tuple(dict.fromkeys(hole.name for hole in item.line.holes if hole.name))
            if isinstance(item, Repeated)
            else ()
            for item in self.template.items
        ]

    def _whole(self, line: Expected, here: _Here, index: int | None) -> Iterator[Bindings]:
        """The line fits the text from the position's column to its end."""
        matcher = Matcher(line.pieces, here.text, self.scene(line, index), here.budget)
        return (bound for _, bound in matcher.ways(here.position.column, here.bindings))

    def _any_order(self, group: AnyOrder, here: _Here) -> Iterator[Move]:
        full = (1 << len(group.lines)) - 1
        for number, line in enumerate(group.lines):
            done = here.position.done | 1 << number
            if done != here.position.done:
                to = Position(here.position.item + 1) if done == full else Position(here.position.item, done)
                for bound in self._whole(line, here, self.index):
                    yield Move(to, True, bound)

    def _counted(self, position: Position, bindings: Bindings) -> int:
        """How often a `* ` line has been seen now; not worth telling apart when it fills no list."""
        return position.done + 1 if any(map(bindings.is_list, self.list_names[position.item])) else 1

    def _close(self, item: Repeated, position: Position, bindings: Bindings) -> Bindings | None:
        """The run of `* ` lines ends here; from now on its lists have this length."""
        if not position.done or self.too_short(position, bindings):
            return None
        for name in self.list_names[position.item]:
            if bindings.is_list(name) and name not in bindings.lengths:
                bindings = bindings.measure(name, Length(position.done, item.line.place, self.source))
        return bindings

    def _typed(self, line: Expected, typing: Typing, here: _Here, may_go_on: bool) -> Iterator[Move]:
        """A prompt and what was typed there, which is shown or not.

        With its echo the line is over, unless a key was typed or the template's own line goes on. Without one the line
        may be over, or go on with what the program printed next: on pipes nobody's Enter ends it.
        """
        beyond = Position(here.position.item + 1)
        whole = len(here.text)
        echo = Matcher(typing.pieces, here.text, self.scene(line, self.index), here.budget, to_end=False)
        for end, bound in self.prompts(line, here.position, here.text, here.bindings, here.budget):
            for after, echoed in echo.ways(end, bound):
                if after == whole > end:
                    yield Move(beyond, True, echoed)
                elif after > end and (typing.is_key or typing.inline):
                    yield Move(beyond._replace(column=after), False, echoed)
            if end == whole:
                yield Move(beyond, True, bound)
            if end < whole or end == 0 or may_go_on:
                yield Move(beyond._replace(column=end), False, bound)
