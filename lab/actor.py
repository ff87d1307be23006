"""A program on the stage of a scenario: its process, and the dialogue that knows what to type and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from lab.record import TypedAt

if TYPE_CHECKING:
    from lab.process import Process
    from lab.scenario import Run, Start
    from lab.transcript import Bindings, Line, Mismatch, Typed


class Conversation(Protocol):
    """Who follows a program's output and says what is to be typed: `lab.transcript.Dialogue` tells what it means."""

    stuck: Mismatch | None

    @property
    def waiting_for(self) -> str | None: ...

    @property
    def is_complete(self) -> bool: ...

    @property
    def bindings(self) -> Bindings: ...

    def learn(self, bindings: Bindings) -> None: ...

    def feed(self, line: Line) -> None: ...

    def next_typing(self, partial: str) -> Typed | None: ...


@dataclass
class Actor:
    """One execution of a step while it goes on; without a dialogue it may print what it likes, and nobody types."""

    step: Start | Run
    index: int | None
    argv: tuple[str, ...]
    process: Process
    dialogue: Conversation | None
    typed: list[TypedAt] = field(default_factory=list)
    _heard: int = 0

    def play(self, bindings: Bindings) -> bool:
        """Follow what it has printed since the last time and type what is now due; True when there was anything new.

        `bindings` are those of all programs: what another one printed may be what this one is to be told.
        """
        if self.dialogue is None:
            return False
        self.dialogue.learn(bindings)
        lines = self.process.output.complete_lines(self._heard)
        for line in lines:
            self.dialogue.feed(line)
        self._heard += len(lines)
        return self._type_what_is_due(self.dialogue) or bool(lines)

    @property
    def is_stuck(self) -> bool:
        """It has printed something that will never match, whatever comes."""
        return self.dialogue is not None and self.dialogue.stuck is not None

    @property
    def is_hopeless(self) -> bool:
        """There is more to type, and what it printed leaves no way to get there."""
        return self.is_stuck and self.waiting_for is not None

    @property
    def is_satisfied(self) -> bool:
        """It has printed all that is expected of it, or something that will never match."""
        return self.dialogue is None or self.dialogue.is_complete or self.is_stuck

    @property
    def waiting_for(self) -> str | None:
        """The prompt that has not come yet."""
        return self.dialogue.waiting_for if self.dialogue else None

    def _type_what_is_due(self, dialogue: Conversation) -> bool:
        has_typed = False
        while (due := dialogue.next_typing(partial := self.process.output.partial)) is not None:
            has_typed = True
            line = len(self.process.output.complete_lines())
            self.typed.append(TypedAt(line=line, column=len(partial), text=due.text))
            if due.is_key:
                self.process.press(due.text)
            else:
                self.process.type(due.text)
        return has_typed
