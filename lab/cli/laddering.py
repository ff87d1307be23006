"""`lab ladder`: a scenario's packets as one picture, with both sides of every router that translates."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli import labs, library
from lab.cli.given import Given, lab_options
from lab.cli.programs import own_programs
from lab.cli.trials import Trials, one_by_one
from lab.errors import LabError
from lab.report.console import console
from lab.report.file import ReportFile
from lab.report.ladder import print_ladder, svg
from lab.report.terminal import print_problems, print_verdict
from lab.verdict import Verdict
from lab.wire import HEADERS_BYTES

if TYPE_CHECKING:
    from lab.topology import Topology
    from lab.verdict import Result

_CODES = {Verdict.FAILED: 1, Verdict.ERROR: 3}


@click.command("ladder")
@click.argument("scenario_name", metavar="NAME")
@click.option(
    "--svg", "path", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
    help="As a drawing for a browser, in light and dark; - is standard output.",
)  # fmt: skip
@click.option("--fresh", is_flag=True, help="On a lab made for this, whatever is up.")
@click.option("--program", "programs", multiple=True, metavar="ROLE=CMD", help="Your own program in a role.")
@lab_options()
@click.pass_obj
def ladder_command(given: Given, scenario_name: str, path: Path | None, fresh: bool, programs: tuple[str, ...]) -> int:
    """Run a scenario and draw how its packets went.

    A column for each host and router, and time from the top down. A packet walks across, arrow by arrow; at a router
    that translates (NAT) stand the address and port by which it is known on either side. What is lost breaks off where
    it was lost. What programs printed stands beside the packets that it was about.

    On a terminal as wide as that is, up to 160 columns; through a pipe 100. The exit code is that of `lab run`.

    \b
    lab ladder udp-echo
    lab ladder nat-changes-port --svg ladder.svg
    """
    topology = labs.topology_of(given)
    (scenario,) = library.named(topology, [scenario_name])
    own = own_programs(programs, [scenario], topology)
    file = ReportFile("--svg", path) if path else None
    if file is not None:
        file.check()
    trials = _Unheard(
        given=given, topology=topology, programs=own, out=console(sys.stderr), is_verbose=False, is_story=False,
        everywhere=HEADERS_BYTES,
    )  # fmt: skip
    (result,) = one_by_one(trials, [scenario], fresh=fresh)
    if result.verdict is not Verdict.PASSED:
        print_verdict(trials.out, result)
        print_problems(trials.out, result)
    if result.record is not None:
        _show(result, topology, file)
    return _CODES.get(result.verdict, 0)


def _show(result: Result, topology: Topology, file: ReportFile | None) -> None:
    if file is None:
        print_ladder(console(), result, topology)
        return
    drawing = svg(result, topology)
    if drawing is None:
        raise LabError(f"no packet passed between the hosts of {result.scenario.name}: there is nothing to draw")
    file.write(drawing)


@dataclass(frozen=True, kw_only=True)
class _Unheard(Trials):
    """The picture tells enough."""

    def tell(self, result: Result) -> None:
        """Nothing."""
