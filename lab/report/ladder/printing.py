"""Prints a ladder on a terminal, or as plain lines through a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from lab.report.console import has_styles
from lab.report.ladder.model import Walk
from lab.report.ladder.story import make_ladder
from lab.report.ladder.styles import LOST, NAT, STRONG, WEAK
from lab.report.ladder.text import drawn
from lab.report.ladder.widths import EASY, TIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.report.ladder.model import Ladder
    from lab.topology import Topology
    from lab.verdict import Result

_WIDEST = 160
_PIPE = 100


def print_ladder(out: Console, result: Result, topology: Topology) -> None:
    """The ladder of one run; a word when nothing passed."""
    width = min(Console(file=out.file).width, _WIDEST) if out.is_terminal else _PIPE
    for line in lines(result, topology, width, with_styles=has_styles(out)):
        out.print(line, soft_wrap=True)


def lines(result: Result, topology: Topology, width: int, *, with_styles: bool = False) -> Iterator[Text]:
    """As a ladder, with fewer columns if need be; where it is too narrow for that, packet by packet."""
    if result.record is None:
        return
    ladder = make_ladder(result, topology)
    if ladder is None:
        yield Text("No packet passed between these hosts.", WEAK)
        return
    yield from _laddered(ladder, width, result, topology, with_styles=with_styles)
    yield from _tables(ladder)


def _laddered(ladder: Ladder, width: int, result: Result, topology: Topology, *, with_styles: bool) -> Sequence[Text]:
    if found := drawn(ladder, width, EASY, with_styles=with_styles):
        return found
    narrow = make_ladder(result, topology, is_narrow=True) or ladder
    for least_lane in (EASY, TIGHT):
        if found := drawn(narrow, width, least_lane, with_styles=with_styles):
            return found
    return list(_listed(narrow))


def _listed(ladder: Ladder) -> Iterator[Text]:
    for row in ladder.rows:
        if not isinstance(row, Walk):
            yield Text(row.text, WEAK)
            continue
        way = [row.steps[0].sender, *(", ".join(step.targets) for step in row.steps if step.loss != "here")]
        text = Text.assemble((" > ".join(way), STRONG), f"  {row.labels[0]}")
        text.append("".join(f"  ✗ {step.why}" for step in row.steps if step.loss), LOST)
        yield text
        yield from (
            Text(f"    {hop.network}: {line}", WEAK) for hop, line in zip(row.journey.hops, row.lines, strict=True)
        )


def _tables(ladder: Ladder) -> Iterator[Text]:
    """What each router remembers of these conversations."""
    for router, entries in ladder.tables.items():
        yield Text()
        yield Text.assemble((router, f"{STRONG} {NAT}"), " translates")
        yield from (Text(f"  {entry}") for entry in entries)
