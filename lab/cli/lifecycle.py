"""`lab up`, `lab down`, `lab status`: the lab comes, goes, or is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from lab.cli import labs
from lab.cli.given import Given, lab_options
from lab.document import shown
from lab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from lab.cli.labs import Found
    from lab.engines.base import Engine, Running
    from lab.topology import Topology


@click.command("up")
@click.option("--show", is_flag=True, help="Only print the commands that make this lab, as a person could type them.")
@click.option("--fast", is_flag=True, help="Faster TCP; what packets look like is then not as on a wire.")
@lab_options()
@click.pass_obj
def up_command(given: Given, show: bool, fast: bool) -> None:
    """Bring the lab up.

    It stays up until `lab down`. When it is up already, nothing happens. Hosts see the compose file's folder (or, when
    you are elsewhere, the current one), read-only.

    With --fast packets are handed on before they are cut to the MTU and have their checksums, as on hardware that does
    this; captures then show segments that no wire could carry.

    \b
    lab up
    lab up --engine netns --name second
    lab up --show | less
    """
    topology = labs.topology_of(given)
    if show:
        from lab.engines.netns.plan import make_plan  # noqa: PLC0415  other engines have no need of it

        click.echo("\n".join(make_plan(topology, fast=fast).shown()))
        return
    name = given.name or topology.name
    workspace = labs.workspace_for(topology)
    found = labs.find(given, name)
    if found is not None and found.running.ailment is None:
        _check_same(found, topology, workspace, fast=fast)
        click.echo(f"Lab {name} is up already, on {found.engine.NAME}{', fast' if found.running.fast else ''}.")
        return
    engine = found.engine if found else labs.choose_engine(given)
    if found is not None:
        click.echo(f"lab {name} was no good ({found.running.ailment}); making it anew", err=True)
        engine.down(name)
    _make(engine, topology, name, workspace, fast=fast)


def _make(engine: Engine, topology: Topology, name: str, workspace: Path, *, fast: bool) -> None:
    began_s = time.monotonic()
    engine.up(topology, name, workspace, fast=fast).close()
    took_s = time.monotonic() - began_s
    routers = sum(node.forwards for node in topology.nodes.values())
    size = f"{len(topology.nodes) - routers} hosts, {routers} routers"
    click.echo(f"Lab {name} is up on {engine.NAME}{', fast,' if fast else ''} after {took_s:.1f} s: {size}.")
    click.echo("next: lab hosts, lab run NAME, lab shell HOST, lab down", err=True)


def _check_same(found: Found, topology: Topology, workspace: Path, *, fast: bool) -> None:
    """A lab that is up is only up *already* when it is what would be made; UsageError says how it differs."""
    found.engine.attach(topology, found.running.name).close()
    if not workspace.is_relative_to(found.running.workspace):
        raise UsageError(
            f"lab {found.running.name!r} is up, but its hosts see {found.running.workspace} and not {workspace}: "
            "lab down, then lab up; or another --name"
        )
    if fast and not found.running.fast:
        raise UsageError(f"lab {found.running.name!r} is up, but not fast: lab down, then lab up --fast")


@click.command("down")
@click.option("--all", "all_labs", is_flag=True, help="All your labs, on every engine that answers.")
@lab_options()
@click.pass_obj
def down_command(given: Given, all_labs: bool) -> None:
    """Take the lab down, with everything that runs in it.

    Needs no compose file when you say the --name, and removes half a lab as well as a whole one. Nothing is removed
    that does not carry the lab's name.

    \b
    lab down
    lab down --name second
    lab down --all
    """
    found = labs.all_labs(given)
    if not all_labs:
        name = labs.name_without_topology(given)
        found = [one for one in found if one.running.name == name]
        if not found:
            click.echo(f"No lab {name} is up.")
    elif not found:
        click.echo("No lab is up.")
    for one in found:
        one.engine.down(one.running.name)
        click.echo(f"Lab {one.running.name} is down ({one.engine.NAME}).")


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@lab_options()
@click.pass_obj
def status_command(given: Given, as_json: bool) -> None:
    """Which of your labs are up, and on which engine.

    \b
    lab status
    lab status --json
    """
    found = [one.running for one in labs.all_labs(given) if given.name in (None, one.running.name)]
    if as_json:
        from lab.report import json  # noqa: PLC0415

        click.echo(json.dumped(json.labs(found)))
    elif not found:
        click.echo("No lab is up: lab up")
    else:
        from lab.report.console import print_table  # noqa: PLC0415

        rows = [(one.name, one.engine, _state(one), shown(one.file), str(one.workspace)) for one in found]
        print_table(("name", "engine", "state", "file", "hosts see"), rows)


def _state(lab: Running) -> str:
    return lab.ailment or ("up, fast" if lab.fast else "up")
