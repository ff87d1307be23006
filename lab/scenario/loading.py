"""A scenario file → Scenario: everything that can be known without running it is checked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.document import load, shown
from lab.errors import DocumentError
from lab.forwards import PublicPort
from lab.links import LinkChange
from lab.scenario import checks
from lab.scenario.form import REASONS, RunForm, ScenarioForm, StartForm, StopForm, TogetherForm, keys_at
from lab.scenario.model import Check, Run, Scenario, Start, Stop, Table, Together, Watch
from lab.scenario.network import Forward, Gateway, Hub, Link
from lab.scenario.network_form import NOWHERE, ForwardForm, GatewayForm, LinkForm, NetworkForm
from lab.shape import check
from lab.transcript import Place, Template, Use, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from lab.document import Document, Loc, Problem
    from lab.scenario.form import AnyStepForm
    from lab.scenario.model import Step
    from lab.scenario.network import NetworkStep
    from lab.scenario.network_form import NetworkStepForm
    from lab.topology import Topology


def load_scenario(path: Path, topology: Topology) -> Scenario:
    """Read a scenario for this topology; DocumentError with every problem of the file, each with its line."""
    document = load(path)
    form, misshapen = check(document, document.data, ScenarioForm, keys_at, REASONS)
    problems = [*document.problems, *misshapen]
    if form is None:
        raise document.error(problems)
    problems += checks.problems(document, form, topology)
    templates, malformed = _templates(document, form)
    problems += malformed
    lists: frozenset[str] = frozenset()
    if not malformed:
        try:
            lists = scan(_uses(document, form, templates), topology.addresses())
        except DocumentError as error:
            problems += document.problems_of(error)
    if problems:
        raise document.error(problems)
    return Scenario(
        name=form.name,
        title=form.title,
        topics=tuple(form.topics),
        story=form.story,
        steps=tuple(_step(document, templates, ("steps", index), step) for index, step in enumerate(form.steps)),
        packets=tuple(_packets(document, form, templates)),
        nat=tuple(_tables(document, form, templates)),
        checks=tuple(_checks(document, form)),
        needs=_needs(form),
        lists=lists,
        file=path.resolve(),
    )


def _place(document: Document, loc: Loc) -> Place:
    return Place(shown(document.path), document.line(loc))


def _templates(document: Document, form: ScenarioForm) -> tuple[dict[Loc, Template], list[Problem]]:
    """Each template, by the place of whatever it belongs to."""
    templates: dict[Loc, Template] = {}
    problems: list[Problem] = []
    for loc, text in _transcripts(form):
        at = (*loc, "transcript")
        value = document.find(at)
        if text is None or value is None:
            continue
        if value.style == ">" or (value.style != "|" and "\n" in text):
            problems.append(document.problem(at, "lines must stay lines: write them as a block below `transcript: |`"))
            continue
        first = _place(document, at).below(1 if value.style == "|" else 0)
        try:
            template = Template.parse(text, first)
        except DocumentError as error:
            problems += document.problems_of(error)
            continue
        templates[loc] = template
        if loc[0] != "steps" and (typed := next((line for line in template.lines() if line.typing), None)):
            problems += document.problems_of(DocumentError([f"{typed.place}: nobody can type into {loc[0]}"]))
    return templates, problems


def _transcripts(form: ScenarioForm) -> Iterator[tuple[Loc, str | None]]:
    yield from ((loc, program.transcript) for loc, program in checks.programs(form))
    yield from ((("packets", index), packets.transcript) for index, packets in enumerate(form.packets))
    yield from ((("nat", index), table.transcript) for index, table in enumerate(form.nat))


def _uses(document: Document, form: ScenarioForm, templates: Mapping[Loc, Template]) -> Iterator[Use]:
    """Where variables stand, in the order in which they are needed: what runs together is started before it prints."""
    for index in range(len(form.steps)):
        programs = [(loc, program) for loc, program in checks.programs(form) if loc[1] == index]
        for loc, program in programs:
            place = _place(document, (*loc, "command"))
            yield Use(what=program.command, place=place, repeated=_is_repeated(program))
        for loc, program in programs:
            if loc in templates:
                yield Use(what=templates[loc], place=templates[loc].place, repeated=_is_repeated(program))
    for loc, template in templates.items():
        if loc[0] != "steps":
            yield Use(what=template, place=template.place)
    for one in _checks(document, form):
        for text in one.texts:
            yield Use(what=text, place=one.place, is_check=True)


def _packets(document: Document, form: ScenarioForm, templates: Mapping[Loc, Template]) -> Iterator[Watch]:
    for index, one in enumerate(form.packets):
        loc = ("packets", index)
        host, _, network = one.at.partition("/")
        yield Watch(
            host=host,
            network=network,
            template=templates[loc],
            place=_place(document, loc),
            only=tuple(one.only or ()),
            show=tuple(one.show),
        )


def _tables(document: Document, form: ScenarioForm, templates: Mapping[Loc, Template]) -> Iterator[Table]:
    for index, one in enumerate(form.nat):
        yield Table(host=one.at, template=templates["nat", index], place=_place(document, ("nat", index)))


def _is_repeated(program: StartForm | RunForm) -> bool:
    return isinstance(program, RunForm) and program.repeat is not None


def _checks(document: Document, form: ScenarioForm) -> Iterator[Check]:
    for index, one in enumerate(form.checks):
        for kind, texts in one.asked:
            yield Check(kind=kind, texts=texts, place=_place(document, ("checks", index, kind)))


def _needs(form: ScenarioForm) -> tuple[str, ...]:
    delays = any(isinstance(step, LinkForm) and step.delay is not None for step in form.steps)
    hubs = any(isinstance(step, NetworkForm) for step in form.steps)
    return tuple(dict.fromkeys([*form.needs, *(["delay"] if delays else []), *(["hub"] if hubs else [])]))


def _step(document: Document, templates: Mapping[Loc, Template], loc: Loc, form: AnyStepForm) -> Step:
    place = _place(document, loc)
    match form:
        case StartForm():
            common = _common(form, templates.get(loc), place)
            return Start(role=form.start, ready=form.ready, exit=form.exit, **common)
        case RunForm():
            return _run(form, templates.get(loc), place)
        case StopForm():
            return Stop(stop=form.stop, signal=form.signal, place=place)
        case TogetherForm():
            inner = [((*loc, "together", index), run) for index, run in enumerate(form.together)]
            runs = tuple(_run(run, templates.get(at), _place(document, at)) for at, run in inner)
            return Together(together=runs, place=place)
        case _:
            return _network_step(form, place)


def _network_step(form: NetworkStepForm, place: Place) -> NetworkStep:
    match form:
        case LinkForm():
            host, _, network = form.link.partition("/")
            change = LinkChange(
                loss_percent=form.loss,
                rate_kbit=form.rate,
                delay_ms=form.delay,
                mtu_bytes=form.mtu,
                down=form.down,
            )
            return Link(host=host, network=network, change=change, place=place)
        case GatewayForm():
            to = None if form.to == NOWHERE else form.to
            return Gateway(host=form.gateway, to=to, restore=form.restore, place=place)
        case ForwardForm():
            (protocol, public), (host, port) = form.port, form.to
            at = PublicPort(router=form.forward, protocol=protocol, port=public)
            return Forward(at=at, host=host, port=port or public, place=place)
        case NetworkForm():
            return Hub(network=form.network, on=form.hub, place=place)


def _run(form: RunForm, template: Template | None, place: Place) -> Run:
    return Run(role=form.run, exit=form.exit, repeat=form.repeat, **_common(form, template, place))


def _common(form: StartForm | RunForm, template: Template | None, place: Place) -> dict[str, Any]:
    return {
        "host": form.host,
        "command": form.command,
        "template": template,
        "place": place,
        "files": form.files,
        "env": form.env,
        "tty": form.tty,
        "timeout_s": form.timeout,
    }
