"""`--html`, `--junit`, `--json` and `--pcapng`: where reports go, known before anything runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lab.capture import WHOLE
from lab.errors import LabError, UsageError
from lab.report.file import ReportFile
from lab.wire import HEADERS_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.report.session import Session

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_HELP = {
    "--html": "A page with everything, for any browser: one file.",
    "--junit": "Results for a CI, as JUnit XML.",
    "--json": "Everything as JSON; for each of these, - is standard output.",
    "--pcapng": "Every packet on the way, for Wireshark and tshark.",
}


def report_options(command: _Command) -> _Command:
    """The options, which the command gets as one argument, `reports`."""
    for option, text in reversed(_HELP.items()):
        kind = click.Path(path_type=Path, allow_dash=True)
        click.option(option, type=kind, metavar="FILE", help=text, expose_value=False, callback=_note)(command)
    return command


def _note(context: click.Context, option: click.Parameter, path: Path | None) -> None:
    reports: list[ReportFile] = context.params.setdefault("reports", [])
    if path is not None:
        reports.append(ReportFile(option.opts[0], path))


def check_reports(reports: Sequence[ReportFile]) -> None:
    """Raise UsageError if one cannot be written, or two would be the same file."""
    taken: dict[str, ReportFile] = {}
    for report in reports:
        other = taken.setdefault("-" if report.is_stdout else os.path.realpath(report.path), report)
        if other is not report:
            raise UsageError(f"{other.option} and {report.option} both go to {report.path}")
        report.check()


def bytes_wanted(reports: Sequence[ReportFile]) -> int:
    """How many bytes they show of each packet on its way."""
    wanted = {"--html": HEADERS_BYTES, "--pcapng": WHOLE}
    return max((wanted.get(report.option, 0) for report in reports), default=0)


def write_reports(reports: Sequence[ReportFile], session: Session) -> None:
    """Write all that can be written, standard output last; then raise LabError if something could not."""
    failures = []
    for report in sorted(reports, key=lambda report: report.is_stdout):
        try:
            report.write(_content(report.option, session))
        except LabError as error:
            failures.append(str(error))
    if failures:
        raise LabError("; ".join(failures))


def _content(option: str, session: Session) -> str | bytes:
    """The report itself; who wants one kind need not wait for the others to be imported."""
    if option == "--html":
        from lab.report.html import page  # noqa: PLC0415

        return page(session)
    if option == "--junit":
        from lab.report.junit import document  # noqa: PLC0415

        return document(session)
    if option == "--pcapng":
        from lab.report.pcapng import capture_file  # noqa: PLC0415

        return capture_file(session)
    from lab.report import json  # noqa: PLC0415

    return json.dumped(json.session(session)) + "\n"
