"""From a run's record to its ladder: what happened, row by row. Pure; nothing is drawn here."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lab.journeys import follow
from lab.report.ladder.beside import Spot, placed
from lab.report.ladder.bounds import bounded
from lab.report.ladder.columns import arranged, columns, lanes
from lab.report.ladder.folding import folded
from lab.report.ladder.labels import Labels
from lab.report.ladder.links import Links
from lab.report.ladder.model import Ladder, Note, Say, Walk
from lab.report.ladder.signs import Signs
from lab.report.ladder.steps import Steps
from lab.report.ladder.tables import used
from lab.report.timeline import worth_telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.journeys import Journey
    from lab.record import Record
    from lab.report.ladder.bounds import Gap
    from lab.report.ladder.model import Row
    from lab.topology import Topology
    from lab.verdict import Result

_WITH_ARP = frozenset({"arp", "mac"})


def make_ladder(result: Result, topology: Topology, *, is_narrow: bool = False) -> Ladder | None:
    """None when no packet was seen. `is_narrow`: as few columns as possible. ARP is left out where it is no topic."""
    record = result.record
    if record is None:
        return None
    with_arp = not _WITH_ARP.isdisjoint(result.scenario.topics)
    captures, gap = bounded(record.captures)
    found = follow(captures, topology, record.translations)
    journeys = [journey if gap is None else gap.settled(journey) for journey in found]
    journeys = [journey for journey in journeys if with_arp or journey.packet.arp is None]
    said = list(_said(record))
    order = arranged(journeys, topology, dict.fromkeys(say.column for say in said), is_narrow=is_narrow)
    walks = list(_walks(journeys, record, topology, order))
    if not walks:
        return None
    steps = [step for walk in walks for step in walk.steps]
    return Ladder(
        columns=columns(order, steps, topology),
        lanes=lanes(order, steps, topology),
        rows=tuple(folded(_in_order(walks, said, [*_changes(record), *_left_out(gap)]))),
        tables=used(journeys, record.translations),
        roles=tuple(dict.fromkeys(execution.role for execution in record.executions)),
    )


def _walks(journeys: Sequence[Journey], record: Record, topology: Topology, order: Sequence[str]) -> Iterator[Walk]:
    arrows = Steps(topology, order, Links(record.changes), record.translations)
    signs, labels = Signs(order), Labels()
    for journey in journeys:
        words, lines = labels.of(journey)
        if steps := arrows.of(journey):
            yield Walk(
                time_s=journey.began_s, journey=journey, steps=steps, labels=words, signs=signs.of(steps), lines=lines
            )


def _said(record: Record) -> Iterator[Say]:
    hosts = {execution.transcript.source: execution.step.host for execution in record.executions}
    for moment in worth_telling(record):
        if moment.source in hosts and (moment.text.strip() or moment.kind == "end"):
            yield Say(
                time_s=moment.time_s,
                column=hosts[moment.source],
                role=moment.role,
                source=moment.source,
                parts=moment.parts,
                is_dim=moment.kind == "end",
            )


def _changes(record: Record) -> list[Note]:
    return [Note(time_s=change.time_s, kind="change", text=str(change)) for change in record.changes]


def _left_out(gap: Gap | None) -> list[Note]:
    return [] if gap is None else [Note(time_s=gap.begin_s, kind="cut", text=f"{gap.packets:,} more packets")]


def _in_order(walks: Sequence[Walk], said: Iterable[Say], notes: Iterable[Note]) -> list[Row]:
    rows: list[tuple[Spot, Row]] = [(Spot(walk.time_s, 0, walk.time_s), walk) for walk in walks]
    rows += [(Spot(note.time_s, 1, note.time_s), note) for note in notes]
    by_program: dict[str, list[Say]] = defaultdict(list)
    for say in said:
        by_program[say.source].append(say)
    for says in by_program.values():
        rows += placed(says, walks)
    return [row for _, row in sorted(rows, key=lambda row: row[0])]
