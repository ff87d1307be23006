"""A ladder: columns for nodes, and from the top down what happened. Data only; drawn by `text` and `svg`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.journeys import Hop, Journey
    from lab.report.timeline import Part
    from lab.topology import Address
    from lab.translation import Translation

Side = Literal["left", "right"]
Loss = Literal["on the way", "on arrival", "here"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A node, with its addresses towards the columns on either side."""

    name: str
    is_router: bool
    is_nat: bool
    left: Address | None
    right: Address | None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One arrow: from a column to others, the first of them being whom it is for, if it is for one.

    Plain routers without a column of their own are `via`. `loss`: it broke on the way, or just before the target, or
    at the column itself, which then is sender and target; `why` says more of that.
    """

    sender: str
    targets: tuple[str, ...]
    hops: tuple[Hop, ...]
    via: tuple[str, ...] = ()
    bystanders: tuple[str, ...] = ()
    loss: Loss | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Sign:
    """An end of the flow as it is written beside a column: what others on that side know it by."""

    column: str
    side: Side
    address: Address
    port: int
    is_changed: bool

    def __str__(self) -> str:
        return f"{self.address}:{self.port}" if self.port else str(self.address)


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A packet that walks across; `labels` say what it is, from many words to few; `signs` only where they are news."""

    time_s: float
    journey: Journey
    steps: tuple[Step, ...]
    labels: tuple[str, ...]
    signs: tuple[Sign, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Say:
    """A line that a program printed on the host of that column, or, `is_dim`, what became of it.

    `is_caused` by a packet, or the cause of one.
    """

    time_s: float
    column: str
    role: str
    source: str
    parts: tuple[Part, ...]
    is_dim: bool = False
    is_caused: bool = False

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something about all columns: a change of the network, time that passed (`gap`), or packets left out (`cut`)."""

    time_s: float
    kind: Literal["change", "gap", "cut"]
    text: str


Row = Walk | Say | Note


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """`lanes` are the names of what lies between two columns; `tables` the entries that these packets used."""

    columns: tuple[Column, ...]
    lanes: tuple[str, ...]
    rows: tuple[Row, ...]
    tables: Mapping[str, tuple[Translation, ...]]
    roles: tuple[str, ...]

    def index(self, column: str) -> int:
        """Its place from the left."""
        return next(number for number, one in enumerate(self.columns) if one.name == column)
