"""Why a seen line is not the expected one, in words that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lab.transcript.bindings import Bindings
from lab.transcript.kinds import KINDS
from lab.transcript.matching import Budget, Matcher, Scene, TooManyWays
from lab.transcript.pieces import Hole, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.transcript.pieces import Piece
    from lab.transcript.template import Expected

_WAYS = 20
_STEPS = 20_000
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Complaint:
    """`faults` counts the holes that hold something wrong; None: the line looks altogether different."""

    faults: int | None
    reason: str


def explain(line: Expected, text: str, column: int, bindings: Bindings, scene: Scene) -> Complaint:
    """What keeps the text, from that column on, from being this line."""
    versions = [line.pieces]
    if line.typing:
        versions.insert(0, line.pieces + line.typing.pieces)
    try:
        faults = [found for pieces in versions if (found := _faults(pieces, text, column, bindings, scene)) is not None]
    except TooManyWays:
        faults = []
    if faults:
        fewest = min(faults, key=len)
        return Complaint(len(fewest), "; ".join(fewest) or "it fits, but then nothing fits what follows")
    return Complaint(None, _difference(line.pieces, text[column:], bindings, scene))


def _faults(pieces: Sequence[Piece], text: str, column: int, bindings: Bindings, scene: Scene) -> list[str] | None:
    """What is wrong in the holes if the text around them is right; None if it is not."""
    names = [str(number) for number in range(len(pieces))]
    free = tuple(Hole(name) if isinstance(piece, Hole) else piece for name, piece in zip(names, pieces, strict=True))
    for allow_empty in (False, True):
        matcher = Matcher(free, text, scene, Budget(_STEPS), allow_empty=allow_empty)
        ways = islice(matcher.ways(column, Bindings()), _WAYS)
        found = [
            _faults_of(pieces, [bound.value if (bound := way.get(name)) else None for name in names], bindings, scene)
            for _, way in ways
        ]
        if found:
            return min(found, key=len)
    return None


def _faults_of(pieces: Sequence[Piece], values: Sequence[str | None], bindings: Bindings, scene: Scene) -> list[str]:
    faults = []
    for piece, value in zip(pieces, values, strict=True):
        if not isinstance(piece, Hole) or value is None:
            continue
        fault = _fault(piece, value, bindings, scene)
        if fault:
            faults.append(fault)
        elif piece.name and scene.bound(piece.name, bindings) is None:
            bindings = scene.bind(piece.name, value, bindings)
    return faults


def _fault(hole: Hole, value: str, bindings: Bindings, scene: Scene) -> str | None:
    bound = scene.bound(hole.name, bindings) if hole.name else None
    if bound is not None and bound.value != value:
        return f"{bound.label} is {shown(bound.value)} ({bound.origin}); seen {shown(value)}"
    if not value:
        return f"{hole} stands for at least one character; seen none"
    objection = KINDS[hole.kind].objection(value, scene.setting) if hole.kind else None
    return f"{shown(value)} {objection}" if objection else None


def _difference(pieces: Sequence[Piece], seen: str, bindings: Bindings, scene: Scene) -> str:
    """Where the text first differs from the literal parts, taken one after the other."""
    known = [_known(piece, bindings, scene) for piece in pieces]
    if None not in known:
        expected = "".join(filter(None, known))
        only = "only white space differs: " if expected.split() == seen.split() else ""
        return f"{only}expected {shown(expected)}, seen {shown(seen)}"
    at, is_after_hole = 0, False
    for literal in known:
        if literal is None:
            is_after_hole = True
            continue
        found = seen.find(literal, at + 1) if is_after_hole else at if seen.startswith(literal, at) else -1
        if found < 0:
            where = f" after {shown(seen[:at])}" if at else ""
            return f"expected {shown(literal)}{where}, seen {shown(seen[at:])}"
        at, is_after_hole = found + len(literal), False
    return f"expected the line to end after {shown(seen[:at])}, seen {shown(seen[at:])}"


def _known(piece: Piece, bindings: Bindings, scene: Scene) -> str | None:
    if isinstance(piece, Text):
        return piece.text
    bound = scene.bound(piece.name, bindings) if piece.name else None
    return bound.value if bound else None


def shown(text: str) -> str:
    """A text as a message quotes it, so that spaces show; a long one with its middle left out."""
    if len(text) <= _SHOWN:
        return repr(text)
    half = _SHOWN // 2
    return f"{text[:half]!r}...{text[-half:]!r}"
