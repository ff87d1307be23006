"""Where every command begins and ends: the one place that turns errors into messages and exit codes.

    0    done, or passed                 130  Ctrl-C
    1    a scenario failed               141  nobody reads the output any more
    2    wrong command line or file      143  SIGTERM (129: SIGHUP)
    3    the engine, the machine, or a bug of the lab

`lab exec` and `lab shell` end with the status of the program itself.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING

import click

from lab.cli.commands import lab
from lab.errors import DocumentError, LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED = 128 + signal.SIGINT
_BROKEN_PIPE = 128 + signal.SIGPIPE
_BUG = 3
_STANDARD_ERROR = 2
_PATIENCE = 2
"""After so many signals the lab stops cleaning up."""


class _Terminated(BaseException):
    """A signal asked the lab to end; like KeyboardInterrupt, for nobody else to catch."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code. Never raises."""
    _open_standard_streams()
    _take_over_signals()
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes standard output once more when it ends, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    return code


def _run(argv: list[str]) -> int:
    try:
        with lab.make_context("lab", argv) as context:
            return int(lab.invoke(context) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except BrokenPipeError:
        raise
    except BaseException as error:  # noqa: BLE001  a traceback is never for the person at the terminal
        message, code = _ending(error)
        print(message, file=sys.stderr)
        return code


def _ending(error: BaseException) -> tuple[str, int]:
    """What to say of an error, and the exit code."""
    match error:
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "lab"
            told = f"{command}: {_sentence(error.format_message())}; see {command} --help", UsageError.exit_code
        case click.ClickException():
            told = f"lab: {_sentence(error.format_message())}", UsageError.exit_code
        case DocumentError():
            told = str(error), error.exit_code
        case LabError():
            told = f"lab: {error}", error.exit_code
        case KeyboardInterrupt():
            told = "lab: interrupted; everything it started has been ended", _INTERRUPTED
        case _Terminated():
            told = "lab: asked to end; everything it started has been ended", 128 + error.number
        case _:
            told = f"lab: this is a bug of the lab: {_in_one_line(error)} ({_kept_traceback()})", _BUG
    return told


def _sentence(message: str) -> str:
    """Click's message in the manner of ours: no capital at the beginning, no full stop at the end."""
    return message[:1].lower() + message[1:].rstrip(".")


def _in_one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _kept_traceback() -> str:
    """Write the traceback to a file; where it is."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="socket-lab-bug-", suffix=".txt", delete=False) as file:
            file.write(f"{sys.argv}\n{sys.version}\n{traceback.format_exc()}")
    except OSError as error:
        return f"no traceback could be written: {error}"
    return f"the traceback is in {file.name}"


def _open_standard_streams() -> None:
    """Whoever closed one means nothing to be there; left closed, the next file or socket would take its number."""
    while (fd := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(fd)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(_STANDARD_ERROR, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _take_over_signals() -> None:
    """Ctrl-C, SIGTERM and SIGHUP unwind the stack, so that every `with` ends what it holds.

    While it does, the second is answered only with a word, and the third leaves everything as it is.
    """
    seen: list[int] = []

    def interrupt(number: int, _: object) -> None:
        seen.append(number)
        if len(seen) == 1:
            raise KeyboardInterrupt if number == signal.SIGINT else _Terminated(number)
        if len(seen) > _PATIENCE:
            os._exit(128 + number)
        os.write(_STANDARD_ERROR, b"lab: ending everything it started; once more to leave it as it is\n")

    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) is not signal.SIG_IGN:  # nohup wants it so
            signal.signal(one, interrupt)
