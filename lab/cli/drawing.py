"""`lab graph`: the topology as a picture, whether or not the lab is up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab import terminal
from lab.cli import labs
from lab.cli.given import Given, lab_options
from lab.report import graph
from lab.report.file import ReportFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.topology import Topology

_FORMATS: Mapping[str, Callable[[Topology], str]] = {
    "text": graph.text,
    "svg": graph.svg,
    "mermaid": graph.mermaid,
    "dot": graph.dot,
}
_ENDINGS = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot"}


@click.command("graph")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(_FORMATS)),
    help="How it is drawn.  [default: what FILE's name ends in, or text]",
)
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(path_type=Path, allow_dash=True),
    default=Path("-"),
    metavar="FILE",
    help="Where it goes.  [default: standard output]",
)
@lab_options()
@click.pass_obj
def graph_command(given: Given, format_name: str | None, path: Path) -> None:
    """What is connected to what, as a picture.

    Drawn from the compose file alone: the lab need not be up. SVG is for browsers, in light and dark; mermaid is what
    GitHub draws from a block of code; dot is for Graphviz.

    \b
    lab graph
    lab graph -o topology.svg
    lab --file other/docker-compose.yml graph --format mermaid
    """
    file = ReportFile("-o", path)
    topology = labs.topology_of(given)
    file.check()
    name = format_name or _ENDINGS.get(path.suffix.lower(), "text")
    if name == "text" and file.is_stdout and sys.stdout.isatty():
        file.write(graph.text(topology, min(graph.WIDEST, terminal.size()[0])))
    else:
        file.write(_FORMATS[name](topology))
