"""One thing that went wrong: where, what, why probably, and the expected beside the seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from lab.report.console import print_stripped, print_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from lab.transcript import Row
    from lab.verdict import Problem

_BEFORE = 4
_AFTER = 8
_NOTHING = "(nothing)"


def print_problem(out: Console, problem: Problem, number: int | None) -> None:
    """Everything that is known about it; `number` when it is one of several."""
    mark = f"{number}. " if number else ""
    out.print(Text.assemble(f"  {mark}", (problem.subject, "bold"), (f"  {problem.place}", "dim")), soft_wrap=True)
    print_words(out, Text(problem.what), indent=4)
    if problem.cause:
        print_words(out, Text.assemble(("Probably: ", "bold yellow"), problem.cause), indent=4)
    if problem.mismatch is not None:
        out.print()
        _print_rows(out, problem.mismatch.rows)


def _print_rows(out: Console, rows: Sequence[Row]) -> None:
    """Expected and seen side by side, around the first row that is wrong."""
    blamed = next((number for number, row in enumerate(rows) if not row.ok), len(rows))
    begin, end = max(0, blamed - _BEFORE), blamed + 1 + _AFTER
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("    line", justify="right", no_wrap=True)
    table.add_column("expected", ratio=1, overflow="fold")
    table.add_column("seen", ratio=1, overflow="fold")
    if begin:
        table.add_row("", Text(f"… {begin} more, all right", "dim"), "")
    for number, row in enumerate(rows[begin:end], start=begin):
        table.add_row(*_cells(row, is_blamed=number == blamed))
    if end < len(rows):
        table.add_row("", Text(f"… {len(rows) - end} more, not compared", "dim"), "")
    print_stripped(out, table)


def _cells(row: Row, *, is_blamed: bool) -> tuple[Text, Text, Text]:
    line = str(row.place.line) if row.place else ""
    if is_blamed:
        return (
            Text.assemble(("✗ ", "bold red"), line.rjust(3)),
            Text(_NOTHING if row.expected is None else row.expected, "green"),
            Text(_NOTHING if row.seen is None else row.seen, "red"),
        )
    style = "" if row.ok else "dim"
    return Text(line, "dim"), Text(row.expected or "", style), Text(row.seen or "", style)
