"""Frames to packets, one layer at a time: what is there is told, and `trouble` says where it ends. Never raises.

A layer is believed only when all of its fixed header is there, so a cut frame has no wrong addresses, only fewer.
dpkt is loaded by the first frame, not by whoever only needs the names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.packets.model import Frame, Packet


def decode(frame: Frame) -> Packet:
    """The packet in this frame, as far as it can be made out."""
    from lab.packets import link  # noqa: PLC0415  dpkt takes longer to load than all the rest

    return link.decode(frame)
