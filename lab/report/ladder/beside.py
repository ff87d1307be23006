"""Puts what programs printed beside the packets that caused it.

The time of a line is when the lab read it, some milliseconds after it was printed: by then the next packets may have
passed. So a line that speaks of a packet stands right below that packet, what was typed stands above what it sent,
and the other lines of the program keep their places between these.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lab.journeys import flow_of
from lab.packets import Tcp, Udp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.report.ladder.model import Say, Walk

_SKEW_S = 0.001
_AT_ONCE_S = 0.005
_SOON_S = 0.05
_LATE_S = 2.0
_WORD = re.compile(r"[0-9A-Fa-f.:]*[0-9A-Fa-f]|::")
_SHORTEST = 3
"""Fewer characters may stand in any line by chance."""


class Spot(NamedTuple):
    """A place in the ladder: before (-1) or after (1) the packet that began at this time, or at it (0)."""

    time_s: float
    side: int
    said_s: float


def placed(said: Sequence[Say], walks: Iterable[Walk]) -> list[tuple[Spot, Say]]:
    """Where each line of one program belongs."""
    found = list(_causes(said, list(walks)))
    spots = [spot or Spot(say.time_s, 1, say.time_s) for say, spot in zip(said, found, strict=True)]
    for number in range(len(said) - 2, -1, -1):
        if found[number] is None:
            spots[number] = min(spots[number], spots[number + 1])
    for number in range(1, len(said)):
        spots[number] = max(spots[number], spots[number - 1])
    told = (replace(say, is_caused=spot is not None) for say, spot in zip(said, found, strict=True))
    return list(zip(spots, told, strict=True))


def _causes(said: Iterable[Say], walks: Sequence[Walk]) -> Iterator[Spot | None]:
    spent: list[Walk] = []
    for say in said:
        if any(part.is_typed for part in say.parts):
            yield _before_sent(say, walks)
            continue
        near = [walk for walk in walks if _is_near(say, walk)]
        told = [walk for walk in near if _tells_payload(say, walk)]
        cause = max(told, key=lambda walk: (len(_text(walk)), walk.time_s), default=None)
        if cause is None:
            cause = _named(say, [walk for walk in near if walk not in spent])
        if cause is not None:
            spent.append(cause)
        yield Spot(cause.time_s, 1, say.time_s) if cause else None


def _before_sent(say: Say, walks: Iterable[Walk]) -> Spot | None:
    sent = (w.time_s for w in walks if w.journey.origin == say.column and 0 <= say.time_s - w.time_s < _SOON_S)
    return next((Spot(time_s, -1, say.time_s) for time_s in sent), None)


def _named(say: Say, near: Iterable[Walk]) -> Walk | None:
    """The packet whose sender the line names: the first of a conversation that has just begun, else the last words."""
    speakers = [walk for walk in near if _tells_source(say, walk)]
    first = (walk for walk in speakers if _begins(walk) and say.time_s - walk.time_s < _begins(walk))
    words = [walk for walk in speakers if _text(walk)]
    return next(first, words[-1] if words else None)


def _begins(walk: Walk) -> float:
    """For how long a line about its sender is likely to be about this packet."""
    match walk.journey.packet.transport:
        case Udp():
            return _LATE_S
        case Tcp(flags=flags) if "SYN" in flags:
            return _AT_ONCE_S
    return 0.0


def _is_near(say: Say, walk: Walk) -> bool:
    """May the program have had to do with this packet just before?"""
    seen_s = _seen_s(walk, say.column)
    return seen_s is not None and -_SKEW_S < say.time_s - seen_s < _LATE_S


def _tells_payload(say: Say, walk: Walk) -> bool:
    text = _text(walk)
    return len(text) >= _SHORTEST and text in say.text


def _tells_source(say: Say, walk: Walk) -> bool:
    """Does the packet begin or say something, and is its sender named, as this host knows it?

    Of its own packets the port will do, unless with somebody else's address: that must have come in an answer.
    """
    is_own = walk.journey.origin == say.column
    flow = flow_of(walk.journey.hops[0 if is_own else -1].packet)
    transport = walk.journey.packet.transport
    if flow is None or not (isinstance(transport, Udp | Tcp) and (transport.length or _begins(walk))):
        return False
    words = set(_WORD.findall(say.text))
    addresses = {word for word in words if word.count(".") == 3 or word.count(":") > 1}
    here = str(flow.source[0])
    if str(flow.source[1]) not in words:
        return False
    return addresses <= {here, "0.0.0.0", "::"} if is_own else here in addresses  # noqa: S104


def _seen_s(walk: Walk, node: str) -> float | None:
    """When this node sent it first, or received it last."""
    if walk.journey.origin == node:
        return walk.time_s
    return next((one.time_s for one in walk.journey.hops[-1].heard if one.node == node), None)


def _text(walk: Walk) -> str:
    transport = walk.journey.packet.transport
    if not isinstance(transport, Udp | Tcp):
        return ""
    return transport.payload.decode(errors="ignore").strip("\0 \r\n")
