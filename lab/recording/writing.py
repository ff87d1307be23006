"""The transcripts of a scenario, from what its programs printed when it was rehearsed: text with holes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lab.recording.naming import named
from lab.recording.rehearsal import typed_lines
from lab.recording.samples import Gap, TypedHere, Unrecordable, Word, side_by_side
from lab.recording.sides import Sides
from lab.recording.values import Variable, variable
from lab.scenario import Run
from lab.transcript import Bindings, escape_line, judge

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from lab.record import Execution, Record
    from lab.recording.samples import Cell
    from lab.scenario import Scenario, Start
    from lab.topology import Topology
    from lab.transcript import Judgement, Observation
    from lab.transcript.template import Expected

_SHORTEST_KEPT = 3
_HOLE = re.compile(r"(?<!\{)\{([A-Za-z][\w-]*)\}")


@dataclass(frozen=True)
class Rehearsals:
    """A scenario, as it was before, and the records of its runs without transcripts, two at least."""

    scenario: Scenario
    topology: Topology
    records: tuple[Record, ...]

    def of(self, role: str) -> list[list[Execution]]:
        """The executions of a program, a list for each run of the scenario."""
        return [[one for one in record.executions if one.role == role] for record in self.records]

    @cached_property
    def sides(self) -> Sides:
        """The topology as the scenario's hosts see it."""
        return Sides(self.topology, (program.host for program in self.scenario.programs()))

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Numbers that stand in commands: such a port was asked for."""
        commands = (one for record in self.records for execution in record.executions for one in execution.argv)
        return frozenset(re.findall(r"\d+", " ".join(commands)))

    @cached_property
    def needed(self) -> frozenset[str]:
        """Variables that commands, checks and typed lines use: whatever has their values keeps their names."""
        texts = [text for check in self.scenario.checks for text in check.texts]
        texts += [program.command for program in self.scenario.programs()]
        texts += [text for program in self.scenario.programs() for text, _ in typed_lines(program.template)]
        return frozenset(name for text in texts for name in _HOLE.findall(text)).difference(self.topology.addresses())

    @cached_property
    def unchanged(self) -> frozenset[str]:
        """The roles whose transcripts, as they were before, were right each time."""
        good = [role for results in self._results for role, is_ok in results.items() if is_ok]
        return frozenset(role for role, times in Counter(good).items() if times == len(self.records))

    @cached_property
    def kept(self) -> Mapping[tuple[str, tuple[str, ...]], tuple[str, str | None]]:
        """By role and values: the name and kind that its transcript, as it was before, had for such a value."""
        found = [judgement.bindings.scalars for judgement in self._judgements]
        kinds = {hole.name: hole.kind for line in self._old_lines() for hole in line.holes if hole.kind}
        return {
            (program.role, tuple(one[name].value for one in found)): (name, kinds.get(name))
            for program in self.scenario.programs()
            for line in (program.template.lines() if program.template else ())
            for name in sorted(line.names)
            if all(name in one for one in found)
        }

    def _old_lines(self) -> Iterator[Expected]:
        for program in self.scenario.programs():
            if program.template is not None:
                yield from program.template.lines()

    @cached_property
    def _observations(self) -> list[list[tuple[str, Observation]]]:
        """Of each run, what there is to compare with the transcripts of before, by role."""
        before = {program.role: program.template for program in self.scenario.programs()}
        executions = (
            [replace(one, step=replace(one.step, template=before[one.role])) for one in record.executions]
            for record in self.records
        )
        return [[(one.role, seen) for one in run if (seen := one.observation)] for run in executions]

    @cached_property
    def _judgements(self) -> list[Judgement]:
        known = Bindings.of(self.topology.addresses(), self.scenario.lists)
        return [judge([seen for _, seen in run], known) for run in self._observations]

    @cached_property
    def _results(self) -> list[dict[str, bool]]:
        """Of each run, by role, whether all it printed was right."""
        found: list[dict[str, bool]] = []
        for run, judgement in zip(self._observations, self._judgements, strict=True):
            found.append({})
            for (role, _), result in zip(run, judgement.results, strict=True):
                found[-1][role] = found[-1].get(role, True) and result.ok
        return found


@dataclass(frozen=True)
class Host:
    """The address of a host, by the name of its variable."""

    name: str


Part = str | Host | Variable | Gap | TypedHere


def transcripts(rehearsals: Rehearsals, programs: Iterable[Start | Run]) -> dict[str, list[str]]:
    """For each of these programs, by role, the lines of its template, unless those it had before were right.

    Raises Unrecordable when there can be none.
    """
    lines: dict[str, list[list[Part]]] = {}
    for step in programs:
        try:
            lines[step.role] = list(_lines(rehearsals, step))
        except Unrecordable:
            if step.role not in rehearsals.unchanged:
                raise
    new = [role for role in lines if role not in rehearsals.unchanged]
    taken = {*rehearsals.topology.addresses(), *(name for name, _ in rehearsals.kept.values())}
    counts = Counter(hole.identity for hole in _holes(lines[role] for role in new))
    writer = _Writer(named(list(_holes(lines.values())), taken), counts)
    templates = {program.role: program.template for program in rehearsals.scenario.programs()}
    return {
        role: [writer.line(line, [text for text, _ in typed_lines(templates[role])]) for line in lines[role]]
        for role in new
    }


def _holes(programs: Iterable[list[list[Part]]]) -> Iterator[Variable]:
    return (part for lines in programs for line in lines for part in line if isinstance(part, Variable))


def _lines(rehearsals: Rehearsals, step: Start | Run) -> Iterator[list[Part]]:
    samples = [execution for of_run in rehearsals.of(step.role) for execution in of_run]
    for cells in side_by_side(samples):
        yield [_part(cell, samples[0], rehearsals) for cell in cells]


def _part(cell: Cell, execution: Execution, rehearsals: Rehearsals) -> Part:
    if not isinstance(cell, Word):
        return cell
    step, sides = execution.step, rehearsals.sides
    is_list = isinstance(step, Run) and step.repeat is not None
    old, kind = rehearsals.kept.get((step.role, cell.values), (None, None))
    found = variable(cell, execution.setting, sides, rehearsals.fixed)
    if found is not None and is_list:  # the items of its list are told apart from any other value
        identity = None if found.identity is None else (step.role, found.identity)
        return replace(found, identity=identity)
    if found is not None and found.is_port:
        return replace(found, name=old, role=step.role)
    if old is not None and (old in rehearsals.needed or len(cell.values[0]) >= _SHORTEST_KEPT):
        return Variable(values=cell.values, kind=kind, identity=("kept", old), name=old)
    if found is not None:
        return found
    address = sides.name(cell.values[0], step.host)
    return cell.values[0] if address is None else Host(address)


@dataclass
class _Writer:
    """Writes lines in the order of the file: a variable's kind stands where it comes first."""

    names: Mapping[Hashable, str]
    counts: Mapping[Hashable | None, int]

    def __post_init__(self) -> None:
        self._kinds: dict[str, str | None] = {}

    def line(self, parts: Sequence[Part], typed: Sequence[str]) -> str:
        """One line of a template."""
        written, literal = "", ""
        was_hole = False
        for part in [*parts, ""]:
            if isinstance(part, str) and part:
                literal += part
                continue
            if literal:
                written += _literal(literal, begins=not written)
                literal, was_hole = "", False
            if isinstance(part, TypedHere):
                closed = "{}" if written.endswith("<") else ""
                written, was_hole = f"{written}{closed}<<{typed[part.number]}>>", False
            elif not isinstance(part, str):
                hole = self._hole(part)
                # Nothing would tell where the first of two holes ends.
                written = f"{written[: written.rindex('{')]}{{_}}" if was_hole else written + hole
                was_hole = True
        return written

    def _hole(self, part: Host | Variable | Gap) -> str:
        if isinstance(part, Host):
            return f"{{{part.name}}}"
        if isinstance(part, Gap):
            return "{_}"
        kind = f":{part.kind}" if part.kind else ""
        name = self.names.get(part.identity) if part.identity is not None else None
        if name is None or (self.counts[part.identity] == 1 and not part.is_port and part.name is None):
            return f"{{_{kind}}}"
        before = self._kinds.setdefault(name, None)
        if before == part.kind or (before and part.kind != "ephemeral"):
            return f"{{{name}}}"
        self._kinds[name] = part.kind
        return f"{{{name}{kind}}}"


def _literal(text: str, *, begins: bool) -> str:
    """Text that stands for itself; what looks like grammar at the beginning of a line does so only there."""
    written = escape_line(text)
    return written if begins else written.removeprefix("{}")
