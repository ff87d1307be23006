"""Which lab a command is about: its topology, its name, its engine, and the folder that its hosts see."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab import engines
from lab.compose import find_compose_file, load_topology
from lab.document import load as load_document
from lab.errors import DocumentError, LabError, Unavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.cli.given import Given
    from lab.engines.base import Engine, Lab, Running
    from lab.topology import Topology

_SIDE_BY_SIDE = "netns"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A lab that an engine knows of, and that engine."""

    engine: Engine
    running: Running


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Where a command has its lab from. `make` gives a new one too, when the one before is of no use any more.

    A lab that was up stays so, and so does one of that name that is to be kept; any other goes with its connection.
    """

    engine: Engine
    name: str
    was_up: bool
    make: Callable[[], Lab]


def topology_of(given: Given) -> Topology:
    """The lab that the compose file describes; DocumentError when it is wrong."""
    return load_topology(find_compose_file(given.file, Path.cwd()))


def name_without_topology(given: Given) -> str:
    """The lab's name, also when the rest of the file is wrong or the file is gone."""
    if given.name is not None:
        return given.name
    try:
        file = find_compose_file(given.file, Path.cwd())
        name = load_document(file).data.get("name")
        return name if isinstance(name, str) else load_topology(file).name
    except DocumentError as error:
        raise UsageError(f"which lab? Say it with --name. The file does not tell:\n{error}") from None
    except UsageError as error:
        raise UsageError(f"which lab? Say it with --name, or lab down --all ({error})") from None


def all_labs(given: Given) -> list[Found]:
    """Every lab of this user: on the engine asked for, else on all that answer."""
    return [Found(engine=engine, running=running) for engine in _asked(given) for running in _running(engine, given)]


def find(given: Given, name: str) -> Found | None:
    """The lab of that name, if one is up or half up."""
    for engine in _asked(given):
        for running in _running(engine, given):
            if running.name == name:
                return Found(engine=engine, running=running)
    return None


def attach(given: Given) -> Lab:
    """The lab that is up; UsageError when there is none, or when it is of another file."""
    topology = topology_of(given)
    name = given.name or topology.name
    found = find(given, name)
    if found is None:
        raise UsageError(f"no lab {name!r} is up: lab up")
    if found.running.ailment:
        raise LabError(f"lab {name!r} is of no use any more ({found.running.ailment}): lab down, then lab up")
    return found.engine.attach(topology, name)


def supply(
    given: Given,
    topology: Topology,
    purpose: str,
    *,
    fresh: bool = False,
    keep: bool = False,
    only_here: bool = False,
    fast: bool = False,
) -> Supply:
    """The lab that is up, or else one made for this purpose; `fresh` is never the one that is up.

    With `only_here` one whose hosts do not see the current directory is left alone too, and with `fast` a slow one.
    """
    name = given.name or topology.name
    found = None if fresh else find(given, name)
    if found is not None and found.running.ailment is not None:
        found = None  # its name can be had
    if found is not None and (found.running.fast or not fast) and (_is_here(found.running) or not only_here):
        engine = found.engine
        return Supply(engine=engine, name=name, was_up=True, make=lambda: engine.attach(topology, name))
    engine = choose_engine(given)
    if fresh or found is not None or not keep:
        name = temporary_name(name, purpose)
    return Supply(
        engine=engine, name=name, was_up=False, make=lambda: _made(engine, topology, name, keep=keep, fast=fast)
    )


def temporary_name(name: str, purpose: str, number: int | None = None) -> str:
    """For a lab of this process, beside the one of that name; `number` when there are several."""
    return "-".join((name[:25], purpose, str(os.getpid()), *([] if number is None else [str(number)])))


def _made(engine: Engine, topology: Topology, name: str, *, keep: bool, fast: bool) -> Lab:
    if keep:  # of one that failed, which does not go by itself
        engine.down(name)
    return engine.up(topology, name, workspace_for(topology), tethered=not keep, fast=fast)


def _is_here(running: Running) -> bool:
    return Path.cwd().is_relative_to(running.workspace)


def choose_engine(given: Given) -> Engine:
    """The engine to make a lab on, and word of it on standard error when nobody had asked for that one."""
    engine = engines.choose(_name_of_engine(given))
    if _name_of_engine(given) == engines.AUTO:
        click.echo(f"engine: {engine.NAME}", err=True)
    return engine


def at_once(engine: Engine, jobs: int) -> int:
    """How many labs may be up at a time; says so on standard error when there is no room for so many."""
    if jobs == 1 or engine.NAME == _SIDE_BY_SIDE:
        return jobs
    click.echo(f"one by one, not {jobs} at a time: on {engine.NAME} there is room for one lab", err=True)
    return 1


def workspace_for(topology: Topology) -> Path:
    """The folder that hosts are to see: the compose file's, unless the current directory lies outside of it."""
    here, home = Path.cwd(), topology.file.parent
    return home if here.is_relative_to(home) else here


def folder_inside(lab: Lab) -> Path:
    """Where programs begin: in the current directory if hosts see it, else at the top of what they see."""
    here = Path.cwd()
    return here if here.is_relative_to(lab.workspace) else lab.workspace


def folders_inside(lab: Lab) -> tuple[Path, Path]:
    """Where a scenario's programs begin (beside the compose file, if hosts see that), and where a person's own do."""
    home, here = lab.topology.file.parent, folder_inside(lab)
    return (home if home.is_relative_to(lab.workspace) else here), here


def _name_of_engine(given: Given) -> str:
    return given.engine or engines.AUTO


def _asked(given: Given) -> list[Engine]:
    """The engines that may have the lab; netns first, because it answers at once."""
    name = _name_of_engine(given)
    if name == engines.AUTO:
        return [engines.load(each) for each in reversed(engines.NAMES)]
    engine = engines.load(name)
    if (reason := engine.unavailable()) is not None:
        raise Unavailable(reason)
    return [engine]


def _running(engine: Engine, given: Given) -> list[Running]:
    """Its labs; of an engine that nobody asked for and that does not answer, none."""
    try:
        return engine.running()
    except LabError:
        if _name_of_engine(given) != engines.AUTO:
            raise
        return []
