"""What can be wrong with a scenario whose every key and value is well formed: does it fit itself and the topology?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.errors import UsageError, did_you_mean
from lab.forwards import address_inside
from lab.routes import next_hop
from lab.scenario.form import RunForm, StartForm, StopForm, TogetherForm
from lab.scenario.network_form import NOWHERE, ForwardForm, GatewayForm, LinkForm, NetworkForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.document import Document, Loc, Problem
    from lab.scenario.form import AnyStepForm, ScenarioForm
    from lab.topology import Topology


def problems(document: Document, form: ScenarioForm, topology: Topology) -> Iterator[Problem]:
    """All but the transcripts and their variables."""
    stem = document.path.stem
    if form.name != stem:
        yield document.problem(("name",), f"{form.name!r} in a file called {document.path.name} (allowed: {stem!r})")
    yield from _hosts(document, form, topology)
    yield from _network(document, form, topology)
    yield from _observed(document, form, topology)
    yield from _roles(document, form)


def programs(form: ScenarioForm) -> Iterator[tuple[Loc, StartForm | RunForm]]:
    """Every program with its place in the file."""
    for index, step in enumerate(form.steps):
        if isinstance(step, StartForm | RunForm):
            yield ("steps", index), step
        elif isinstance(step, TogetherForm):
            for inner, run in enumerate(step.together):
                yield ("steps", index, "together", inner), run


def _hosts(document: Document, form: ScenarioForm, topology: Topology) -> Iterator[Problem]:
    for loc, program in programs(form):
        if program.host not in topology.nodes:
            near = did_you_mean(program.host, topology.nodes)
            yield document.problem((*loc, "host"), f"no host {program.host!r}{near}")


def _network(document: Document, form: ScenarioForm, topology: Topology) -> Iterator[Problem]:
    for index, step in enumerate(form.steps):
        if found := _ill_changed(step, topology):
            key, wrong = found
            yield document.problem(("steps", index, key), wrong)


def _ill_changed(step: AnyStepForm, topology: Topology) -> tuple[str, str] | None:
    """The key of a step that changes what is not there, and what is wrong with it."""
    key, wrong = "", None
    match step:
        case LinkForm():
            key, wrong = "link", _unlinked(step.link, topology)
        case NetworkForm() if step.network not in topology.networks:
            key, wrong = "network", f"no network {step.network!r}{did_you_mean(step.network, topology.networks)}"
        case GatewayForm(gateway=host) | ForwardForm(forward=host) if host not in topology.nodes:
            key = "gateway" if isinstance(step, GatewayForm) else "forward"
            wrong = f"no host {host!r}{did_you_mean(host, topology.nodes)}"
        case GatewayForm(to=str(to)) if to != NOWHERE:
            key, wrong = "to", _objection(next_hop, topology, step.gateway, to)
        case ForwardForm():
            key = "to" if topology.nodes[step.forward].nat else "forward"
            wrong = _objection(address_inside, topology, step.forward, step.to[0])
    return (key, wrong) if wrong else None


def _objection(find: Callable[[Topology, str, str], object], topology: Topology, host: str, to: str) -> str | None:
    try:
        find(topology, host, to)
    except UsageError as error:
        return str(error)
    return None


def _observed(document: Document, form: ScenarioForm, topology: Topology) -> Iterator[Problem]:
    for index, packets in enumerate(form.packets):
        if wrong := _unlinked(packets.at, topology):
            yield document.problem(("packets", index, "at"), wrong)
    for index, table in enumerate(form.nat):
        translating = [node.name for node in topology.nodes.values() if node.nat]
        if table.at not in topology.nodes:
            yield document.problem(("nat", index, "at"), f"no host {table.at!r}{did_you_mean(table.at, translating)}")
        elif table.at not in translating:
            allowed = ", ".join(translating) or "no router of this lab does"
            yield document.problem(("nat", index, "at"), f"{table.at} translates nothing (allowed: {allowed})")


def _unlinked(link: str, topology: Topology) -> str | None:
    host, _, network = link.partition("/")
    if host not in topology.nodes:
        return f"no host {host!r}{did_you_mean(host, topology.nodes)}"
    here = [interface.network for interface in topology.nodes[host].interfaces]
    return None if network in here else f"{host} is not on network {network!r}{did_you_mean(network, here)}"


def _roles(document: Document, form: ScenarioForm) -> Iterator[Problem]:
    """A role is one program; only what is running can be stopped."""
    first: dict[str, int] = {}
    running: set[str] = set()
    for index, step in enumerate(form.steps):
        for loc, program in programs(form):
            if loc[1] == index:
                key, role = _role(program)
                line = document.line((*loc, key))
                if first.setdefault(role, line) != line:
                    why = f"the role {role!r} is taken in line {first[role]}; each program has a role of its own"
                    yield document.problem((*loc, key), why)
        if isinstance(step, StartForm):
            running.add(step.start)
        if isinstance(step, StopForm):
            if step.stop not in running:
                yield document.problem(("steps", index, "stop"), _not_running(step.stop, first, running))
            running.discard(step.stop)


def _role(program: StartForm | RunForm) -> tuple[str, str]:
    return ("start", program.start) if isinstance(program, StartForm) else ("run", program.run)


def _not_running(role: str, known: dict[str, int], running: set[str]) -> str:
    if role in known:
        return f"{role!r} is over by then; only a program of an earlier start can be stopped, once"
    return f"nothing was started in the role {role!r}{did_you_mean(role, running)}"
