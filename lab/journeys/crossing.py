"""Frames on one network: what one interface sent is what others received."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lab.journeys.likeness import MATTER_BYTES
from lab.journeys.model import Heard, Hop
from lab.journeys.neighbours import is_for_all
from lab.journeys.pairing import pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.journeys.neighbours import Neighbours
    from lab.packets import Captured, Packet

    Key = tuple[str, int, bytes]
    Sights = dict[str, list[Packet]]


def crossings(captures: Iterable[Captured], neighbours: Neighbours) -> list[Hop]:
    """Every frame that was seen, in the order of time; once, however many saw it."""
    sent: dict[Key, Sights] = defaultdict(lambda: defaultdict(list))
    received: dict[Key, Sights] = defaultdict(lambda: defaultdict(list))
    for captured in captures:
        for packet in captured.packets:
            side = sent if packet.frame.outgoing else received
            key = captured.network, packet.frame.length, packet.frame.data[:MATTER_BYTES]
            side[key][captured.host].append(packet)
    keys = dict.fromkeys([*sent, *received])
    hops = [hop for key in keys for hop in _hops(key[0], sent.get(key, {}), received.get(key, {}), neighbours)]
    return sorted(hops, key=lambda hop: hop.time_s)


def _hops(network: str, sent: Sights, received: Sights, neighbours: Neighbours) -> Iterator[Hop]:
    """Of equal frames. Without their sender, the receiver that heard most of them stands for it."""
    for sender, frames in sent.items():
        others = {node: heard for node, heard in received.items() if node != sender}
        yield from _heard_by(network, sender, frames, others, neighbours)
    if not sent:
        frames = max(received.values(), key=len)
        yield from _heard_by(network, None, frames, received, neighbours)


def _heard_by(
    network: str, sender: str | None, frames: Sequence[Packet], received: Sights, neighbours: Neighbours
) -> Iterator[Hop]:
    heard: list[list[Heard]] = [[] for _ in frames]
    times = _times(frames)
    for node, packets in received.items():
        arrivals = _times(packets)
        # Without a sender its times are those of one receiver, and another may have heard the frame before.
        pairs = pair(times, arrivals) if sender else {number: number for number in range(len(packets))}
        for effect, cause in pairs.items():
            heard[cause].append(Heard(node=node, time_s=arrivals[effect]))
    for packet, ears in zip(frames, heard, strict=True):
        origin = sender or neighbours.sender(network, packet)
        target = neighbours.target(network, packet, origin)
        if target is None and len(ears) == 1 and not is_for_all(packet):
            target = ears[0].node
        yield Hop(
            network=network,
            packet=packet,
            sender=origin,
            target=target,
            sent_s=packet.frame.time_s if sender else None,
            heard=tuple(sorted(ears, key=lambda one: one.time_s)),
        )


def _times(packets: Iterable[Packet]) -> list[float]:
    return [packet.frame.time_s for packet in packets]
