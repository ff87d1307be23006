"""Who types while a scenario is recorded: no transcript tells yet what a prompt looks like, so they listen for silence.

A program that stands at an unfinished line and says nothing more has asked for something. One that shows no prompt at
all gets what is left to type when the whole stage has been silent for longer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import UsageError
from lab.transcript import Dialogue, Typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.transcript import Bindings, Line, Mismatch

PROMPT_S = 0.25
"""So long an unfinished line must stand to be a prompt."""

SILENCE_S = 1.5
"""So long nobody may print or be typed to before something is typed without a prompt."""


@dataclass
class Silence:
    """Since when the whole stage has been silent."""

    since_s: float


class Typist:
    """Types the lines of one program in their order; a `lab.actor.Conversation`.

    `lines` are texts with {variables}, or keys. `guide` follows the transcript that is about to be replaced, for the
    variables that commands and typed lines need.
    """

    stuck: Mismatch | None = None
    """Nothing is expected, so nothing can be wrong."""

    waiting_for: str | None = None
    """No prompt is known."""

    def __init__(
        self,
        lines: Sequence[Typed],
        bindings: Bindings,
        silence: Silence,
        guide: Dialogue | None = None,
        *,
        index: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left = list(lines)
        self._known = bindings
        self._silence = silence
        self._guide = guide
        self._index = index
        self._clock = clock
        self._partial = ""
        self._is_asking = False
        self._changed_s = 0.0
        self._note_change()

    @property
    def is_complete(self) -> bool:
        """All is typed, and it has been silent long enough to have nothing more to say."""
        return not self._left and self._clock() - self._changed_s >= PROMPT_S

    @property
    def bindings(self) -> Bindings:
        """What the guide has found, as far as it got."""
        return self._guide.bindings if self._guide else self._known

    def learn(self, bindings: Bindings) -> None:
        """Other programs have printed more."""
        self._known = self._known.union(bindings)
        if self._guide:
            self._guide.learn(bindings)

    def feed(self, line: Line) -> None:
        """The next line is complete."""
        if self._guide:
            self._guide.feed(line)
        self._partial, self._is_asking = "", False
        self._note_change()

    def next_typing(self, partial: str) -> Typed | None:
        """What is due when `partial` has stood long enough in the last, unfinished line."""
        if partial != self._partial:
            self._partial, self._is_asking = partial, bool(partial)
            self._note_change()
        now_s = self._clock()
        is_prompt = self._is_asking and now_s - self._changed_s >= PROMPT_S
        if not self._left or not (is_prompt or now_s - self._silence.since_s >= SILENCE_S):
            return None
        due = self._left[0]
        if not due.is_key:
            try:
                due = Typed(self._known.fill(due.text, self._index))
            except UsageError:  # somebody may yet print it
                return None
        del self._left[0]
        self._is_asking = False  # until its echo, or anything else, has come
        self._note_change()
        return due

    def _note_change(self) -> None:
        self._changed_s = self._silence.since_s = self._clock()
