"""What a file says and where: plain data that knows the line of every value, and the messages about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lab.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Loc = tuple[str | int, ...]


class Problem(NamedTuple):
    """Something wrong in a file: in which line, with what (`steps[0].host`, or "") and why."""

    line: int
    where: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value where it stands: plain data, its line, its source text and how a scalar was written.

    `style` is `|`, `>`, `'`, `"`, or "" for a plain scalar and for a mapping or list. `text` of a mapping or list is
    its source when that is one line. `size` counts all values in it, those behind aliases too.
    """

    data: Any
    line: int
    text: str = ""
    style: str = ""
    children: Mapping[str | int, Child] = field(default_factory=dict)
    size: int = 1

    @property
    def is_scalar(self) -> bool:
        """Neither a mapping nor a list."""
        return not isinstance(self.data, dict | list)


class Child(NamedTuple):
    """A value under its key or index, and the line of that key: with an alias the value stands elsewhere."""

    line: int
    value: Value


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file that holds one mapping. `problems` are those that let the rest be understood: duplicate keys, tags."""

    path: Path
    root: Value
    problems: tuple[Problem, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """The whole file as plain data."""
        mapping: dict[str, Any] = self.root.data
        return mapping

    def find(self, loc: Loc) -> Value | None:
        """The value there; None when nothing stands there."""
        child = self._child(loc)
        return child.value if child else None

    def line(self, loc: Loc) -> int:
        """The line of a scalar, of the key of a mapping or list; where nothing stands, that of what would hold it."""
        child = self._child(loc)
        if child is None:
            return self.line(loc[:-1])
        return child.value.line if child.value.is_scalar else child.line

    def key_line(self, loc: Loc) -> int:
        """The line of the key or list item itself, wherever an alias may have its value."""
        child = self._child(loc)
        return child.line if child else self.line(loc)

    def problem(self, loc: Loc, why: str) -> Problem:
        """What is wrong there."""
        return Problem(self.line(loc), dotted(loc), why)

    def error(self, problems: Iterable[Problem]) -> DocumentError:
        """These problems as one error, in line order; what stands in one line and is seen in many places, once."""
        places: dict[tuple[int, str], list[str]] = {}
        for line, where, why in problems:
            places.setdefault((line, why), []).append(where)
        return DocumentError(
            message(self.path, Problem(line, _several(wheres), why)) for (line, why), wheres in sorted(places.items())
        )

    def problems_of(self, error: DocumentError) -> list[Problem]:
        """Problems of this file that somebody else has worded."""
        found = []
        for worded in error.problems:
            line, _, why = worded.removeprefix(f"{shown(self.path)}:").partition(": ")
            found.append(Problem(int(line), "", why))
        return found

    def _child(self, loc: Loc) -> Child | None:
        child = Child(self.root.line, self.root)
        for key in loc:
            if key not in child.value.children:
                return None
            child = child.value.children[key]
        return child


def message(path: Path, problem: Problem) -> str:
    """`scenarios/udp-echo.yaml:12: steps[0].host: no host 'sever'`."""
    said = f"{problem.where}: {problem.why}" if problem.where else problem.why
    # A key may hold anything, and a message is one line on a terminal.
    safe = "".join(char if char.isprintable() else repr(char)[1:-1] for char in said)
    return f"{shown(path)}:{problem.line}: {safe}"


def shown(path: Path) -> str:
    """A path as messages name it: relative to the current directory when it is below it."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)


def dotted(loc: Loc) -> str:
    """`("steps", 0, "host")` as `steps[0].host`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in loc).removeprefix(".")


def described(value: Value) -> str:
    """A value in a message, as it is written: `'sally'`, `0x10`, `{a: b}`, `a list`, `nothing`."""
    if isinstance(value.data, dict) and value.text:
        return f"the mapping {value.text}"
    return value.text if isinstance(value.data, bool | float) else brief(value.data)


def brief(data: Any) -> str:
    """Plain data in a message: never longer than a line, whatever a file holds."""
    match data:
        case None:
            return "nothing"
        case dict():
            return "keys and values"
        case list():
            return "a list"
        case bool():
            return str(data).lower()
        case str():
            return repr(data if len(data) <= 60 else data[:57] + "...")
        case _:
            return str(data)


def _several(wheres: list[str]) -> str:
    return wheres[0] if len(wheres) == 1 else f"{wheres[0]} (and {len(wheres) - 1} more)"
