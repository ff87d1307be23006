"""Which line to blame when nothing fits: the nearest miss at the furthest point that the search reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.transcript.explain import explain
from lab.transcript.outcome import Mismatch, Row
from lab.transcript.rows import lines_due, matched_rows, missing_rows, skipped_rows, still_expected, unmatched_rows
from lab.transcript.template import Repeated, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.transcript.matching import Scene
    from lab.transcript.search import Node, Track
    from lab.transcript.template import Expected, Item
    from lab.transcript.transcript import Place

_LINES_TRIED = 2000
_LINES_LISTED = 3
_GAVE_UP = (
    "gave up: there are too many ways in which this might match (name more of the text, use fewer '...', give holes a"
    " kind); the furthest one ended here: "
)


@dataclass(frozen=True)
class Blame:
    """`path` leads to where `expected` (None: the end) met the seen line of that number and was not it."""

    path: Sequence[Node]
    line: int
    expected: Expected | None
    reason: str
    faults: int = 1_000_000


def mismatch(track: Track, path: Sequence[Node], *, is_exhausted: bool = False) -> Mismatch:
    """What to tell about a path that leads no further, or (`is_exhausted`) beyond which not all ways were tried."""
    blame = min(_near_misses(track, path), key=lambda near: near.faults, default=None) or _dead_end(track, path)
    last = blame.path[-1]
    rows = list(matched_rows(track, blame.path))
    skip = _item(track, last) if blame.line > last.line else None
    if isinstance(skip, Skip):
        rows += skipped_rows(skip, track.texts[last.line : blame.line])
    seen, expected = track.text(blame.line), blame.expected
    if seen is not None and blame.line == last.line:
        seen = seen[last.position.column :]
    rows.append(Row(expected.source if expected else None, seen, expected.place if expected else None, ok=False))
    rows += missing_rows(line for line in still_expected(track, last) if line is not expected)
    rows += unmatched_rows(track.texts[blame.line + 1 :])
    place = expected.place if expected else _last_place(track)
    return Mismatch(place, f"{_GAVE_UP}{blame.reason}" if is_exhausted else blame.reason, tuple(rows))


def _dead_end(track: Track, path: Sequence[Node]) -> Blame:
    """The line at which the path stops looks altogether different, or there is none."""
    last = path[-1]
    expected = next(iter(still_expected(track, last)), None)
    text = track.text(last.line)
    if text is None or (expected and _too_few(track, last)):
        return Blame(path, last.line, expected, _too_few(track, last) or _ends_too_early(track, last))
    if expected is None:
        rest = text[last.position.column :]
        more = f"no more text in this line; seen {rest!r}" if last.position.column else "no more lines"
        return Blame(path, last.line, None, f"expected {more}")
    reason = explain(expected, text, last.position.column, last.bindings, _scene(track, last, expected)).reason
    return Blame(path, last.line, expected, reason)


def _near_misses(track: Track, path: Sequence[Node]) -> Iterator[Blame]:
    """Lines that would fit but for what their holes hold."""
    end = path[-1].line
    for number in range(len(path) - 1, -1, -1):
        node = path[number]
        item = _item(track, node)
        if node.line < end and not isinstance(item, Skip):
            return
        if not isinstance(item, Skip):
            yield from _misses_at(track, path[: number + 1], node, node.line)
        elif number + 1 < len(path):
            after = path[number + 1]
            last = min(node.line + _LINES_TRIED, len(track.texts))
            for line in range(node.line, last):
                yield from _misses_at(track, path[: number + 1], after, line)
            return


def _misses_at(track: Track, path: Sequence[Node], node: Node, number: int) -> Iterator[Blame]:
    item, text = _item(track, node), track.text(number)
    if text is None or item is None:
        return
    full = track.walk.room_for(node.position, node.bindings)
    column = node.position.column if number == node.line else 0
    for line in lines_due(track, node):
        complaint = explain(line, text, column, node.bindings, _scene(track, node, line))
        if complaint.faults:
            yield Blame(path, number, line, complaint.reason, complaint.faults)
        elif complaint.faults == 0 and full:
            name, length = full
            more = f"{{{name}}} has {length.count} items ({length.source}, {length.place}); this line is one more"
            yield Blame(path, number, line, more, faults=1)


def _too_few(track: Track, node: Node) -> str | None:
    """A `* ` line stops coming, and its list is shorter than elsewhere."""
    short = track.walk.too_short(node.position, node.bindings) if node.position.done else None
    if short is None:
        return None
    name, length = short
    return f"{{{name}}} has {length.count} items ({length.source}, {length.place}); here only {node.position.done}"


def _ends_too_early(track: Track, node: Node) -> str:
    sources = [line.source for line in still_expected(track, node)]
    more = f" and {len(sources) - _LINES_LISTED} more" if len(sources) > _LINES_LISTED else ""
    return f"the transcript ends here; still expected: {', '.join(map(repr, sources[:_LINES_LISTED]))}{more}"


def _scene(track: Track, node: Node, line: Expected) -> Scene:
    is_run = isinstance(_item(track, node), Repeated)
    return track.walk.scene(line, node.position.done if is_run else track.walk.index)


def _item(track: Track, node: Node) -> Item | None:
    """The item that is due there; None at the end."""
    items = track.walk.template.items
    return items[node.position.item] if node.position.item < len(items) else None


def _last_place(track: Track) -> Place:
    """The last line of the template, after which nothing may come."""
    return max((line.place for line in track.walk.template.lines()), default=track.walk.template.place)
