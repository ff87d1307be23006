"""What several commands are told in the same way: which lab (its file, engine and name), and how many at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_MOST_JOBS = 64
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Given:
    """`--file`, `--engine` and `--name`, or LAB_FILE, LAB_ENGINE and LAB_NAME; None where nothing was said."""

    file: Path | None = None
    engine: str | None = None
    name: str | None = None


def lab_options(*, with_environment: bool = False) -> Callable[[_Command], _Command]:
    """The three options, before or after the command: what stands later wins over what stands earlier."""

    def add(command: _Command) -> _Command:
        for name, kind, text in (
            ("name", str, "The lab's name, when there are several.  [default: the file's]"),
            ("engine", str, "docker, netns, or auto: the first that works.  [default: auto]"),
            ("file", click.Path(path_type=Path), "The compose file.  [default: here or in a folder above]"),
        ):
            click.option(
                f"--{name}",
                type=kind,
                help=text,
                metavar=name.upper(),
                envvar=f"LAB_{name.upper()}" if with_environment else None,
                expose_value=False,
                callback=_note,
            )(command)
        return command

    return add


def jobs_option(command: _Command) -> _Command:
    """How many labs side by side."""
    number = click.IntRange(1, _MOST_JOBS)
    text = "So many at a time, each in a lab of its own."
    return click.option("--jobs", type=number, default=1, metavar="N", help=text)(command)


def _note(context: click.Context, option: click.Parameter, value: Any) -> None:
    given = context.find_object(Given) or Given()
    if value is not None and option.name:
        given = replace(given, **{option.name: value})
    if given.name is not None and not _NAME.fullmatch(given.name):
        raise UsageError(
            f"no lab can have the name {given.name!r} "
            "(allowed: up to 40 of a-z, 0-9, '-' and '_', the first a letter or digit)"
        )
    context.obj = given
