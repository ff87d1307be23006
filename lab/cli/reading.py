"""`lab hosts`, `lab list`, `lab show`, `lab check`: what files say, without any lab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli import labs, library
from lab.cli.given import Given, lab_options
from lab.compose import load_topology
from lab.document import load as load_document
from lab.document import shown
from lab.errors import DocumentError
from lab.report import json
from lab.report.console import console, print_table
from lab.report.script import print_script
from lab.scenario import load_scenario

if TYPE_CHECKING:
    from lab.topology import Node, Topology


@click.command("hosts")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@lab_options()
@click.pass_obj
def hosts_command(given: Given, as_json: bool) -> None:
    """Who is where, and with which addresses.

    Every host and router with its networks, addresses and default gateway, and where a router translates (NAT). The
    lab need not be up.

    \b
    lab hosts
    lab hosts --json
    """
    topology = labs.topology_of(given)
    if as_json:
        click.echo(json.dumped(json.hosts(topology)))
        return
    headings = ("host", "role", "network", "address", "default gateway", "NAT")
    print_table(headings, [row for node in topology.nodes.values() for row in _rows(node)])


def _rows(node: Node) -> list[tuple[str, ...]]:
    """One row an interface; what is the host's own stands in the first."""
    rows = [("", "", interface.network, str(interface.address), "", "") for interface in node.interfaces]
    role = "router" if node.forwards else "host"
    nat = f"towards {node.nat}" if node.nat else "-"
    gateway = str(node.gateway) if node.gateway else "-"
    _, _, network, address, _, _ = rows[0]
    return [(node.name, role, network, address, gateway, nat), *rows[1:]]


@click.command("list")
@click.option("--topic", metavar="TOPIC", help="Only those about this.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@lab_options()
@click.pass_obj
def list_command(given: Given, topic: str | None, as_json: bool) -> None:
    """Which scenarios there are, by topic.

    \b
    lab list
    lab list --topic nat
    """
    scenarios = library.every(labs.topology_of(given), topic)
    if as_json:
        click.echo(json.dumped(json.scenarios(scenarios)))
        return
    ordered = sorted(scenarios, key=lambda scenario: (scenario.topics[0], scenario.name))
    print_table(
        ("topic", "name", "title", "also about"),
        [(one.topics[0], one.name, one.title, ", ".join(one.topics[1:])) for one in ordered],
    )
    click.echo("next: lab show NAME, lab run NAME", err=True)


@click.command("show")
@click.argument("scenario_name", metavar="NAME")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@lab_options()
@click.pass_obj
def show_command(given: Given, scenario_name: str, as_json: bool) -> None:
    """Tell a scenario without running it.

    The story, who is where, and what each program should print.

    \b
    lab show udp-echo
    """
    topology = labs.topology_of(given)
    (scenario,) = library.named(topology, [scenario_name])
    if as_json:
        click.echo(json.dumped(json.scenario(scenario)))
    else:
        print_script(console(), scenario, topology)


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@lab_options()
@click.pass_obj
def check_command(given: Given, files: tuple[Path, ...], as_json: bool) -> None:
    """Are these scenarios and compose files right?

    Nothing is run. Every problem is told, with its line. Scenarios are checked against the compose file, whose hosts
    and networks they name.

    \b
    lab check scenarios/*.yaml
    lab check docker-compose.yml --json
    """
    found = [(file, *_tried(given, file)) for file in files]
    if as_json:
        click.echo(json.dumped(json.checked((shown(file), kind, problems) for file, kind, problems in found)))
    else:
        for file, kind, problems in found:
            if not problems:
                click.echo(f"{shown(file)}: right, {kind}")
    if wrong := [problem for _, _, problems in found for problem in problems]:
        raise DocumentError(wrong)


def _tried(given: Given, file: Path) -> tuple[str | None, tuple[str, ...]]:
    """What kind of file it is, or what is wrong with it."""
    try:
        return _checked(given, file), ()
    except DocumentError as error:
        return None, error.problems


def _checked(given: Given, file: Path) -> str:
    """What kind of file it is, once it is found right; DocumentError when it is not."""
    keys = load_document(file).data
    if "services" in keys:
        return _size(load_topology(file))
    if "steps" in keys:
        scenario = load_scenario(file, labs.topology_of(given))
        return f"a scenario of {len(scenario.steps)} steps"
    raise DocumentError(
        [f"{shown(file)}:1: neither a scenario, which has steps, nor a compose file, which has services"]
    )


def _size(topology: Topology) -> str:
    routers = sum(node.forwards for node in topology.nodes.values())
    return f"a lab of {len(topology.nodes) - routers} hosts and {routers} routers on {len(topology.networks)} networks"
