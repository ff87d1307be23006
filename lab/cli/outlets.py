"""Where `lab capture` shows packets: as lines for people, as lines of JSON, or in a file for Wireshark."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lab.errors import LabError, UsageError
from lab.packets import PcapngWriter, Teller
from lab.report.json import VERSION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from lab.cli.stream import Passed
    from lab.packets import Detail, Packet
    from lab.topology import Topology

    Taps = Mapping[str, Sequence[str]]


class Outlet(Protocol):
    """Takes packets as they pass."""

    def show(self, passed: Passed, packet: Packet) -> None:
        """One more."""


class Lines:
    """One line a packet: seconds since the first, the place, in or out, the packet, and whose addresses those are."""

    def __init__(self, topology: Topology, taps: Taps, details: Collection[Detail]) -> None:
        self._topology = topology
        self._width = max(len(f"{host}/{network}") for host, networks in taps.items() for network in networks)
        self._tellers = _Tellers(details)
        self._began_s: float | None = None

    def show(self, passed: Passed, packet: Packet) -> None:
        if self._began_s is None:
            self._began_s = passed.time_s
        place = f"{passed.host}/{passed.network}".ljust(self._width)
        way = "out" if passed.frame.outgoing else "in "
        told = self._tellers.line(passed, packet)
        names = _names(self._topology, passed.network, packet)
        _say(f"{passed.time_s - self._began_s:10.6f}  {place}  {way}  {told}{names}")


class Json:
    """One object a packet."""

    def __init__(self, details: Collection[Detail]) -> None:
        self._tellers = _Tellers(details)

    def show(self, passed: Passed, packet: Packet) -> None:
        told = {
            "version": VERSION,
            "time_s": round(passed.time_s, 6),
            "host": passed.host,
            "network": passed.network,
            "outgoing": passed.frame.outgoing,
            "length": passed.frame.length,
            "text": self._tellers.line(passed, packet),
        }
        _say(json.dumps(told, ensure_ascii=False))


class File:
    """A file that grows, and is whole after each packet."""

    def __init__(self, file: BinaryIO, topology: Topology, taps: Taps) -> None:
        # A file has one list of names for all that it holds.
        names = topology.names_for({one for networks in taps.values() for one in networks})
        self._writer = PcapngWriter(file, names)
        for host, networks in taps.items():
            for network in networks:
                self._writer.interface(f"{host}/{network}")
        self._writer.flush()

    def show(self, passed: Passed, packet: Packet) -> None:  # noqa: ARG002  as it came
        try:
            self._writer.packet(f"{passed.host}/{passed.network}", passed.frame)
            self._writer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise LabError(f"-w: {error.strerror}") from None


@contextlib.contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """That file for writing, or standard output for `-`; UsageError when it cannot be."""
    if file == "-":
        if sys.stdout.isatty():
            raise UsageError("-w -: a terminal cannot show that; lead it into a file or a pipe")
        yield sys.stdout.buffer
        return
    try:
        out = Path(file).open("wb")  # noqa: SIM115  what goes wrong later is not about opening it
    except OSError as error:
        raise UsageError(f"-w {file}: {error.strerror}") from None
    with out:
        yield out


class _Tellers:
    """Each place tells its own packets."""

    def __init__(self, details: Collection[Detail]) -> None:
        self._details = details
        self._tellers: dict[tuple[str, str], Teller] = {}

    def line(self, passed: Passed, packet: Packet) -> str:
        place = passed.host, passed.network
        if place not in self._tellers:
            self._tellers[place] = Teller(self._details)
        return self._tellers[place].line(packet)


def _names(topology: Topology, network: str, packet: Packet) -> str:
    if packet.ip is None:
        return ""
    ends = (packet.ip.source, packet.ip.target)
    names = [topology.whose(end, (network,)) for end in ends]
    if not any(names):
        return ""
    return f"  ({' > '.join(name or str(end) for name, end in zip(names, ends, strict=True))})"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
