"""What the variables of a scenario stand for, and where each got its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.transcript import Bindings, Bound

_MOST_ITEMS = 5


def variable_lines(bindings: Bindings) -> Iterator[Text]:
    """One line a variable; of a long list the first items."""
    found: dict[str, list[Bound]] = {}
    for bound in bindings:
        found.setdefault(bound.name, []).append(bound)
    names = {name: f"{{{name}}}" for name in found}
    values = {name: _values(items) for name, items in found.items()}
    name_width = max(map(len, names.values()), default=0)
    value_width = max(map(len, values.values()), default=0)
    for name, items in found.items():
        yield Text.assemble(
            "  ",
            (names[name].ljust(name_width), "bold"),
            " = ",
            values[name].ljust(value_width),
            (f"  {items[0].origin}", "dim"),
        )


def _values(items: list[Bound]) -> str:
    shown = ", ".join(bound.value for bound in items[:_MOST_ITEMS])
    return shown if len(items) <= _MOST_ITEMS else f"{shown}, … ({len(items):,})"
