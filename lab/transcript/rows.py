"""Puts the expected and the seen side by side, along a path of the search."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lab.transcript.outcome import Row
from lab.transcript.template import AnyOrder, Expected, Repeated, Skip, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.transcript.search import Node, Track


def matched_rows(track: Track, path: Sequence[Node]) -> Iterator[Row]:
    """A row for each line that the path has taken."""
    for here, there in pairwise(path):
        item = track.walk.template.items[here.position.item]
        if isinstance(item, Skip):
            begin = here.line + (here.position.column > 0)
            yield from skipped_rows(item, track.texts[begin : there.line])
        elif (line := _line_taken(item, here, there)) is not None:
            yield Row(line.source, _newly_seen(track, here, there), line.place, ok=True)


def skipped_rows(skip: Skip, texts: Sequence[str]) -> Iterator[Row]:
    """`...` beside the first line it skips, if any, and the others below."""
    yield Row("...", texts[0] if texts else None, skip.place, ok=True)
    yield from (Row(None, text, None, ok=True) for text in texts[1:])


def missing_rows(lines: Iterable[Expected]) -> Iterator[Row]:
    """Lines that were expected and not reached."""
    return (Row(line.source, None, line.place, ok=False) for line in lines)


def unmatched_rows(texts: Iterable[str]) -> Iterator[Row]:
    """Lines that were seen and not reached."""
    return (Row(None, text, None, ok=False) for text in texts)


def lines_due(track: Track, node: Node) -> tuple[Expected, ...]:
    """The lines that may come there: of a `? ` group those that have not."""
    items = track.walk.template.items[node.position.item : node.position.item + 1]
    match items:
        case (AnyOrder(group),):
            return tuple(line for number, line in enumerate(group) if not node.position.done >> number & 1)
        case _:
            return tuple(line for item in items for line in lines_of(item))


def still_expected(track: Track, node: Node) -> list[Expected]:
    """The lines from there to the end of the template."""
    later = track.walk.template.items[node.position.item + 1 :]
    return [*lines_due(track, node), *(line for item in later for line in lines_of(item))]


def _line_taken(item: Expected | AnyOrder | Repeated, here: Node, there: Node) -> Expected | None:
    is_same = here.position.item == there.position.item
    match item:
        case AnyOrder(lines):
            done = there.position.done if is_same else (1 << len(lines)) - 1
            return lines[(done ^ here.position.done).bit_length() - 1]
        case Repeated(line):
            return line if is_same else None
        case Expected():
            return item


def _newly_seen(track: Track, here: Node, there: Node) -> str | None:
    """The seen line; a line that something typed has cut in two is shown once."""
    is_new = not here.position.column and (here.line, 0) != (there.line, there.position.column)
    return track.texts[here.line] if is_new else None
