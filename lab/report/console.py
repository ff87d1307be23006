"""The ends that people read: data on standard output, talk on standard error.

Colours, widths and live displays follow from what is at the other end: none of them without a terminal. No text is
ever taken as markup, whoever wrote it.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

WIDEST = 100
"""A story is not easier to read in longer lines than this."""

_PIPE_WIDTH = 80
_NEVER_WRAP = 10_000


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end the process here; what has to end first is not its business."""
        raise BrokenPipeError


def console(file: TextIO | None = None) -> Console:
    """For that file, or standard output; as wide as a story should be."""
    plain = _Console(file=file or sys.stdout, highlight=False, markup=False, emoji=False)
    plain.width = min(plain.width, WIDEST) if plain.is_terminal else _PIPE_WIDTH
    return plain


def has_styles(out: Console) -> bool:
    """Can bold and colour be told apart at the other end? Otherwise say it with signs."""
    return out.color_system is not None and not out.no_color


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], file: TextIO | None = None) -> None:
    """Columns that fit the terminal; through a pipe one line a row, however long."""
    out = console(file)
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    print_stripped(out, table, may_wrap=out.is_terminal)


def print_words(out: Console, words: Text, *, indent: int) -> None:
    """Print a paragraph, wrapped and indented."""
    for line in words.wrap(out, out.width - indent):
        line.rstrip()
        out.print(Text(" " * indent) + line, soft_wrap=True)


def print_stripped(out: Console, table: Table, *, may_wrap: bool = True) -> None:
    """Print a table without the spaces that fill its lines up."""
    options = out.options if may_wrap else out.options.update_width(_NEVER_WRAP)
    for line in out.render_lines(table, options, pad=False):
        text = Text.assemble(*((segment.text, segment.style or "") for segment in line))
        text.rstrip()
        out.print(text, soft_wrap=True)


@contextlib.contextmanager
def progress(*, is_verbose: bool) -> Iterator[Callable[[str], None]]:
    """Somewhere to say what is going on: one live line on a terminal; elsewhere a line each, if that is wanted."""
    err = console(sys.stderr)
    if is_verbose:
        yield lambda text: err.print(Text(text), soft_wrap=True)
    elif err.is_terminal and not err.is_dumb_terminal:
        with err.status(Text("…")) as status:
            yield lambda text: status.update(Text(text, overflow="ellipsis", no_wrap=True))
    else:
        yield lambda _: None
