"""One running program on a host: drained always, its output bounded and timed, typed into, and ended with all it began.

A program that nobody reads stops when its terminal is full, and a test then waits for a program that waits for it.
So each has a reader of its own from its first byte to its last.
"""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

from lab.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.engines.base import Lab, Program

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "NO_COLOR": "1",  # newer versions of ip(8) colour what they print, whatever TERM says
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""What programs of scenarios see, on every machine the same."""

PATIENCE_S = 1.0
"""How long a program may take to end itself after SIGTERM, before SIGKILL."""

_KEYS = {"^C": b"\x03", "^D": b"\x04"}


class Process:
    """A program that was started; leaving its `with` block ends it.

    `tell` is called, from its reader, whenever it has printed or ended.
    """

    def __init__(self, program: Program, *, tty: bool, tell: Callable[[], None] | None = None) -> None:
        self.tty = tty
        self.output = Output()
        self.started_s = time.monotonic()
        self.ended_s: float | None = None
        self._program = program
        self._changed = threading.Condition()
        self._tell = tell or (lambda: None)
        self._drained = False
        self._drained_s = 0.0
        self._failure: BaseException | None = None
        self._reader = threading.Thread(target=self._drain, name="drain", daemon=True)
        self._reader.start()

    @classmethod
    def start(
        cls,
        lab: Lab,
        host: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        tty: bool = True,
        tell: Callable[[], None] | None = None,
    ) -> Process:
        """Start a program on a host, with `env` added to ENVIRONMENT."""
        return cls(lab.spawn(host, argv, env={**ENVIRONMENT, **(env or {})}, cwd=cwd, tty=tty), tty=tty, tell=tell)

    def type(self, text: str) -> None:
        """Type a line and Enter. A terminal echoes it; on pipes it is written into the output as if one had."""
        data = text.encode() + b"\n"
        if not self.tty:
            self.output.add(time.monotonic(), "stdout", data)
        self._program.write(data)

    def feed(self, text: str) -> None:
        """Give it all of its standard input at once, without echo, and end it."""
        self._program.write(text.encode())
        self._program.end_input()

    def press(self, key: str) -> None:
        """Press `^C` or `^D`; on pipes an interrupt signal, or the end of input."""
        if self.tty:
            self._program.write(_KEYS[key])
        elif key == "^C":
            self._program.signal(signal.SIGINT)
        else:
            self._program.end_input()

    def send_signal(self, number: int) -> None:
        """Send a signal to the program's process group."""
        self._program.signal(number)

    @property
    def has_closed(self) -> bool:
        """Has it closed its terminal or pipes, as it does when it ends?"""
        return self._drained

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Its exit status once all output was read (see Program.wait); None when it still runs after `timeout_s`.

        Raises LabError when it was the lab that ended.
        """
        called_s = time.monotonic()
        with self._changed:
            if not self._changed.wait_for(lambda: self._drained, timeout_s):
                return None
        if self._failure is not None:
            raise self._failure
        status = self._program.wait(PATIENCE_S)
        if status is None:  # it closed its terminal and goes on
            return self._wait_silently(None if timeout_s is None else called_s + timeout_s)
        self._mark_end(self._drained_s)
        return status

    def is_running(self) -> bool:
        """Has it not ended yet?"""
        return self._program.wait(0) is None

    def stop(self, number: int = signal.SIGTERM) -> int | None:
        """Ask it to end with a signal, insist after PATIENCE_S; its exit status."""
        self._program.signal(number)
        status = self._program.wait(PATIENCE_S)
        if status is None:
            self._program.signal(signal.SIGKILL)
            status = self._program.wait(PATIENCE_S)
        self.close()
        return status

    def close(self) -> None:
        """Kill what is left of it and let go of it."""
        self._program.close()
        self._reader.join()
        self._mark_end(self._drained_s)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait_silently(self, deadline_s: float | None) -> int | None:
        status = self._program.wait(None if deadline_s is None else max(0.0, deadline_s - time.monotonic()))
        if status is not None:
            self._mark_end(time.monotonic())
        return status

    def _mark_end(self, time_s: float) -> None:
        if self.ended_s is None:
            self.ended_s = time_s

    def _drain(self) -> None:
        try:
            while (piece := self._program.read()) is not None:
                stream, data = piece
                self.output.add(time.monotonic(), stream, data)
                self._tell()
        except BaseException as error:  # noqa: BLE001  handed to whoever waits
            self._failure = error
        finally:
            with self._changed:
                self._drained_s = time.monotonic()
                self._drained = True
                self._changed.notify_all()
            self._tell()
