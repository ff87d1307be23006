"""One fixed header, read by dpkt; what it carries is for the next layer.

dpkt would go on by itself, through any number of layers, and gives up on all of them when one is broken.
"""

from __future__ import annotations

import struct
from typing import Any

from dpkt.dpkt import Packet as Header  # type: ignore[import-untyped]

TRUNCATED = "truncated"
"""The trouble of a packet that should have been longer."""


class Trouble(Exception):
    """No further than here, and why; `TRUNCATED` when bytes that the headers promise are not there."""


def read(kind: type[Header], data: bytes) -> Any:
    """The header with its fields, `data` being what follows it; Trouble when it is not all there."""
    header: Any = Header.__new__(kind)
    try:
        Header.unpack(header, data)
    except struct.error:
        raise Trouble(TRUNCATED) from None
    return header
