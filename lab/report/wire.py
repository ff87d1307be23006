"""What passed at the places that a run watched, a line a packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.packets import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.packets import Captured, Detail
    from lab.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Passed:
    """One packet: when, which way as the host sees it, how long with its Ethernet header, and in words."""

    time_s: float
    is_outgoing: bool
    length: int
    line: str


def passed(captured: Captured, scenario: Scenario) -> Iterator[Passed]:
    """All packets of one place, told with the details that the scenario asks for there."""
    teller = Teller(_details(captured, scenario))
    for packet in captured.packets:
        frame = packet.frame
        yield Passed(time_s=frame.time_s, is_outgoing=frame.outgoing, length=frame.length, line=teller.line(packet))


def _details(captured: Captured, scenario: Scenario) -> set[Detail]:
    watches = (watch for watch in scenario.packets if (watch.host, watch.network) == (captured.host, captured.network))
    return {detail for watch in watches for detail in watch.show}
