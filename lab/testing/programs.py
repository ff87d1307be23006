"""A program that a test runs on a host: one that has ended, and one that still runs."""

from __future__ import annotations

import shlex
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.process import Process
from lab.record import in_words
from lab.testing.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.engines.base import Lab as Connection
    from lab.engines.base import Stream
    from lab.output import Output

TIMEOUT_S = 10.0
_MOST_LINES = 60
_POLL_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Done:
    """A program that has ended. `status` is a shell's (128 + n: killed by signal n).

    On a terminal all that it printed is `stdout`, with what was typed. `lines` are both streams in the order in which
    they came, as a person sees them. Of a flood `cut_bytes` were left out in the middle.
    """

    host: str
    command: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    lines: tuple[str, ...]
    cut_bytes: int

    @property
    def output(self) -> str:
        """All lines as one text."""
        return "\n".join(self.lines)


class Running:
    """A program that was started; it ends with the test at the latest."""

    def __init__(
        self,
        lab: Connection,
        host: str,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        tty: bool = True,
    ) -> None:
        self.host = host
        self.command = tuple(command)
        self._news = threading.Event()
        self._heard = 0
        self._process = Process.start(lab, host, self.command, env=env, cwd=cwd, tty=tty, tell=self._news.set)

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines so far, a last unfinished one too."""
        return tuple(line.text for line in self._process.output.all_lines())

    @property
    def output(self) -> str:
        """All lines so far as one text."""
        return "\n".join(self.lines)

    def is_running(self) -> bool:
        """Has it not ended yet?"""
        return self._process.is_running()

    def wait_for_line(self, text: str, timeout_s: float = TIMEOUT_S) -> str:
        """The next line with this text, among those that come after the last one found so."""
        __tracebackhide__ = True
        return self._await(lambda: self._next_line(text), f"a line with {text!r}", timeout_s)

    def wait_for_prompt(self, text: str, timeout_s: float = TIMEOUT_S) -> str:
        """The last line, not ended yet, once it holds this text."""
        __tracebackhide__ = True
        return self._await(lambda: self._prompt(text), f"a prompt with {text!r}", timeout_s)

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        self._process.type(line)

    def press(self, key: str) -> None:
        """Press `^C` or `^D`."""
        self._process.press(key)

    def feed(self, text: str) -> None:
        """Give it all of its standard input at once, and end it."""
        self._process.feed(text)

    def wait(self, timeout_s: float = TIMEOUT_S, *, check: bool = True) -> Done:
        """Wait for its end. One that takes longer is ended and has `Failed`; with `check`, so has one whose status is
        not 0."""
        __tracebackhide__ = True
        status = self._process.wait(timeout_s)
        if status is None:
            self._process.stop()
            raise self._failed(f"was still running after {timeout_s:g} s")
        done = self._done(status)
        if check and status != 0:
            raise self._failed(in_words(status))
        return done

    def stop(self, signal_name: str = "TERM") -> Done:
        """Ask it to end with a signal, insist a second later; whatever its status."""
        status = self._process.stop(signal.Signals[f"SIG{signal_name}"])
        return self._done(status if status is not None else 128 + signal.SIGKILL)

    def close(self) -> None:
        """Kill what is left of it."""
        self._process.close()

    def _next_line(self, text: str) -> str | None:
        output = self._process.output
        lines = output.all_lines()[self._heard :] if self._process.has_closed else output.complete_lines(self._heard)
        for line in lines:
            self._heard += 1
            if text in line.text:
                return line.text
        return None

    def _prompt(self, text: str) -> str | None:
        partial = self._process.output.partial
        return partial if text in partial else None

    def _await(self, find: Callable[[], str | None], what: str, timeout_s: float) -> str:
        __tracebackhide__ = True
        deadline_s = time.monotonic() + timeout_s
        while True:
            self._news.clear()
            has_closed = self._process.has_closed
            if (found := find()) is not None:
                return found
            if has_closed and (status := self._process.wait(0)) is not None:
                raise self._failed(f"{in_words(status)} before it printed {what}")
            if (left_s := deadline_s - time.monotonic()) <= 0:
                raise self._failed(f"did not print {what} within {timeout_s:g} s")
            self._news.wait(min(left_s, _POLL_S))

    def _done(self, status: int) -> Done:
        output = self._process.output
        return Done(
            host=self.host,
            command=self.command,
            status=status,
            stdout=_text(output, "terminal", "stdout"),
            stderr=_text(output, "stderr"),
            lines=self.lines,
            cut_bytes=output.cut_bytes,
        )

    def _failed(self, how: str) -> Failed:
        lines = self.lines
        shown = [f"  │ {line}" for line in lines[-_MOST_LINES:]]
        if len(lines) > _MOST_LINES:
            shown.insert(0, f"  │ … {len(lines) - _MOST_LINES:,} lines before")
        said = "\n".join(["It printed:", *shown]) if lines else "It printed nothing."
        return Failed(f"{shlex.join(self.command)} on {self.host} {how}. {said}")


def _text(output: Output, *streams: Stream) -> str:
    """What came on these, decoded; a terminal ends lines with a carriage return too."""
    data = b"".join(piece.data for piece in output.pieces if piece.stream in streams)
    return data.decode(errors="replace").replace("\r\n", "\n")
