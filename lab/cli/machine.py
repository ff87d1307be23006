"""`lab doctor`: this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.text import Text

from lab.cli import labs
from lab.cli.given import Given, lab_options
from lab.doctor import examine
from lab.errors import LabError
from lab.report import json
from lab.report.console import console

if TYPE_CHECKING:
    from rich.console import Console

    from lab.doctor import Finding
    from lab.topology import Topology

_NO_ENGINE = 3
_SIGNS = {"works": ("✓", "green"), "missing": ("-", "yellow"), "broken": ("✗", "bold red")}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@lab_options()
@click.pass_obj
def doctor_command(given: Given, as_json: bool) -> int:
    """What works on this machine, and what mends the rest.

    One engine that works is enough; the exit code is 3 when none does.

    \b
    lab doctor
    lab doctor --json
    """
    diagnosis = examine(_topology(given))
    if as_json:
        click.echo(json.dumped(json.diagnosis(diagnosis)))
    else:
        out = console()
        width = max(len(finding.what) for finding in diagnosis.findings)
        for finding in diagnosis.findings:
            _print(out, finding, width)
        out.print()
        out.print(Text(_conclusion(diagnosis.engines), "bold"))
    return 0 if diagnosis.engines else _NO_ENGINE


def _topology(given: Given) -> Topology | None:
    """The file's, where there is a right one: this command is also for machines on which nothing is right yet."""
    try:
        return labs.topology_of(given)
    except LabError as error:
        if given.file is not None:
            raise
        click.echo(f"no compose file is looked at: {error}", err=True)
        return None


def _print(out: Console, finding: Finding, width: int) -> None:
    sign, style = _SIGNS[finding.state]
    out.print(Text.assemble((sign, style), f" {finding.what.ljust(width)}  ", finding.found), soft_wrap=True)
    if finding.remedy:
        out.print(Text.assemble(" " * (width + 4), (finding.remedy, "bold")), soft_wrap=True)


def _conclusion(working: tuple[str, ...]) -> str:
    if not working:
        return "No engine works here: mend one of them."
    return f"Works here: {' and '.join(working)}. `lab run` takes {working[0]} unless told otherwise."
