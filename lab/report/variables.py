"""What the variables of a scenario stand for, and where each got its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.transcript import Bindings, Bound

_MOST_ITEMS = 5


def variables(bindings: Bindings) -> list[tuple[str, str, str]]:
    """Of each its name in braces, its value (of a long list the first items), and where that came from."""
    found: dict[str, list[Bound]] = {}
    for bound in bindings:
        found.setdefault(bound.name, []).append(bound)
    return [(f"{{{name}}}", _values(items), items[0].origin) for name, items in found.items()]


def variable_lines(bindings: Bindings) -> Iterator[Text]:
    """One line a variable."""
    found = variables(bindings)
    name_width = max((len(name) for name, _, _ in found), default=0)
    value_width = max((len(value) for _, value, _ in found), default=0)
    for name, value, origin in found:
        yield Text.assemble(
            "  ", (name.ljust(name_width), "bold"), " = ", value.ljust(value_width), (f"  {origin}", "dim")
        )


def _values(items: list[Bound]) -> str:
    shown = ", ".join(bound.value for bound in items[:_MOST_ITEMS])
    return shown if len(items) <= _MOST_ITEMS else f"{shown}, … ({len(items):,})"
