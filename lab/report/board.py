"""Who is doing what while several scenarios run: a table that stays in its place on a terminal, else plain lines."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from rich.live import Live
from rich.table import Table
from rich.text import Text

from lab.report.console import console
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator


_ECHO = 3
"""Room beside the last line, where a terminal shows ^C: on a line of its own it would be one line too many to erase."""


class Board:
    """On standard error, as long as its `with` block lasts."""

    def __init__(self, workers: int, tasks: int, *, is_verbose: bool) -> None:
        self._err = console(sys.stderr)
        self._err.width = max(1, self._err.width - _ECHO)
        self._is_verbose = is_verbose
        self._is_live = not is_verbose and self._err.is_terminal and not self._err.is_dumb_terminal
        self._rows: list[Text | None] = [None] * workers
        self._tasks = tasks
        self._tried = 0
        self._bad = 0
        self._live: Live | None = None

    def doing(self, worker: int, task: str, what: str) -> None:
        """That worker is at this."""
        self._rows[worker] = Text.assemble((task, "bold"), f"  {what}", no_wrap=True, overflow="ellipsis")
        if self._is_verbose:
            self._err.print(Text(f"{task}: {what}"), soft_wrap=True)

    def tried(self, worker: int, task: str, verdict: Verdict) -> None:
        """That worker has done with this."""
        self._rows[worker] = None
        self._tried += 1
        self._bad += verdict in (Verdict.FAILED, Verdict.ERROR)
        if not self._is_live:
            text = Text(f"{self._tried} of {self._tasks}: {task} {verdict.lower()}")
            self._err.print(text, soft_wrap=True)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Take it away while something else is printed."""
        self._hide()
        yield
        self._show()

    def __enter__(self) -> Board:
        self._show()
        return self

    def __exit__(self, *_: object) -> None:
        self._hide()

    def __rich__(self) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(justify="right", style="dim", no_wrap=True)
        table.add_column()
        for number, row in enumerate(self._rows, start=1):
            table.add_row(str(number), row or Text("-", "dim"))
        bad = (f", {self._bad} not as they should be", "bold red") if self._bad else ""
        table.add_row("", Text.assemble((f"{self._tried} of {self._tasks} done", "bold"), bad))
        return table

    def _show(self) -> None:
        if self._is_live:
            # A new one each time: one that was stopped still believes that its last lines stand above.
            self._live = Live(
                self, console=self._err, transient=True, redirect_stdout=False, redirect_stderr=False,
                refresh_per_second=8,
            )  # fmt: skip
            self._live.start(refresh=True)

    def _hide(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
