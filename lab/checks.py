"""What a scenario asserts about its variables beyond what its transcripts say: one function a relation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import UsageError
from lab.transcript import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.record import Record
    from lab.scenario import Check
    from lab.transcript import Bindings, Place, Setting


@dataclass(frozen=True, kw_only=True)
class CheckOutcome:
    """One check: as it is written, whether it holds, and in words what was found."""

    place: Place
    text: str
    ok: bool
    what: str


def evaluate(checks: Sequence[Check], bindings: Bindings, record: Record) -> tuple[CheckOutcome, ...]:
    """All checks, in their order."""
    return tuple(_evaluate(check, bindings, record) for check in checks)


def _evaluate(check: Check, bindings: Bindings, record: Record) -> CheckOutcome:
    text = f"{check.kind}: {', '.join(check.texts)}"
    try:
        values = [value for written in check.texts for value in bindings.fill_each(written)]
    except UsageError as error:
        return CheckOutcome(place=check.place, text=text, ok=False, what=str(error))
    if check.kind in RELATIONS:
        objection = RELATIONS[check.kind](values)
    else:
        objection = _of_kind(check, values, _setting(check, bindings, record))
    return CheckOutcome(place=check.place, text=text, ok=objection is None, what=objection or ", ".join(values))


def _equal(values: Sequence[str]) -> str | None:
    return None if len(set(values)) <= 1 else f"not all equal: {', '.join(values)}"


def _distinct(values: Sequence[str]) -> str | None:
    again = next((value for number, value in enumerate(values) if value in values[:number]), None)
    return None if again is None else f"{again} is there more than once: {', '.join(values)}"


def _differs(values: Sequence[str]) -> str | None:
    return None if len(set(values)) > 1 else f"no difference: {', '.join(values)}"


def _ascending(values: Sequence[str]) -> str | None:
    try:
        numbers = [float(value) for value in values]
    except ValueError as error:
        return f"not numbers: {error}"
    for before, after in itertools.pairwise(numbers):
        if after <= before:
            return f"{after:g} comes after {before:g}: {', '.join(values)}"
    return None


RELATIONS: dict[str, Callable[[Sequence[str]], str | None]] = {
    "equal": _equal,
    "distinct": _distinct,
    "differs": _differs,
    "ascending": _ascending,
}


def _of_kind(check: Check, values: Sequence[str], setting: Setting) -> str | None:
    objections = ((value, KINDS[check.kind].objection(value, setting)) for value in values)
    return next((f"{value!r} {objection}" for value, objection in objections if objection is not None), None)


def _setting(check: Check, bindings: Bindings, record: Record) -> Setting:
    """Where the check's variable was seen: what is ephemeral is a matter of the host that chose it."""
    seen_in = {bound.source for bound in bindings if f"{{{bound.name}}}" in "".join(check.texts)}
    found = [execution.setting for execution in record.executions if execution.transcript.source in seen_in]
    return (found or [record.executions[0].setting])[0]
