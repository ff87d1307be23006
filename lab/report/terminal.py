"""A scenario's run told to a person: what it is about, who ran what, what happened, and what it is worth."""

from __future__ import annotations

import shlex
from itertools import groupby
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from lab.report.console import has_styles, print_stripped, print_words
from lab.report.timeline import Moment, Part, worth_telling
from lab.report.trouble import print_problem
from lab.report.variables import variable_lines
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import Console

    from lab.record import Execution, Record
    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.transcript import Match, Mismatch
    from lab.verdict import Result

MOST_LINES = 200
"""Of a longer story the middle is left out."""

MOST_SIGHTED = 40
"""The same for what passed at one place."""

_NOTHING = "(nothing)"
_TYPED = "\u2039{}\u203a"  # ‹as one types›  # noqa: RUF003
_COLOURS = ("cyan", "magenta", "blue", "yellow", "green", "bright_cyan", "bright_magenta", "bright_blue")
VERDICTS = {
    Verdict.PASSED: ("✓", "bold green"),
    Verdict.FAILED: ("✗", "bold red"),
    Verdict.SKIPPED: ("-", "bold yellow"),
    Verdict.ERROR: ("!", "bold red"),
}
"""The sign and the style of each."""


def print_story(out: Console, result: Result, topology: Topology) -> None:
    """Everything about one run."""
    print_beginning(out, result.scenario)
    if result.record is not None:
        out.print()
        print_events(out, result, topology)
        _print_variables(out, result)
        _print_checks(out, result)
    print_problems(out, result)
    out.print()
    print_verdict(out, result)


def print_events(out: Console, result: Result, topology: Topology) -> None:
    """Who ran what, and what happened."""
    if result.record is None:
        return
    out.print(Text("Who runs what", "bold"))
    _print_cast(out, result.record, topology)
    heading(out, "What happened")
    _print_timeline(out, result.record)
    for sighting, comparison in zip(result.record.sightings, result.sighting_comparisons, strict=True):
        source = sighting.expected.source
        heading(out, source[:1].upper() + source[1:])
        for line in _bounded(list(_spoken_of(comparison))):
            out.print(Text.assemble(("  │ ", "dim"), line), soft_wrap=True)


def print_beginning(out: Console, scenario: Scenario) -> None:
    """Title and story."""
    out.print(Text.assemble((scenario.name, "bold cyan"), "  ", (scenario.title, "bold")))
    for paragraph in scenario.story.strip().split("\n\n"):
        out.print()
        print_words(out, Text(" ".join(paragraph.split())), indent=2)


def heading(out: Console, text: str) -> None:
    """The title of a part."""
    out.print()
    out.print(Text(text, "bold"))


def print_problems(out: Console, result: Result) -> None:
    """What went wrong, the cause before its consequences."""
    if not result.problems:
        return
    heading(out, "What went wrong")
    for number, problem in enumerate(result.problems, start=1):
        if number > 1:
            out.print()
        print_problem(out, problem, number if len(result.problems) > 1 else None)


def print_verdict(out: Console, result: Result) -> None:
    """The last line, or the only one."""
    sign, style = VERDICTS[result.verdict]
    text = Text.assemble((f"{sign} {result.verdict}", style), f"  {result.scenario.name}")
    if result.record is not None:
        text.append(f"  {result.record.duration_s:.1f} s on {result.engine}", "dim")
    out.print(text)
    if result.reason:
        print_words(out, Text(result.reason), indent=2)


def _print_cast(out: Console, record: Record, topology: Topology) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    colours = _colours(record)
    for first, times in _by_role(record.executions):
        command = Text(shlex.join(first.argv))
        if first.is_own:
            command.append("  (yours)", "bold")
        if times > 1:
            command.append(f"  ({times} times)", "dim")
        host = first.step.host
        table.add_row(
            Text(f"  {first.role}", colours[first.role]),
            Text(f"on {host}"),
            Text(str(topology.node(host).interface().address.ip), "dim"),
            command,
        )
    print_stripped(out, table, may_wrap=out.is_terminal)


