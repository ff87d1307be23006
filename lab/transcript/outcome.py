"""What comes of an observation: a match or a mismatch, with the expected and the seen side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lab.transcript.transcript import Place


@dataclass(frozen=True, slots=True)
class Row:
    """An expected line as it is written, beside the seen line; None where there is none. `place` is in the template.

    An `ok` row without `seen` is something typed that left no line of its own, or `...` that had nothing to skip; one
    without `expected` is a line that `...` skipped.
    """

    expected: str | None
    seen: str | None
    place: Place | None
    ok: bool


@dataclass(frozen=True)
class Match:
    """All that was expected was seen, and nothing else."""

    rows: tuple[Row, ...]
    ok: Literal[True] = True


@dataclass(frozen=True)
class Mismatch:
    """Something is not as expected: by which line of the template, why, and all rows to the end of both sides.

    The first row that is not ok is the one to blame; after it nothing has been compared.
    """

    place: Place
    reason: str
    rows: tuple[Row, ...]
    ok: Literal[False] = False
