"""A packet's journey: a hop on each network it crosses. How one is found is in `following`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lab.packets import Packet

End = Literal["arrived", "lost", "dropped", "cut up", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A node that was seen to receive a frame, and when."""

    node: str
    time_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """One frame on one network.

    `sender` is None when nobody can tell who it was, `sent_s` when the sender was not watched. `target` is whom the
    frame is for, None when it is for all or nobody can tell. `heard` is every node that received it, in that order.
    """

    network: str
    packet: Packet
    sender: str | None
    target: str | None
    sent_s: float | None
    heard: tuple[Heard, ...] = ()

    @property
    def received_s(self) -> float | None:
        """When it reached whom it was for; of one for all, the first who heard it."""
        times = (one.time_s for one in self.heard if self.target in {one.node, None})
        return next(times, None)

    @property
    def time_s(self) -> float:
        """When it was first seen."""
        return self.sent_s if self.sent_s is not None else self.heard[0].time_s

    @property
    def bystanders(self) -> tuple[Heard, ...]:
        """Who heard it though it was for somebody else."""
        return () if self.target is None else tuple(one for one in self.heard if one.node != self.target)


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """One packet from the first interface where it was seen to the last.

    How it ended: `arrived` at whom it is for; `lost` on its last network; `dropped` by the node that it reached last,
    which should have sent it on; `cut up` by that node into fragments, each with a journey of its own; or `unknown`,
    because the places where it would have gone on were not watched.
    """

    hops: tuple[Hop, ...]
    end: End

    @property
    def began_s(self) -> float:
        """When it was first seen."""
        return self.hops[0].time_s

    @property
    def packet(self) -> Packet:
        """As it was when it was first seen."""
        return self.hops[0].packet

    @property
    def origin(self) -> str | None:
        """Who sent it first, as far as it was seen."""
        return self.hops[0].sender

    @property
    def last(self) -> str | None:
        """The node that it reached last, of one for a single target."""
        hop = self.hops[-1]
        return hop.target if hop.received_s is not None else hop.sender

    @property
    def nodes(self) -> tuple[str, ...]:
        """Those on its way, in order; of a frame for all, all that heard it."""
        found = dict.fromkeys(hop.sender for hop in self.hops)
        for hop in self.hops:
            found |= dict.fromkeys([hop.target] if hop.target else (one.node for one in hop.heard))
        return tuple(node for node in found if node is not None)