def _by_role(executions: Iterable[Execution]) -> list[tuple[Execution, int]]:
    found: dict[str, list[Execution]] = {}
    for execution in executions:
        found.setdefault(execution.role, []).append(execution)
    return [(times[0], len(times)) for times in found.values()]


def _print_timeline(out: Console, record: Record) -> None:
    colours = _colours(record)
    last: Moment | None = None
    for moment in _without_middle(worth_telling(record)):
        style = colours[moment.role]
        if last is None or last.source != moment.source:
            time = f"{moment.time_s:.2f} s"
            out.print(Text.assemble("  ", (moment.source or "the lab", style), (f"  {time}", "dim")))
        bar = Text.assemble(("  └ " if moment.kind == "end" else "  │ ", style))
        _print_beside(out, bar, _line(moment, has_styles(out)))
        last = moment


def _print_beside(out: Console, bar: Text, line: Text) -> None:
    """A long line goes on beside the bar; through a pipe it stays one line."""
    if out.is_terminal:
        for part in line.wrap(out, out.width - len(bar), overflow="fold") or [Text()]:
            out.print(bar + part, soft_wrap=True)
    else:
        out.print(bar + line, soft_wrap=True)


def _line(moment: Moment, with_styles: bool) -> Text:
    if moment.kind != "line":
        return Text(moment.text, "dim")
    text = Text()
    for part in moment.parts:
        if part.is_typed and with_styles:
            text.append(part.text, "bold underline")
        else:
            text.append(_TYPED.format(part.text) if part.is_typed else part.text)
    text.expand_tabs(8)
    return text


def _spoken_of(comparison: Match | Mismatch) -> Iterator[str]:
    """What was seen; of what the scenario says nothing about (`...`), only how much it was."""
    for is_skipped, rows in groupby(comparison.rows, key=lambda row: row.ok and row.expected in {None, "..."}):
        seen = [row.seen for row in rows if row.seen is not None]
        if not is_skipped:
            yield from seen
        elif seen:
            yield f"… {len(seen):,} more …"


def _bounded(lines: Sequence[str]) -> list[str]:
    """A long table or conversation without its middle."""
    if len(lines) <= MOST_SIGHTED:
        return list(lines) or [_NOTHING]
    half = MOST_SIGHTED // 2
    return [*lines[:half], f"… {len(lines) - 2 * half:,} more …", *lines[-half:]]


def _without_middle(moments: Sequence[Moment]) -> Iterator[Moment]:
    if len(moments) <= MOST_LINES:
        yield from moments
        return
    half = MOST_LINES // 2
    left_out = len(moments) - 2 * half
    yield from moments[:half]
    yield Moment(time_s=moments[half].time_s, kind="cut", parts=(Part(f"{left_out:,} lines left out here"),))
    yield from moments[-half:]


def _colours(record: Record) -> Mapping[str, str]:
    roles = dict.fromkeys(execution.role for execution in record.executions)
    return {role: _COLOURS[number % len(_COLOURS)] for number, role in enumerate(roles)} | {"": "dim"}


def _print_variables(out: Console, result: Result) -> None:
    lines = list(variable_lines(result.bindings))
    if lines:
        heading(out, "Variables" if result.verdict is Verdict.PASSED else "Variables bound so far")
        for line in lines:
            out.print(line, soft_wrap=True)


def _print_checks(out: Console, result: Result) -> None:
    if not result.checks:
        return
    heading(out, "Checks")
    width = max(len(check.text) for check in result.checks)
    for check in result.checks:
        sign, style = ("✓", "green") if check.ok else ("✗", "bold red")
        out.print(
            Text.assemble((f"  {sign} ", style), check.text.ljust(width), "  ", (check.what, "dim")), soft_wrap=True
        )
