"""What was seen beside the programs: packets at interfaces and routers' tables, told line by line to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.packets import Only, Tcp, Teller
from lab.transcript import Line, Observation, Transcript

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.packets import Captured, Packet
    from lab.scenario import Table, Watch
    from lab.transcript import Setting
    from lab.translation import Translation


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What was seen where the scenario expects something."""

    expected: Watch | Table
    transcript: Transcript
    setting: Setting

    @property
    def observation(self) -> Observation:
        """What there is to compare."""
        return Observation(self.expected.template, self.transcript, self.setting)


def sight_packets(watch: Watch, captures: Iterable[Captured], setting: Setting) -> Sighting:
    """The packets that count there; LabError when some of them were not seen by the lab itself."""
    captured = next(one for one in captures if (one.host, one.network) == (watch.host, watch.network))
    if captured.dropped:
        raise LabError(f"{watch.source}: the kernel could not hand over {captured.dropped:,} packets")
    if captured.cut:
        raise LabError(f"{watch.source}: too many to keep, {captured.cut:,} are missing; say which count, with only:")
    only, teller = Only(watch.only), Teller(watch.show)
    counting = [packet for packet in _of_this_time(captured.packets) if only.takes(packet)]
    lines = tuple(Line(teller.line(packet), packet.frame.time_s) for packet in counting)
    return Sighting(expected=watch, transcript=Transcript(watch.source, lines), setting=setting)


def _of_this_time(packets: Iterable[Packet]) -> Iterator[Packet]:
    """Without what is left of TCP connections that began before: a last FIN, sent again, of an earlier scenario."""
    begun: set[frozenset[tuple[object, int]]] = set()
    for packet in packets:
        ip, tcp = packet.ip, packet.transport
        if ip is not None and isinstance(tcp, Tcp):
            flow = frozenset({(ip.source, tcp.source_port), (ip.target, tcp.target_port)})
            if "SYN" in tcp.flags:
                begun.add(flow)
            elif flow not in begun:
                continue
        yield packet


def sight_table(table: Table, translations: Sequence[Translation], setting: Setting, time_s: float) -> Sighting:
    """The translations of a router, as they were at that time."""
    lines = tuple(Line(str(one), time_s) for one in translations)
    return Sighting(expected=table, transcript=Transcript(table.source, lines), setting=setting)
