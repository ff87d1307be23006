"""Who passes what, and why not: a table for people, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from lab.report import json
from lab.report.console import print_stripped
from lab.report.printable import printable, shortened
from lab.report.terminal import VERDICTS
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from lab.grading import Grade
    from lab.topology import Topology

UNGRADED = (Verdict.ERROR, Verdict.SKIPPED)
"""What says nothing of the student."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def print_grades(out: Console, grades: Sequence[Grade]) -> None:
    """A row a student, a column a scenario; below, the reasons."""
    scenarios = list(dict.fromkeys(grade.result.scenario.name for grade in grades))
    table = _table("student", *scenarios)
    for student, own in _by_student(grades).items():
        verdicts = {grade.result.scenario.name: grade.result.verdict for grade in own}
        table.add_row(Text(printable(student)), *(_cell(verdicts[name]) for name in scenarios))
    print_stripped(out, table, may_wrap=out.is_terminal)
    _print_reasons(out, grades)
    out.print()
    out.print(_totals(grades), soft_wrap=True)


def as_csv(grades: Iterable[Grade]) -> str:
    """A line a student and scenario."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("student", "scenario", "verdict", "reason"))
    for grade in grades:
        result = grade.result
        row = (grade.student, result.scenario.name, str(result.verdict), grade.why)
        writer.writerow(_harmless(cell) for cell in row)
    return text.getvalue()


def as_json(grades: Iterable[Grade], topology: Topology) -> dict[str, Any]:
    """Everything that was seen."""
    return {
        "grades": [
            {"student": grade.student, "why": grade.why, **json.result(grade.result, topology)} for grade in grades
        ]
    }


def _harmless(cell: str) -> str:
    """No spreadsheet takes it for a formula, whatever a file is called and a program prints."""
    text = printable(shortened(cell))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _print_reasons(out: Console, grades: Iterable[Grade]) -> None:
    table = _table("student", "scenario", "why not")
    for grade in grades:
        result = grade.result
        if result.verdict is not Verdict.PASSED:
            why = shortened(printable(grade.why), 400)
            table.add_row(Text(printable(grade.student)), Text(result.scenario.name), Text(why))
    if table.row_count:
        out.print()
        print_stripped(out, table, may_wrap=out.is_terminal)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _cell(verdict: Verdict) -> Text:
    sign, style = VERDICTS[verdict]
    return Text(f"{sign} {verdict.lower()}", style)


def _totals(grades: Iterable[Grade]) -> Text:
    students = [{grade.result.verdict for grade in own} for own in _by_student(grades).values()]
    ungraded = sum(any(one in verdicts for one in UNGRADED) for verdicts in students)
    passed = sum(verdicts == {Verdict.PASSED} for verdicts in students)
    text = Text(f"{len(students)} students: ")
    text.append(f"{passed} passed everything", "bold green" if passed else "")
    text.append(f", {len(students) - passed - ungraded} did not")
    if ungraded:
        text.append(f", {ungraded} could not be graded because of the lab", "bold red")
    return text


def _by_student(grades: Iterable[Grade]) -> dict[str, list[Grade]]:
    found: dict[str, list[Grade]] = {}
    for grade in grades:
        found.setdefault(grade.student, []).append(grade)
    return found
