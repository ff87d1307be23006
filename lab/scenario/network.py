"""The steps that change the network: each names what it changes, and says how that is from then on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from lab.links import LinkChange

if TYPE_CHECKING:
    from lab.forwards import PublicPort
    from lab.transcript import Place


@dataclass(frozen=True, kw_only=True)
class Link:
    """Make a host's link to a network so; `LinkChange()` restores it."""

    kind: ClassVar[Literal["link"]] = "link"
    host: str
    network: str
    change: LinkChange
    place: Place

    @property
    def subject(self) -> str:
        """Which link."""
        return f"{self.host}/{self.network}"

    @property
    def how(self) -> str:
        """How it is from then on."""
        return str(self.change)

    @property
    def is_restoring(self) -> bool:
        """Is it then as it was?"""
        return self.change == LinkChange()


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Lead a host's default route to a neighbour's name or address, nowhere (None), or (`restore`) back."""

    kind: ClassVar[Literal["gateway"]] = "gateway"
    host: str
    to: str | None
    restore: bool
    place: Place

    @property
    def subject(self) -> str:
        """Whose gateway."""
        return self.host

    @property
    def how(self) -> str:
        """How it is from then on."""
        return "restored" if self.is_restoring else self.to or "none"

    @property
    def is_restoring(self) -> bool:
        """Is it then as it was?"""
        return self.restore


@dataclass(frozen=True, kw_only=True)
class Forward:
    """Lead what arrives at a home router's public port to a port of a host inside."""

    kind: ClassVar[Literal["forward"]] = "forward"
    at: PublicPort
    host: str
    port: int
    place: Place

    @property
    def subject(self) -> str:
        """Which port of which router."""
        return str(self.at)

    @property
    def how(self) -> str:
        """Where it leads from then on."""
        return f"to {self.host}:{self.port}"

    @property
    def is_restoring(self) -> bool:
        """It ends with the scenario."""
        return False


@dataclass(frozen=True, kw_only=True)
class Hub:
    """Make a network a hub, or the switch that it was."""

    kind: ClassVar[Literal["network"]] = "network"
    network: str
    on: bool
    place: Place

    @property
    def subject(self) -> str:
        """Which network."""
        return self.network

    @property
    def how(self) -> str:
        """What it is from then on."""
        return "a hub" if self.on else "a switch"

    @property
    def is_restoring(self) -> bool:
        """Is it then as it was?"""
        return not self.on


NetworkStep = Link | Gateway | Forward | Hub
