"""What is expected of a transcript: the lines as a person would paste them, with holes. Written text → items.

Lines that are `...`, or begin with `? ` or `* `, are items of their own; a plain line is cut after each thing typed in
it. What stands within a line is read by `pieces`, and matching is elsewhere: an item only says what it expects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from lab.errors import DocumentError
from lab.transcript.pieces import Hole, Malformed, Piece, escape, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.transcript.transcript import Place

KEYS = ("^C", "^D")
_ANY_ORDER, _REPEATED, _SKIP = "? ", "* ", "..."


@dataclass(frozen=True, slots=True)
class Typing:
    """What a person types; `pieces` have holes that are filled by then. `number` counts a template's typings from 0.

    `inline`: the same line of the template goes on after it.
    """

    pieces: tuple[Piece, ...]
    is_key: bool
    number: int
    inline: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """A line, or the part of one that ends in something typed. `source` is how it is written."""

    source: str
    place: Place
    pieces: tuple[Piece, ...]
    typing: Typing | None = None

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes that stand for what is printed, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Hole))

    @property
    def prompt(self) -> str:
        """What is printed before something is typed, as it is written."""
        return self.source.partition("<<")[0] if self.typing else self.source

    @property
    def typed_holes(self) -> tuple[Hole, ...]:
        """The holes in what is typed, in order."""
        return tuple(piece for piece in (self.typing.pieces if self.typing else ()) if isinstance(piece, Hole))

    @property
    def names(self) -> frozenset[str]:
        """Its variables."""
        return frozenset(hole.name for hole in (*self.holes, *self.typed_holes) if hole.name)


@dataclass(frozen=True, slots=True)
class Skip:
    """`...`: any number of lines."""

    place: Place


@dataclass(frozen=True, slots=True)
class AnyOrder:
    """Adjacent lines that begin with `? `: each once, in any order."""

    lines: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A line that begins with `* `: one or more such lines in a row."""

    line: Expected


Item = Expected | Skip | AnyOrder | Repeated


@dataclass(frozen=True)
class Template:
    """A whole expectation. `place` is that of its first line."""

    text: str
    place: Place
    items: tuple[Item, ...]

    @classmethod
    def parse(cls, text: str, place: Place) -> Template:
        """Read a template; raises DocumentError with every line that breaks the grammar."""
        reader = _Reader()
        for number, written in enumerate(_lines(text)):
            reader.read(written, place.below(number))
        if reader.problems:
            raise DocumentError(reader.problems)
        return cls(text, place, reader.all_items())

    @classmethod
    def of(cls, transcript: str, place: Place) -> Template:
        """The template that expects exactly this text."""
        return cls.parse("".join(f"{escape_line(line)}\n" for line in _lines(transcript)), place)

    @property
    def typings(self) -> tuple[Typing, ...]:
        """All that is typed, in order."""
        return tuple(line.typing for line in self.lines() if line.typing)

    def lines(self) -> Iterator[Expected]:
        """Every line that is expected, in the order of the file."""
        for item in self.items:
            yield from lines_of(item)


def lines_of(item: Item) -> tuple[Expected, ...]:
    """The lines that an item expects."""
    match item:
        case Skip():
            return ()
        case AnyOrder(lines):
            return lines
        case Repeated(line):
            return (line,)
        case Expected():
            return (item,)


def escape_line(line: str) -> str:
    """One line of a transcript, written so that a template takes it literally (docs/adr/0002)."""
    written = re.sub("<(?=<)", "<{}", escape(line))
    is_special = written == _SKIP or written.startswith((_ANY_ORDER, _REPEATED))
    return "{}" + written if is_special else written


def _lines(text: str) -> list[str]:
    """What stands before each line end, and after the last one if anything does."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


class _Reader:
    """Reads one line after the other; `problems` are whole messages."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._items: list[Item] = []
        self._group: list[Expected] = []
        self._typings = 0

    def read(self, written: str, place: Place) -> None:
        try:
            if written.startswith(_ANY_ORDER):
                self._group.append(self._whole_line(written, place))
                return
            self._end_group()
            if written.startswith(_REPEATED):
                self._items.append(Repeated(self._whole_line(written, place)))
            elif written != _SKIP:
                self._items.extend(self._parts(written, place))
            elif not (self._items and isinstance(self._items[-1], Skip)):
                self._items.append(Skip(place))
        except Malformed as error:
            self.problems.append(f"{place}: {error}")

    def all_items(self) -> tuple[Item, ...]:
        self._end_group()
        return tuple(self._items)

    def _end_group(self) -> None:
        if self._group:
            self._items.append(AnyOrder(tuple(self._group)))
            self._group = []

    def _whole_line(self, written: str, place: Place) -> Expected:
        """A line that begins with `? ` or `* `."""
        if "<<" in written:
            raise Malformed(
                f"nothing can be typed in a line that begins with {written[:2]!r}: nobody knows when it comes"
                " (a literal '<<' is written '<{}<')"
            )
        return Expected(written, place, _seen(written[2:]))

    def _parts(self, written: str, place: Place) -> Iterator[Expected]:
        """A plain line, cut after each thing typed in it."""
        at = 0
        while (begin := written.find("<<", at)) >= 0:
            end = written.find(">>", begin + 2)
            if end < 0:
                raise Malformed("'<<' is not closed by '>>' (a literal '<<' is written '<{}<')")
            pieces = _seen(written[at:begin])
            if pieces and isinstance(pieces[-1], Hole):
                raise Malformed(
                    f"'{pieces[-1]}' stands right before '<<': nothing tells when the prompt is complete;"
                    " write the text that ends it"
                )
            inline = end + 2 < len(written)
            yield Expected(written[at : end + 2], place, pieces, self._typing(written[begin + 2 : end], inline))
            at = end + 2
        if at < len(written) or not written:
            yield Expected(written[at:], place, _seen(written[at:]))

    def _typing(self, written: str, inline: bool) -> Typing:
        is_key = re.fullmatch(r"\^.", written) is not None
        if is_key and written not in KEYS:
            raise Malformed(
                f"unknown key '<<{written}>>' (keys: {', '.join(KEYS)}; as text it is written '<<{{}}{written}>>')"
            )
        pieces = parse(written)
        _refuse([hole for hole in pieces if isinstance(hole, Hole) and (hole.kind or not hole.name)], "typed")
        self._typings += 1
        return Typing(pieces, is_key, self._typings - 1, inline)


def _seen(written: str) -> tuple[Piece, ...]:
    """The pieces of text that is printed: between two holes something must tell where the first one ends."""
    pieces = parse(written)
    for left, right in pairwise(pieces):
        if isinstance(left, Hole) and isinstance(right, Hole):
            raise Malformed(f"'{left}{right}' stand side by side: nothing tells where the first one ends")
    return pieces


def _refuse(holes: list[Hole], use: str) -> None:
    if holes:
        raise Malformed(f"'{holes[0]}' cannot be {use}: only a variable's value, written '{{name}}', can")
