"""Text with holes in it: `{name}`, `{name:kind}`, `{_}`, braces as `{{` and `}}`, and `{}`, which stands for nothing.

Commands and checks are made of such text, and so is every line of a template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.errors import did_you_mean
from lab.transcript.kinds import KINDS

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)?")


class Malformed(ValueError):
    """A text breaks the grammar; the message says how, and the caller knows where."""


@dataclass(frozen=True, slots=True)
class Text:
    """Stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Stands for the value of a variable, or, without a name, for anything."""

    name: str | None
    kind: str | None = None

    def __str__(self) -> str:
        kind = f":{self.kind}" if self.kind else ""
        return f"{{{self.name or '_'}{kind}}}"


Piece = Text | Hole


def parse(written: str) -> tuple[Piece, ...]:
    """The pieces of a text, no two `Text` side by side; raises Malformed."""
    pieces: list[Piece] = []
    at = 0
    while at < len(written):
        piece, at = _next(written, at)
        if isinstance(piece, Text) and pieces and isinstance(pieces[-1], Text):
            pieces[-1] = Text(pieces[-1].text + piece.text)
        elif piece != Text(""):
            pieces.append(piece)
    return tuple(pieces)


def escape(text: str) -> str:
    """The text as it is written where holes may stand, so that it means itself."""
    return text.replace("{", "{{").replace("}", "}}")


def _next(written: str, at: int) -> tuple[Piece, int]:
    if written.startswith(("{{", "}}"), at):
        return Text(written[at]), at + 2
    if written[at] == "}":
        raise Malformed("'}' closes nothing (a brace itself is written '}}')")
    if written[at] == "{":
        end = written.find("}", at)
        if end < 0 or "{" in written[at + 1 : end]:
            raise Malformed(f"'{{' is not closed in {written[at : at + 20]!r} (a brace itself is written '{{{{')")
        return _hole(written[at + 1 : end]), end + 1
    ends = [found for brace in "{}" if (found := written.find(brace, at)) >= 0]
    end = min(ends, default=len(written))
    return Text(written[at:end]), end


def _hole(inside: str) -> Piece:
    name, colon, kind = inside.partition(":")
    if not inside:
        return Text("")
    if name != "_" and not _NAME.fullmatch(name):
        raise Malformed(
            f"'{{{inside}}}' names no variable: a name is letters, digits, '-' and '_', and begins with a letter"
            " (a brace itself is written '{{')"
        )
    if colon and kind not in KINDS:
        raise Malformed(f"unknown kind {kind!r} in '{{{inside}}}'{did_you_mean(kind, KINDS)}")
    return Hole(None if name == "_" else name, kind or None)
