"""What an arrow says: from many words to few, so that whoever draws it takes what fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lab.packets import Icmp, Tcp, Teller, Udp
from lab.packets.quoting import quote
from lab.packets.streams import Streams
from lab.report.ladder.canvas import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.journeys import Hop, Journey
    from lab.packets import Packet
    from lab.packets.streams import Position
    from lab.report.ladder.model import Step, Walk

_FILLING = re.compile(" {4,}'$")
_FLAGS = ("SYN", "FIN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")


class Labels:
    """Told journey after journey, in the order of time: TCP's numbers are counted on each network for itself."""

    def __init__(self) -> None:
        self._streams: dict[str, Streams] = {}
        self._tellers: dict[str, Teller] = {}

    def of(self, journey: Journey) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The labels of its arrow, and the whole line of each hop."""
        position: Position | None = None
        for hop in reversed(journey.hops):
            position = self._position(hop)
        labels = (
            _FILLING.sub(" …'", label) for label in _labels(journey.packet, position, self._tail(journey.hops[0]))
        )
        return tuple(dict.fromkeys(labels)), tuple(self._line(hop) for hop in journey.hops)

    def _position(self, hop: Hop) -> Position | None:
        packet = hop.packet
        if packet.ip is None or not isinstance(packet.transport, Tcp):
            return None
        return self._streams.setdefault(hop.network, Streams()).follow(packet.ip, packet.transport)

    def _line(self, hop: Hop) -> str:
        return self._tellers.setdefault(hop.network, Teller()).line(hop.packet)

    def _tail(self, hop: Hop) -> str:
        """The line without its ends."""
        line = Teller().line(hop.packet)
        head, arrow, rest = line.partition(" > ")
        return rest.partition(" ")[2] if arrow and " " not in head else line


def choose_label(walk: Walk, room: Callable[[Step], int]) -> tuple[Step, str] | None:
    """Which label stands on which arrow: where most of it fits, on the first arrow if that makes no difference.

    `room` says how many characters fit on one.
    """
    tries = [
        (words + (number > 0), number, label)
        for number, step in enumerate(walk.steps)
        if step.loss != "here"
        for words, label in enumerate(walk.labels)
        if cell_len(label) <= room(step)
    ]
    if tries:
        _, number, label = min(tries)
        return walk.steps[number], label
    arrows = [step for step in walk.steps if step.loss != "here"]
    if not arrows:
        return None
    widest = max(arrows, key=room)
    return widest, shortened(walk.labels[-1], room(widest) + 2)


def _labels(packet: Packet, position: Position | None, tail: str) -> Iterator[str]:
    match packet.transport:
        case Tcp() as tcp if position is not None:
            yield from _of_tcp(tcp, position)
        case Udp() as udp if packet.ip is not None and not packet.ip.is_fragment:
            yield tail
            yield tail.removeprefix(f"UDP {udp.length} ") if "DNS" in tail else tail.replace(f"UDP {udp.length}", "UDP")
            yield f"UDP {udp.length}"
        case Icmp() as icmp:
            yield tail
            yield f"ICMP {icmp.text}"
            yield icmp.text
        case _:
            yield tail
            yield tail.removesuffix(" from " + str(packet.arp.sender)) if packet.arp else tail


def _of_tcp(tcp: Tcp, position: Position) -> Iterator[str]:
    again = "again: " if position.is_repeated else ""
    flags = again + (" ".join(flag for flag in _FLAGS if flag in tcp.flags) or "no flags")
    numbers = f"seq {position.seq}" + (f" ack {position.ack}" if "ACK" in tcp.flags else "")
    text = f" {quote(tcp.payload, tcp.length)}" if tcp.length and tcp.payload else ""
    count = f" {tcp.length}" if tcp.length else ""
    yield f"{flags} {numbers}" + (f" len{count}" if count else "") + text
    if text:
        yield f"{flags} seq {position.seq}{text}"
        yield flags + text
        yield again + text.strip()
    if tcp.flags == {"ACK"} and not tcp.length:
        yield f"{again}ACK {position.ack}"
    yield flags + count
    yield flags
