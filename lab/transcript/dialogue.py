"""A template while its program still runs: what is to be typed now, what is bound so far, and whether all hope is lost.

It keeps every place in the template where the program may have got to, a few at most, and never looks back at a line:
a line costs the same after 100,000 others. The verdict is not its business but `judge`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.transcript.blame import mismatch
from lab.transcript.matching import Budget, TooManyWays
from lab.transcript.pieces import Text
from lab.transcript.scan import list_names
from lab.transcript.search import Search, Track, names_from_here
from lab.transcript.template import Expected, lines_of
from lab.transcript.walk import Position, Walk

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from lab.transcript.bindings import Bindings
    from lab.transcript.kinds import Setting
    from lab.transcript.outcome import Mismatch
    from lab.transcript.template import Template, Typing
    from lab.transcript.transcript import Line

_STATES = 64
_STEPS = 20_000


@dataclass(frozen=True)
class Typed:
    """What to type now: a text and Enter, or (`is_key`) the key ^C or ^D."""

    text: str
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """Somewhere the program may have got to, at the beginning of a line."""

    position: Position
    bindings: Bindings


class Dialogue:
    """Follows one program's output through its template.

    `bindings` are those of the other transcripts so far; what is only a guess there does not constrain this one.
    """

    def __init__(
        self, template: Template, bindings: Bindings, setting: Setting, index: int | None = None, *, source: str = ""
    ) -> None:
        self._walk = Walk(template, setting, source or f"the program on {setting.host}", index)
        known = {*bindings.hosts, *bindings.scalars}
        self._others = bindings.with_lists(list_names([(template, index is not None)], known))
        self._states = [_State(Position(), self._others.certain())]
        self._names = names_from_here([Track(self._walk, ())])[0]
        self._typed = 0
        self._partial = ""
        self._has_dropped = False
        self.stuck: Mismatch | None = None
        """Why nothing that may still come can make the transcript match; None while something can, or nobody knows."""

    @property
    def waiting_for(self) -> str | None:
        """The prompt, as it is written, that comes before the next thing typed; None when all is typed.

        Where nothing stands before what is typed, the line above it.
        """
        above = ""
        for line in self._walk.template.lines():
            if line.typing and line.typing.number == self._typed:
                return line.prompt or above
            above = line.source
        return None

    @property
    def is_complete(self) -> bool:
        """All that is expected has been seen: if the program ends now, that is right."""
        if self.stuck:
            return False
        states: Iterable[_State] = self._states
        if self._partial:
            budget = Budget(_STEPS)
            states = [over for state in self._states for over in self._over(state, self._partial, budget)]
        return any(self._may_end(state) for state in states)

    @property
    def bindings(self) -> Bindings:
        """What is known so far: what this transcript binds, which may be guesses, and what is certain in the others."""
        first, *rest = (state.bindings for state in self._states)
        doubtful = (name for name in first.names if any(other.stamp([name]) != first.stamp([name]) for other in rest))
        return first.guessing(first.names if self._has_dropped else doubtful).union(self._others.certain())

    def learn(self, bindings: Bindings) -> None:
        """Other transcripts have bound more, which can be typed now."""
        self._others = self._others.union(bindings)

    def feed(self, line: Line) -> None:
        """The next line is complete."""
        self._partial = ""
        if self.stuck:
            return
        budget = Budget(_STEPS)
        after: dict[Hashable, _State] = {}
        try:
            for state in self._states:
                for reached in self._over(state, line.text, budget):
                    after.setdefault(self._key(reached), reached)
                    if len(after) == _STATES:
                        raise TooManyWays  # noqa: TRY301
        except TooManyWays:
            self._has_dropped = True
        if after:
            self._states = list(after.values())
        elif not self._has_dropped:
            self.stuck = self._mismatch(line.text)

    def next_typing(self, partial: str) -> Typed | None:
        """What is due when `partial` stands in the last, unfinished line; each thing is returned once.

        A prompt that was printed as a whole line, before anything was typed, counts too.
        """
        self._partial = partial
        budget = Budget(_STEPS)
        try:
            for state in self._states if not self.stuck else ():
                for typing, bindings in self._due(state, partial, budget):
                    text = self._text(typing, bindings)
                    if text is not None:
                        self._typed += 1
                        return Typed(text, typing.is_key)
        except TooManyWays:
            return None
        return None

    def _may_end(self, state: _State) -> bool:
        """Nothing that must come is left there."""
        pending = [state]
        while pending:
            here = pending.pop()
            if self._walk.is_end(here.position):
                return True
            moves = self._walk.moves(here.position, None, here.bindings, Budget(_STEPS))
            pending += (_State(move.to, move.bindings) for move in moves)
        return False

    def _over(self, state: _State, text: str, budget: Budget) -> Iterator[_State]:
        """Where the program may be after this line, the likeliest first."""
        ways = [self._walk.moves(state.position, text, state.bindings, budget)]
        while ways:
            move = next(ways[-1], None)
            if move is None:
                ways.pop()
            elif move.is_over:
                yield _State(move.to, move.bindings)
            else:
                ways.append(self._walk.moves(move.to, text, move.bindings, budget))

    def _due(self, state: _State, partial: str, budget: Budget) -> Iterator[tuple[Typing, Bindings]]:
        """The next thing to type, if this state has come to it or past it."""
        items = self._walk.template.items
        pending = [state]
        while pending:
            here = pending.pop()
            item = None if self._walk.is_end(here.position) else items[here.position.item]
            typing = item.typing if isinstance(item, Expected) else None
            passed = self._passed(here.position)
            if passed is not None and here is state:
                yield passed, here.bindings
            elif isinstance(item, Expected) and typing and typing.number == self._typed:
                ends = self._walk.prompts(item, here.position, partial, here.bindings, budget)
                yield from ((typing, bindings) for end, bindings in ends if end == len(partial))
            else:
                pending += reversed([*self._within(here, typing, partial, budget)])

    def _within(self, here: _State, typing: Typing | None, partial: str, budget: Budget) -> Iterator[_State]:
        """Where the unfinished line may have got to without being over.

        After a text was typed on a terminal its echo comes first, so that what is due at the beginning of a line is not
        typed into the middle of this one.
        """
        awaits_echo = typing is not None and self._walk.setting.echo and not typing.is_key
        for move in self._walk.moves(here.position, partial, here.bindings, budget, may_go_on=True):
            if not move.is_over and not (awaits_echo and move.to.column == len(partial)):
                yield _State(move.to, move.bindings)

    def _passed(self, position: Position) -> Typing | None:
        """What should have been typed before this position."""
        for item in self._walk.template.items[: position.item]:
            for line in lines_of(item):
                if line.typing and line.typing.number == self._typed:
                    return line.typing
        return None

    def _text(self, typing: Typing, bindings: Bindings) -> str | None:
        """What to type, once all its variables are known."""
        parts = []
        for piece in typing.pieces:
            if isinstance(piece, Text):
                parts.append(piece.text)
            elif piece.name:
                index = self._walk.index
                bound = bindings.get(piece.name, index) or self._others.get(piece.name, index)
                if bound is None:
                    return None
                parts.append(bound.value)
        return "".join(parts)

    def _key(self, state: _State) -> Hashable:
        return state.position, state.bindings.stamp(self._names[state.position.item])

    def _mismatch(self, text: str) -> Mismatch:
        """The best explanation of the line that no state can get over."""
        track = Track(self._walk, (text,))
        ends = [Search([track], Budget(_STEPS)).run(0, state.bindings, state.position) for state in self._states]
        return mismatch(track, max(ends, key=lambda found: found.node.position).path())
