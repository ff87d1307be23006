"""TCP's sequence numbers as people count them: from the start of the conversation, each direction for itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lab.packets.model import Address, Ip, Tcp

    End = tuple[Address, int]

_NUMBERS = 1 << 32
_HALF = 1 << 31


class Position(NamedTuple):
    """Where a segment stands in its conversation; `is_repeated` when all its bytes had been sent before."""

    seq: int
    ack: int
    is_repeated: bool


@dataclass
class _Direction:
    """What one end has sent so far: its first number, and the stretches since then, in order and apart."""

    first: int
    latest: int = 0
    sent: list[tuple[int, int]] = field(default_factory=list)

    def relative(self, number: int) -> int:
        """Counted from the first, however often the 32 bits have gone round since."""
        return self.latest + (number - self.first - self.latest + _HALF) % _NUMBERS - _HALF

    def send(self, start: int, end: int) -> bool:
        """Note that these were sent; had they all been before?"""
        if any(had_start <= start and end <= had_end for had_start, had_end in self.sent):
            return True
        near = [stretch for stretch in self.sent if stretch[0] <= end and start <= stretch[1]]
        apart = [stretch for stretch in self.sent if stretch not in near]
        joined = (
            min([start, *(near_start for near_start, _ in near)]),
            max([end, *(near_end for _, near_end in near)]),
        )
        self.sent = sorted([*apart, joined])
        self.latest = max(self.latest, end)
        return False


class Streams:
    """All TCP conversations seen at one place."""

    def __init__(self) -> None:
        self._directions: dict[tuple[End, End], _Direction] = {}

    def follow(self, ip: Ip, tcp: Tcp) -> Position:
        """Where the next segment stands.

        The first number of a capture that begins in mid-conversation counts as 1, as if the SYN had just been missed.
        """
        here, there = (ip.source, tcp.source_port), (ip.target, tcp.target_port)
        mine = self._directions.get((here, there))
        if mine is None or ("SYN" in tcp.flags and mine.first != tcp.seq):
            mine = self._begin(here, there, tcp)
        theirs = self._directions.get((there, here))
        if theirs is None and "ACK" in tcp.flags:
            theirs = self._directions[there, here] = _Direction((tcp.ack - 1) % _NUMBERS)
        start = mine.relative(tcp.seq)
        length = tcp.length + ("SYN" in tcp.flags) + ("FIN" in tcp.flags)
        is_repeated = length > 0 and mine.send(start, start + length)
        return Position(start, theirs.relative(tcp.ack) if theirs else 0, is_repeated)

    def look_up(self, ip: Ip, tcp: Tcp) -> Position:
        """Where a segment stands that somebody tells of: nothing is sent by that."""
        here, there = (ip.source, tcp.source_port), (ip.target, tcp.target_port)
        mine = self._directions.get((here, there)) or _Direction(_first(tcp))
        theirs = self._directions.get((there, here)) or _Direction((tcp.ack - 1) % _NUMBERS)
        return Position(mine.relative(tcp.seq), theirs.relative(tcp.ack), is_repeated=False)

    def _begin(self, here: End, there: End, tcp: Tcp) -> _Direction:
        if "SYN" in tcp.flags and "ACK" not in tcp.flags:  # the ports are used again: forget what went on before
            self._directions.pop((there, here), None)
        mine = self._directions[here, there] = _Direction(_first(tcp))
        return mine


def _first(tcp: Tcp) -> int:
    return tcp.seq if "SYN" in tcp.flags else (tcp.seq - 1) % _NUMBERS
