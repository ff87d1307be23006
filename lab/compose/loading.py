"""docker-compose.yml → Topology."""

from __future__ import annotations

import hashlib
import json
import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from lab.compose import checks, routing
from lab.compose.form import REASONS, FileForm, keys_at
from lab.document import brief, load
from lab.errors import UsageError
from lab.host.start import Startup, parse
from lab.shape import check
from lab.topology import Interface, Network, Node, Route, Topology

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lab.document import Document, Loc, Problem
    from lab.topology import Address

FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In the order in which Compose itself prefers them."""

_VARIABLE = re.compile(r"\$\$|\$")


def find_compose_file(explicit: Path | None, start: Path) -> Path:
    """The file that was asked for, or the one in `start` or the nearest folder above; UsageError when there is none."""
    if explicit is not None:
        return explicit
    here = start.absolute()
    for folder in (here, *here.parents):
        for name in FILE_NAMES:
            if (folder / name).is_file():
                return folder / name
    raise UsageError(f"no docker-compose.yml in {here} or above; name one with --file")


def load_topology(path: Path) -> Topology:
    """The lab that a compose file describes; DocumentError with every problem of the file, each with its line."""
    document = load(path)
    problems = list(document.problems)
    data = _without_variables(document, (), document.data, problems)
    form, misshapen = check(document, data, FileForm, keys_at, REASONS)
    problems += misshapen
    if form is None:
        raise document.error(problems)
    startups = {name: _startup(document, form, name, problems) for name in form.services}
    misplaced = _misplaced(document, form, startups)
    if not misplaced:
        networks = {name: Network(name=name, subnet=network.subnet) for name, network in form.networks.items()}
        nodes = {name: _node(form, name, startup) for name, startup in startups.items()}
        problems += [problem for name in nodes for problem in checks.translation(document, form, name, startups[name])]
        problems += [
            document.problem(("services", name, "command"), message)
            for name, message in routing.problems(nodes, networks)
        ]
    if problems or misplaced:
        raise document.error([*problems, *misplaced])
    return Topology(
        name=form.name or _name_of(path.resolve().parent),
        file=path.resolve(),
        digest=_digest(data),
        networks=networks,
        nodes=nodes,
    )


def _misplaced(document: Document, form: FileForm, startups: Mapping[str, Startup]) -> list[Problem]:
    return [
        *checks.networks(document, form),
        *(problem for name in form.services for problem in checks.service(document, form, name)),
        *checks.addresses(document, form),
        *(problem for name in form.services for problem in checks.renumbering(document, form, name, startups[name])),
    ]


def _without_variables(document: Document, loc: Loc, data: Any, problems: list[Problem]) -> Any:
    """The data with `$$` read as `$`; a `$NAME` from somebody's environment would make every lab another one."""
    if isinstance(data, dict):
        free = {key for key in data if not loc and key.startswith("x-")}
        return {
            key: value if key in free else _without_variables(document, (*loc, key), value, problems)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [_without_variables(document, (*loc, index), value, problems) for index, value in enumerate(data)]
    if isinstance(data, str) and "$" in _VARIABLE.findall(data):
        problems.append(document.problem(loc, f"no variables here, found {brief(data)} (a dollar sign is written $$)"))
    return data.replace("$$", "$") if isinstance(data, str) else data


def _startup(document: Document, form: FileForm, name: str, problems: list[Problem]) -> Startup:
    try:
        return parse(form.services[name].command)
    except ValueError as error:
        problems.append(document.problem(("services", name, "command"), str(error)))
        return Startup()


def _node(form: FileForm, name: str, startup: Startup) -> Node:
    service = form.services[name]
    routes = [("0.0.0.0/0", startup.gateway)] if startup.gateway else []
    interfaces = _interfaces(form, name)
    return Node(
        name=name,
        interfaces=interfaces,
        routes=tuple(Route(to=ip_network(to), via=ip_address(via)) for to, via in (*routes, *startup.routes)),
        nat=next((one.network for one in interfaces if str(one.address.ip) == startup.nat), None),
        sysctls=dict(service.sysctls),
        names=_names(form, name) | service.extra_hosts,
    )


def _interfaces(form: FileForm, name: str) -> tuple[Interface, ...]:
    attachments = form.services[name].networks.items()
    return tuple(
        Interface(network=network, address=form.networks[network].real(at.ipv4_address), device=f"eth{index}")
        for index, (network, at) in enumerate(attachments)
    )


def _names(form: FileForm, name: str) -> dict[str, Address]:
    """What Docker's DNS would answer here: this host, and those it shares a network with, by their address there."""
    names: dict[str, Address] = {}
    for network in form.services[name].networks:
        for other, service in form.services.items():
            if network in service.networks:
                names.setdefault(other, form.networks[network].real(service.networks[network].ipv4_address).ip)
    return names


def _name_of(folder: Path) -> str:
    """A project's name as Compose makes it of a folder's."""
    return re.sub(r"[^a-z0-9_-]", "", folder.name.lower()).lstrip("_-") or "lab"


def _digest(data: dict[str, Any]) -> str:
    """Of all that means something to either engine. The order of a host's networks does: it orders its interfaces."""
    meaning = {key: value for key, value in data.items() if key != "name" and not key.startswith("x-")}
    orders = {name: list(service["networks"]) for name, service in data["services"].items()}
    return hashlib.sha256(json.dumps([meaning, orders], sort_keys=True).encode()).hexdigest()
