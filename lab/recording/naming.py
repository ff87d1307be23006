"""Names for the variables of a recording: what they were called before, or what a person might call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from lab.recording.values import Variable


def named(holes: Sequence[Variable], taken: Iterable[str]) -> dict[Hashable, str]:
    """A name for each identity, in the order in which they come; `taken` are names of something else."""
    by_identity: dict[Hashable, list[Variable]] = {}
    for hole in holes:
        if hole.identity is not None:
            by_identity.setdefault(hole.identity, []).append(hole)
    used = set(taken)
    names: dict[Hashable, str] = {}
    is_only_port = sum(same[0].is_port for same in by_identity.values()) == 1
    for identity, same in by_identity.items():
        before = next((hole.name for hole in same if hole.name and hole.name not in names.values()), None)
        names[identity] = before or _free(_suggested(same, is_only_port=is_only_port), used)
        used.add(names[identity])
    return names


def _suggested(same: Sequence[Variable], *, is_only_port: bool) -> str:
    if not same[0].is_port:
        return same[0].hint
    if any(hole.is_outside for hole in same):
        return "outside"
    if is_only_port:
        return "port"
    owner = next((hole.role for hole in same if hole.own and hole.role), None)
    return f"{owner}_port" if owner and owner[0].isalpha() else "port"


def _free(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
