"""Words that are not the same the next time: what kind of value each is, and which of them are one and the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.transcript import KINDS

if TYPE_CHECKING:
    from collections.abc import Hashable

    from lab.recording.samples import Word
    from lab.recording.sides import Sides
    from lab.transcript import Setting

_ADDRESS_BEFORE = re.compile(r"(\d+(?:\.\d+){3}|localhost)['\"\]]?(?:, ?|:| port )$")
_PORT_BEFORE = re.compile(r"\bport\b\W{0,3}$", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"\b([A-Za-z]{2,16})[ :=#]{1,2}$")
_HINTS = {"int": "number", "mac": "mac", "ip": "address", "hex": "id"}
_SHORTEST_TOLD_APART = 4
_SHORTEST_HASH = 6


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One hole: its kind (None: anything), and `identity`, equal where it is the same value; None: of its own.

    `hint` is what it may be called, `name` what it was called before; `role` prints it. A port is `own` where the host
    that prints it is the one that has it, and `is_outside` where it is shown with a NAT router's address.
    """

    values: tuple[str, ...]
    kind: str | None
    identity: Hashable | None = None
    hint: str = "value"
    name: str | None = None
    role: str | None = None
    own: bool = False
    is_outside: bool = False

    @property
    def is_port(self) -> bool:
        """Ports have names of their own."""
        return self.kind in {"port", "ephemeral"}


def variable(word: Word, setting: Setting, sides: Sides, fixed: frozenset[str]) -> Variable | None:
    """What a word is when it is not the same the next time; None when it is. `fixed` are numbers in commands."""
    is_near_port, address = _port_context(word, setting)
    if is_near_port and (not word.is_constant or _is_ephemeral(word, setting, fixed)):
        own = address is not None and sides.is_own(address, setting.host)
        return Variable(
            values=word.values,
            kind="ephemeral" if own and _all_are("ephemeral", word, setting) else "port",
            identity=("port", sides.side(address, setting.host), word.values),
            own=own,
            is_outside=sides.is_nat(address, setting.host),
        )
    if word.is_constant:
        return None
    kind = _kind(word, setting)
    named = _NAME_BEFORE.search(word.before)
    return Variable(
        values=word.values,
        kind=kind,
        identity=_identity(word, kind, setting, sides),
        hint=named[1].lower() if named else _HINTS.get(kind or "", "value"),
    )


def _port_context(word: Word, setting: Setting) -> tuple[bool, str | None]:
    """Does what stands before it say that this is a port, and at which address?"""
    if not _all_are("port", word, setting):
        return False, None
    if after_address := _ADDRESS_BEFORE.search(word.before):
        return True, after_address[1]
    return _PORT_BEFORE.search(word.before) is not None, None


def _is_ephemeral(word: Word, setting: Setting, fixed: frozenset[str]) -> bool:
    """A port that only happened to be the same: nobody asked for it, so the kernel has picked it."""
    return _all_are("ephemeral", word, setting) and not fixed.intersection(word.values)


def _kind(word: Word, setting: Setting) -> str | None:
    candidates = ["int", "mac", "ip", "time", "word"]
    if min(map(len, word.values)) >= _SHORTEST_HASH:
        candidates.insert(-1, "hex")
    return next((kind for kind in candidates if _all_are(kind, word, setting)), None)


def _identity(word: Word, kind: str | None, setting: Setting, sides: Sides) -> Hashable | None:
    """Short values are equal by luck, and clocks because they were read within one second."""
    if kind == "time" or min(map(len, word.values)) < _SHORTEST_TOLD_APART:
        return None
    if _all_are("ephemeral", word, setting):  # perhaps a port: nothing says that it is none
        return ("port", sides.side(None, setting.host), word.values)
    return ("value", word.values)


def _all_are(kind: str, word: Word, setting: Setting) -> bool:
    return all(KINDS[kind].objection(value, setting) is None for value in word.values)
