"""What a router that translates addresses has in its table (RFC 3022): which flow it turned into which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    End = tuple[IPv4Address | IPv6Address, int]


@dataclass(frozen=True, kw_only=True)
class Translation:
    """One flow, from both sides of its router.

    On the side of whoever began it, it goes from `source` to `target`; on the other side from `outside` to `inside`.
    Only `outside` differs from `source` where a home is hidden, only `inside` from `target` where a port is forwarded.
    """

    protocol: str
    source: End
    target: End
    outside: End
    inside: End

    @property
    def is_forwarded(self) -> bool:
        """Is it led to another target than it asked for?"""
        return self.inside != self.target

    def __str__(self) -> str:
        flow = f"{self.protocol} {_end(self.source)} > {_end(self.target)}"
        masked = f" as {_end(self.outside)}" if self.outside != self.source else ""
        forwarded = f" to {_end(self.inside)}" if self.is_forwarded else ""
        return flow + masked + forwarded


def _end(end: End) -> str:
    address, port = end
    return f"{address}:{port}"
