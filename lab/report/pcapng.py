"""Everything that passed during a run, as one capture file for Wireshark and tshark."""

from __future__ import annotations

import io
import shlex
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.packets.pcapng import PcapngWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.packets import Frame
    from lab.record import Record
    from lab.report.session import Session
    from lab.verdict import Result


def capture_file(session: Session) -> bytes:
    """Each scenario's interfaces for themselves, named `SCENARIO HOST/NETWORK`; its steps are comments of packets."""
    file = io.BytesIO()
    names = session.topology.names_for(session.topology.networks)
    writer = PcapngWriter(file, names, "Socket Lab: " + ", ".join(result.scenario.name for result in session.results))
    for result in session.results:
        if result.record is not None:
            _write(writer, result, result.record)
    return file.getvalue()


def _write(writer: PcapngWriter, result: Result, record: Record) -> None:
    frames = [
        (f"{result.scenario.name} {captured.place}", packet.frame)
        for captured in record.captures
        for packet in captured.packets
    ]
    steps = deque(sorted(_steps(record)))
    for place, frame in sorted(frames, key=lambda one: one[1].time_s):
        due = []
        while steps and steps[0][0] <= frame.time_s:
            due.append(steps.popleft()[1])
        writer.packet(place, _dated(frame, record), "; ".join(due) or None)


def _steps(record: Record) -> Iterator[tuple[float, str]]:
    """When each was done, and what it was."""
    for execution in record.executions:
        yield execution.started_s, f"{execution.transcript.source}: {shlex.join(execution.argv)}"
    for change in record.changes:
        yield change.time_s, str(change)


def _dated(frame: Frame, record: Record) -> Frame:
    return replace(frame, time_s=record.began_at_s + frame.time_s)
