"""A scenario told before it runs: its story, who takes part and where, what is done and what should be seen."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from lab.report.console import print_stripped
from lab.report.terminal import heading, print_beginning
from lab.scenario import Forward, Gateway, Hub, Link, Run, Start, Stop, Together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from lab.scenario import Scenario, Step
    from lab.topology import Interface, Node, Topology
    from lab.transcript import Template

_NOTHING = "(nothing)"


def print_script(out: Console, scenario: Scenario, topology: Topology) -> None:
    """Everything that a scenario says."""
    print_beginning(out, scenario)
    heading(out, "Where")
    _print_networks(out, scenario, topology)
    heading(out, "What is done, and what should be seen")
    for number, step in enumerate(scenario.steps, start=1):
        _print_step(out, step, number)
    for packets in scenario.packets:
        only = f" ({', '.join(packets.only)} only)" if packets.only else ""
        _print_expected(out, packets.source + only, packets.template)
    for table in scenario.nat:
        _print_expected(out, table.source, table.template)
    if scenario.checks:
        heading(out, "What must be true in the end")
        for check in scenario.checks:
            out.print(Text(f"  {check.kind}: {', '.join(check.texts)}"), soft_wrap=True)
    if scenario.needs:
        heading(out, f"Needs {', '.join(scenario.needs)}")
    out.print()
    out.print(Text(f"topics: {', '.join(scenario.topics)}", "dim"), soft_wrap=True)


def taking_part(scenario: Scenario, topology: Topology) -> set[str]:
    """The hosts that a scenario names, and the nodes between them."""
    named = {program.host for program in scenario.programs()}
    named |= {step.host for step in scenario.steps if isinstance(step, Link | Gateway | Forward)}
    named |= {watch.host for watch in scenario.packets} | {table.host for table in scenario.nat}
    return named.union(*(_between(one, other, topology) for one, other in combinations(sorted(named), 2)))


def _between(one: str, other: str, topology: Topology) -> set[str]:
    """The nodes of a shortest way from one to the other, through routers only."""
    ways = [[one]]
    seen = {one}
    for way in ways:  # grows while we walk it
        last = topology.nodes[way[-1]]
        for node in topology.nodes.values():
            if node.name in seen or not _share_a_network(last, node):
                continue
            if node.name == other:
                return {*way, other}
            if node.forwards:
                seen.add(node.name)
                ways.append([*way, node.name])
    return {one, other}


def _share_a_network(one: Node, other: Node) -> bool:
    return bool({i.network for i in one.interfaces} & {i.network for i in other.interfaces})


def _print_networks(out: Console, scenario: Scenario, topology: Topology) -> None:
    names = taking_part(scenario, topology)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for network in topology.networks.values():
        present = [
            (node, interface)
            for node in topology.nodes.values()
            for interface in node.interfaces
            if node.name in names and interface.network == network.name
        ]
        if present:
            members = Text(", ").join(_member(node, interface) for node, interface in present)
            table.add_row(Text(f"  {network.name}", "bold"), Text(str(network.subnet), "dim"), members)
    print_stripped(out, table, may_wrap=out.is_terminal)


def _member(node: Node, interface: Interface) -> Text:
    nat = " (NAT)" if node.nat == interface.network else ""
    return Text.assemble((node.name, "cyan" if not node.forwards else ""), f" {interface.address.ip}{nat}")


def _print_step(out: Console, step: Step, number: int) -> None:
    mark = f"  {number}. "
    match step:
        case Start() | Run():
            _print_program(out, step, mark)
        case Together():
            out.print(Text(f"{mark}at the same time:"))
            for run in step.together:
                _print_program(out, run, " " * len(mark))
        case Stop():
            out.print(Text(f"{mark}stop {step.stop} (SIG{step.signal})"))
        case Link() | Gateway() | Forward() | Hub():
            out.print(Text(f"{mark}{step.kind} {step.subject}: {step.how}"))


def _print_program(out: Console, step: Start | Run, mark: str) -> None:
    indent = " " * len(mark)
    out.print(Text.assemble(mark, (step.role, "bold"), f" on {step.host}: {step.command}"), soft_wrap=True)
    if notes := list(_notes(step)):
        out.print(Text(f"{indent}{'; '.join(notes)}", "dim"), soft_wrap=True)
    if step.template:
        _print_template(out, step.template, indent)


def _print_expected(out: Console, source: str, template: Template) -> None:
    """What should be seen beside the programs."""
    heading(out, source[:1].upper() + source[1:])
    _print_template(out, template, "  ")


def _print_template(out: Console, template: Template, indent: str) -> None:
    for line in template.text.splitlines() or [_NOTHING]:
        out.print(Text.assemble(indent, ("│ ", "dim"), line), soft_wrap=True)


def _notes(step: Start | Run) -> Iterator[str]:
    """What is not as with any other program."""
    if isinstance(step, Start):
        yield "keeps running" + (f", ready when {step.ready} is there" if step.ready else "")
    if isinstance(step, Run) and step.repeat:
        yield f"{step.repeat} times"
    if step.exit == "running":
        yield f"still running after {step.timeout_s:g} s"
    elif step.exit:
        yield f"ends with exit status {step.exit}" if isinstance(step.exit, int) else f"exit: {step.exit}"
    if step.files:
        yield f"with {', '.join(step.files)}"
