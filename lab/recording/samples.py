"""The same program, run several times, laid side by side: line by line, word by word, and what was typed in between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.record import Execution, TypedAt

_WORD = re.compile(
    r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?![:0-9A-Fa-f])"  # a hardware address
    r"|\d+(?:\.\d+){3}(?!\.?\d)"  # an IPv4 address
    r"|(?:\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d:\d\d(?:[.,]\d+)?"  # a clock
    r"|\d+\.\d+(?:[a-zµ]{1,2}\b)?|\w+|\s+|."
)


class Unrecordable(LabError):
    """What was seen cannot be written down as a transcript that would be right the next time."""

    exit_code = 1


@dataclass(frozen=True)
class Word:
    """One word, number or sign: what it was in each sample, and what stood before it in its line."""

    values: tuple[str, ...]
    before: str

    @property
    def is_constant(self) -> bool:
        """The same each time."""
        return len(set(self.values)) == 1


@dataclass(frozen=True)
class Gap:
    """Here the samples have nothing in common."""


@dataclass(frozen=True)
class TypedHere:
    """The typing of that number, counted from 0."""

    number: int


Cell = Word | Gap | TypedHere


def side_by_side(samples: Sequence[Execution]) -> Iterator[list[Cell]]:
    """Line by line what these executions of one program printed; Unrecordable when they go different ways."""
    source = samples[0].transcript.source
    texts = [sample.transcript.texts() for sample in samples]
    for one, other in pairwise(texts):
        if len(one) != len(other):
            raise Unrecordable(
                f"{source} printed {_lines(len(one))} the first time and {_lines(len(other))} the second:"
                " no transcript without '...' can expect both"
            )
    parts = [
        [_parts(text, _typed_in(sample, number)) for number, text in enumerate(lines)]
        for sample, lines in zip(samples, texts, strict=True)
    ]
    for number, line in enumerate(zip(*parts, strict=True)):
        shapes = {tuple(part if isinstance(part, TypedHere) else None for part in one) for one in line}
        if len(shapes) > 1:
            raise Unrecordable(f"{source} was typed to at another place the second time, in line {number + 1}")
        yield [cell for part in zip(*line, strict=True) for cell in _cells(part)]
    for number, at in enumerate(samples[0].typed):
        if at.line >= len(texts[0]):  # nothing was printed any more
            yield [TypedHere(number)]


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _typed_in(sample: Execution, line: int) -> list[tuple[TypedHere, TypedAt]]:
    return [(TypedHere(number), at) for number, at in enumerate(sample.typed) if at.line == line]


def _parts(text: str, typed: Sequence[tuple[TypedHere, TypedAt]]) -> list[str | TypedHere]:
    """A line cut where something was typed; the echo belongs to what was typed."""
    parts: list[str | TypedHere] = []
    begin = 0
    for here, at in typed:
        column = max(begin, min(at.column, len(text)))
        parts += [text[begin:column], here]
        begin = column + len(at.text) if text.startswith(at.text, column) else column
    return [*parts, text[begin:]]


def _cells(part: tuple[str | TypedHere, ...]) -> list[Cell]:
    if isinstance(part[0], TypedHere):
        return [part[0]]
    words = [_WORD.findall(text) for text in part if isinstance(text, str)]
    if len({len(one) for one in words}) == 1:
        return _words(words, "")
    head = _common(words)
    tail = _common([one[head:][::-1] for one in words])
    after = [one[len(one) - tail :] for one in words]
    return [*_words([one[:head] for one in words], ""), Gap(), *_words(after, "")]


def _common(words: Sequence[Sequence[str]]) -> int:
    """How many words all begin with."""
    count = 0
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        count += 1
    return count


def _words(words: Sequence[Sequence[str]], before: str) -> list[Cell]:
    cells: list[Cell] = []
    for column in zip(*words, strict=True):
        cells.append(Word(column, before))
        before += column[0]
    return cells
