"""`lab run`: scenarios on the lab that is up, or on labs of their own."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from lab.cli import labs, library
from lab.cli.given import Given, jobs_option, lab_options
from lab.cli.programs import own_programs
from lab.cli.reports import bytes_wanted, check_reports, report_options, write_reports
from lab.cli.trials import Trials, one_by_one, side_by_side
from lab.errors import UsageError
from lab.report.console import console
from lab.report.session import Session
from lab.report.summary import print_summary
from lab.verdict import Result, Verdict
from lab.wire import HEADERS_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.report.file import ReportFile
    from lab.scenario import Scenario
    from lab.topology import Topology

_FAILED, _ERROR = 1, 3


@click.command("run")
@click.argument("names", nargs=-1, metavar="NAME…")
@click.option("--all", "every", is_flag=True, help="All scenarios.")
@click.option("--topic", metavar="TOPIC", help="All scenarios about this.")
@click.option("--fresh", is_flag=True, help="On a lab made for this, whatever is up.")
@click.option("--keep", is_flag=True, help="Leave the lab up afterwards.")
@jobs_option
@click.option("--program", "programs", multiple=True, metavar="ROLE=CMD", help="Your own program in a role.")
@click.option("--fast", is_flag=True, help="Faster TCP; what packets look like is then not as on a wire.")
@click.option("--ladder", is_flag=True, help="Draw how the packets went, with both sides of every NAT.")
@report_options
@click.option("--verbose", "-v", is_flag=True, help="Every step as it happens; every story in full.")
@lab_options()
@click.pass_obj
def run_command(  # noqa: PLR0917
    given: Given,
    names: tuple[str, ...],
    every: bool,
    topic: str | None,
    fresh: bool,
    keep: bool,
    jobs: int,
    programs: tuple[str, ...],
    fast: bool,
    ladder: bool,
    reports: Sequence[ReportFile],
    verbose: bool,
) -> int:
    """Run scenarios and say what happened.

    NAME is one of `lab list`, or a path to a scenario file. They run on the lab that is up, or else on one that is made
    for them and removed afterwards. One is told as a story; of several each has a line, and those that failed say why.

    Your own programs run in the current directory, which hosts see, read-only. Variables like {server} are filled in.

    With --jobs, labs are made for them whatever is up. A Docker Engine has room for one; there they go one by one.

    --html, --junit and --json write reports of everything that happened, to a file or, as -, to standard output;
    --pcapng writes every packet. For a page, for --pcapng and for --ladder every interface on the way is watched.

    The exit code is 1 when any failed, 3 when the lab failed in any.

    \b
    lab run udp-echo
    lab run udp-echo --ladder
    lab run udp-echo --program server='python my_server.py --port 3000'
    lab run --all --jobs 4 --html report.html --junit results.xml
    """
    if keep and jobs > 1:
        raise click.UsageError(
            "either --keep or --jobs, which makes and removes a lab for each", click.get_current_context()
        )
    topology = labs.topology_of(given)
    scenarios = _chosen(topology, names, every=every, topic=topic)
    own = own_programs(programs, scenarios, topology)
    check_reports(reports)
    out = console(sys.stderr if any(report.is_stdout for report in reports) else sys.stdout)
    trials = Trials(
        given=given, topology=topology, programs=own, out=out, is_verbose=verbose,
        is_story=verbose or len(scenarios) == 1, is_fast=fast, with_ladder=ladder,
        everywhere=max(HEADERS_BYTES if ladder else 0, bytes_wanted(reports)),
    )  # fmt: skip
    began, began_s = datetime.now().astimezone(), time.monotonic()
    if jobs > 1 and len(scenarios) > 1:
        results = side_by_side(trials, scenarios, jobs, fresh=fresh)
    else:
        results = one_by_one(trials, scenarios, fresh=fresh, keep=keep)
    took_s = time.monotonic() - began_s
    if len(scenarios) > 1:
        print_summary(out, results, took_s)
    write_reports(reports, Session(topology=topology, results=tuple(results), began=began, took_s=took_s))
    return _exit_code(results)


def _chosen(topology: Topology, names: Sequence[str], *, every: bool, topic: str | None) -> list[Scenario]:
    if names and (every or topic):
        raise click.UsageError("either names, or --all or --topic", click.get_current_context())
    if not names and not every and topic is None:
        raise click.UsageError("which scenario? `lab list` tells, and --all runs all", click.get_current_context())
    scenarios = library.named(topology, names) if names else library.every(topology, topic)
    if not scenarios:
        raise UsageError(f"there are no scenarios beside {topology.file}: a folder called scenarios would hold them")
    return scenarios


def _exit_code(results: Sequence[Result]) -> int:
    verdicts = {result.verdict for result in results}
    if Verdict.ERROR in verdicts:
        return _ERROR
    return _FAILED if Verdict.FAILED in verdicts else 0
