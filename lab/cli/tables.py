"""`lab nat`: what routers of the lab that is up remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lab.cli import labs
from lab.cli.given import Given, lab_options
from lab.nat import translations
from lab.report import json

if TYPE_CHECKING:
    from lab.topology import Node, Topology
    from lab.translation import Translation


@click.command("nat")
@click.argument("host")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@lab_options()
@click.pass_obj
def nat_command(given: Given, host: str, as_json: bool) -> None:
    """What a home router translates.

    Each line is a flow that passes through it: from whom to whom as the one who began it sees it, and the address and
    port that stand there on the other side. A flow is forgotten when nothing has passed for a while.

    \b
    lab nat router-a
    lab nat router-a --json
    """
    with labs.attach(given) as lab:
        node = lab.topology.node(host)
        flows = translations(lab, host)
    if as_json:
        click.echo(json.dumped(json.table(host, flows)))
    elif node.nat is None:
        click.echo(f"{host} translates nothing{_others(lab.topology)}", err=True)
    elif not flows:
        click.echo(f"nothing has passed through {host} lately", err=True)
    else:
        width = max(len(str(flow)) for flow in flows)
        for flow in flows:
            click.echo(f"{str(flow).ljust(width)}  ({_who(flow, node, lab.topology)})")


def _others(topology: Topology) -> str:
    routers = [node.name for node in topology.nodes.values() if node.nat]
    return f" (home routers: {', '.join(routers)})" if routers else ""


def _who(flow: Translation, router: Node, topology: Topology) -> str:
    nearby = [interface.network for interface in router.interfaces]
    ends = (flow.source[0], flow.inside[0])
    return " > ".join(topology.whose(end, nearby) or str(end) for end in ends)
