"""`--program ROLE=CMD`: a person's own program in a role of a scenario."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from lab.errors import UsageError, did_you_mean
from lab.transcript.pieces import Hole, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.scenario import Scenario
    from lab.topology import Topology

Programs = dict[str, tuple[str, ...]]


def own_programs(given: Sequence[str], scenarios: Sequence[Scenario], topology: Topology) -> Programs:
    """Role to command, split as a shell would; UsageError when a scenario could never run it so."""
    programs: Programs = {}
    for text in given:
        role, equals, command = text.partition("=")
        if not equals:
            raise UsageError(f"--program {text}: expected ROLE=CMD, like --program server='python my_server.py'")
        if role in programs:
            raise UsageError(f"--program {role} is given twice")
        users = _with_role(role, scenarios)
        programs[role] = _split(role, command)
        for scenario in users:
            _check_variables(role, programs[role], scenario, topology)
    return programs


def _with_role(role: str, scenarios: Sequence[Scenario]) -> list[Scenario]:
    if len(scenarios) == 1:
        scenarios[0].program(role)
    users = [scenario for scenario in scenarios if role in _roles(scenario)]
    if not users:
        roles = {one for scenario in scenarios for one in _roles(scenario)}
        raise UsageError(f"no role {role!r} in any of these scenarios{did_you_mean(role, roles)}")
    return users


def _roles(scenario: Scenario) -> set[str]:
    return {program.role for program in scenario.programs()}


def _split(role: str, command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--program {role}: {str(error).lower()} in {command!r}") from None
    if not words:
        raise UsageError(f"--program {role}: a command is missing after the =")
    return words


def _check_variables(role: str, words: Sequence[str], scenario: Scenario, topology: Topology) -> None:
    """Variables are filled in as in the scenario's own commands: those it never binds can only be mistakes."""
    known = {*topology.addresses(), *scenario.variables()}
    try:
        holes = [piece for word in words for piece in parse(word) if isinstance(piece, Hole)]
    except ValueError as error:
        raise UsageError(f"--program {role}: {error}") from None
    for hole in holes:
        if hole.name is None or hole.kind:
            raise UsageError(f"--program {role}: {hole} has no value; only a variable, written {{name}}, has one")
        if hole.name not in known:
            raise UsageError(f"--program {role}: no variable {hole} in {scenario.name}{did_you_mean(hole.name, known)}")
