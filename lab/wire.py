"""What is watched besides the programs while a scenario runs: packets at interfaces, and routers' tables at the end."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lab.capture import start_captures
from lab.nat import forget_translations, translations
from lab.packets import Captured, decode
from lab.sightings import Sighting, sight_packets, sight_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from lab.capture import Capture
    from lab.engines.base import Lab
    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.transcript import Setting
    from lab.translation import Translation

HEADERS_BYTES = 256
"""Enough of a packet to draw it: all headers, and the first words."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that the wire and the tables have shown."""

    began_at_s: float
    captures: tuple[Captured, ...] = ()
    translations: Mapping[str, tuple[Translation, ...]]
    sightings: tuple[Sighting, ...] = ()


class Wire:
    """Watches what a scenario speaks of, from before its first step on.

    `everywhere` adds all that is on the way: so many bytes of each packet. `tell` is called when a packet has
    passed where the scenario expects something. Leaving its `with` block ends it.
    """

    def __init__(self, scenario: Scenario, lab: Lab, tell: Callable[[], None], *, everywhere: int) -> None:
        self._scenario = scenario
        self._lab = lab
        self._began_at_s = time.time()
        self._routers = _routers(scenario, lab.topology, everywhere=bool(everywhere))
        for table in scenario.nat:  # what earlier scenarios left there is not part of this one
            forget_translations(lab, table.host)
        expected = _expected(scenario)
        rest = _on_the_way(scenario, lab.topology) if everywhere else {}
        self._expected = start_captures(
            lab, {host: sorted(networks) for host, networks in expected.items()}, tell=lambda *_: tell()
        )
        self._captures = list(self._expected)
        with contextlib.ExitStack() as undo:
            undo.push(self.__exit__)
            others = {
                host: [one for one in networks if one not in expected.get(host, ())] for host, networks in rest.items()
            }
            self._captures += start_captures(
                lab, {host: networks for host, networks in others.items() if networks}, snap=everywhere
            )
            undo.pop_all()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.ExitStack() as stack:
            for capture in self._captures:
                stack.push(capture)

    @property
    def quiet_s(self) -> float:
        """Since when no packet has passed where the scenario expects something."""
        tapped = (one for capture in self._expected for one in capture.tapped)
        return time.time() - max((one.frames[-1].time_s for one in tapped if one.frames), default=0.0)

    def sightings(self, setting: Callable[[str], Setting]) -> list[Sighting]:
        """The packets so far where the scenario expects some."""
        return self._sighted(_captured(self._expected, self._began_at_s), setting)

    def stop(self, setting: Callable[[str], Setting]) -> Seen:
        """Look at the tables, and at all that has passed until now. LabError when the lab itself has missed some."""
        tables = {router: tuple(translations(self._lab, router)) for router in self._routers}
        for capture in self._captures:
            capture.stop()
        now_s = time.time() - self._began_at_s
        listed = [sight_table(table, tables[table.host], setting(table.host), now_s) for table in self._scenario.nat]
        captures = _captured(self._captures, self._began_at_s)
        return Seen(
            began_at_s=self._began_at_s,
            captures=captures,
            translations=tables,
            sightings=(*self._sighted(captures, setting), *listed),
        )

    def _sighted(self, captures: Sequence[Captured], setting: Callable[[str], Setting]) -> list[Sighting]:
        return [sight_packets(watch, captures, setting(watch.host)) for watch in self._scenario.packets]


def _expected(scenario: Scenario) -> dict[str, set[str]]:
    """Where the scenario expects something: host → networks."""
    found: dict[str, set[str]] = {}
    for watch in scenario.packets:
        found.setdefault(watch.host, set()).add(watch.network)
    return found


def _on_the_way(scenario: Scenario, topology: Topology) -> dict[str, list[str]]:
    """All interfaces of the hosts that take part, and of all routers."""
    taking_part = {program.host for program in scenario.programs()} | {watch.host for watch in scenario.packets}
    return {
        node.name: [interface.network for interface in node.interfaces]
        for node in topology.nodes.values()
        if node.name in taking_part or node.forwards
    }


def _routers(scenario: Scenario, topology: Topology, *, everywhere: bool) -> list[str]:
    """Whose tables to look at."""
    spoken_of = [table.host for table in scenario.nat]
    translating = [node.name for node in topology.nodes.values() if node.nat] if everywhere else []
    return list(dict.fromkeys([*spoken_of, *translating]))


def _captured(captures: list[Capture], began_at_s: float) -> tuple[Captured, ...]:
    """Each interface's packets, decoded, with times since the scenario began."""
    return tuple(
        Captured(
            host=capture.host,
            network=tapped.network,
            packets=tuple(decode(replace(frame, time_s=frame.time_s - began_at_s)) for frame in tapped.frames),
            dropped=tapped.dropped,
            cut=tapped.cut,
        )
        for capture in captures
        for tapped in capture.tapped
    )
