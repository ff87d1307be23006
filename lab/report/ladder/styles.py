"""How a ladder is coloured in a terminal; each meaning is also said by a word or a sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.packets import Icmp, Tcp
from lab.report.ladder.columns import is_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.packets import Packet
    from lab.topology import Address

PRIVATE, PUBLIC, NAT = "green", "bright_blue", "yellow"
LOST, REFUSAL, CHANGE = "bold red", "red", "yellow"
STRONG, WEAK = "bold", "dim"
_ROLES = ("cyan", "magenta", "blue", "yellow", "green", "bright_cyan", "bright_magenta", "bright_blue")


def style_of(address: Address) -> str:
    """Which kind of address it is."""
    return PRIVATE if is_private(address) else PUBLIC


def role_style(roles: Sequence[str], role: str) -> str:
    """The same colour as in the story of the run."""
    return _ROLES[roles.index(role) % len(_ROLES)]


def style_of_packet(packet: Packet) -> str:
    """Those that say no stand out."""
    match packet.transport:
        case Tcp(flags=flags) if "RST" in flags:
            return REFUSAL
        case Icmp(quoted=quoted) if quoted is not None:
            return REFUSAL
    return ""
