"""This process's own terminal or pipes, joined to a program on a host until that program ends.

Bytes pass unchanged in both directions. On a terminal every key is the program's, Ctrl-C too; through pipes an
interrupt is passed on as a signal. The terminal is as it was afterwards, however this ends.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import threading
import tty
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.engines.base import Program

_IN, _OUT, _ERR = 0, 1, 2
_CHUNK_BYTES = 65536
_PATIENCE_S = 1.0
_DEFAULT_SIZE = (80, 24)


def is_interactive() -> bool:
    """Does a person sit at both ends, so that a program should get a terminal?"""
    return os.isatty(_IN) and os.isatty(_OUT)


def size() -> tuple[int, int]:
    """Columns and rows of this terminal; 80 and 24 where there is none or it does not say."""
    with contextlib.suppress(OSError):
        columns, rows = os.get_terminal_size(_OUT)
        return columns or _DEFAULT_SIZE[0], rows or _DEFAULT_SIZE[1]
    return _DEFAULT_SIZE


def join(program: Program, *, is_terminal: bool) -> int:
    """Be the program's terminal (or pipes) until it ends; its exit status.

    Raises BrokenPipeError when nobody reads our output any more, LabError when it was the lab that ended. However it
    ends, the program has ended too.
    """
    try:
        with _raw_mode() if is_terminal else contextlib.nullcontext(), _signals(program, is_terminal=is_terminal):
            return _carry(program)
    except BaseException:
        program.signal(signal.SIGTERM)
        with contextlib.suppress(Exception):  # what happened first is what is told
            program.wait(_PATIENCE_S)
        raise
    finally:
        program.close()


def _carry(program: Program) -> int:
    """Both directions, each in a thread of its own, because a program may block one and go on with the other."""
    ended = threading.Event()
    outcome: list[int | BaseException] = []
    stop_read, stop_write = os.pipe()

    def carry_output() -> None:
        try:
            while (piece := program.read()) is not None:
                stream, data = piece
                _write_all(_ERR if stream == "stderr" else _OUT, data)
            outcome.append(program.wait() or 0)
        except BaseException as error:  # noqa: BLE001  raised again where the program is waited for
            outcome.append(error)
        ended.set()
        # Docker stands still when nobody reads what a program prints, and then the program cannot even be ended.
        with contextlib.suppress(LabError):
            while program.read() is not None:
                pass

    def carry_input() -> None:
        while (data := _next_input(stop_read)) is not None:
            program.write(data)
        if not ended.is_set():
            program.end_input()

    threads = [threading.Thread(target=one, daemon=True) for one in (carry_output, carry_input)]
    for thread in threads:
        thread.start()
    try:
        ended.wait()
    finally:
        ended.set()
        os.close(stop_write)
        threads[1].join(_PATIENCE_S)
        os.close(stop_read)
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _next_input(stop: int) -> bytes | None:
    """What came on standard input; None at its end, or when `stop` closes."""
    try:
        if stop in select.select([_IN, stop], [], [])[0]:
            return None
        return os.read(_IN, _CHUNK_BYTES) or None
    except (OSError, ValueError):  # closed, or the terminal hung up
        return None


def _write_all(fd: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:  # somebody who shares this terminal has made it so
            select.select([], [fd], [])


@contextlib.contextmanager
def _raw_mode() -> Iterator[None]:
    """Keys arrive as they are pressed, and none of them means anything here."""
    before = termios.tcgetattr(_IN)
    try:
        tty.setraw(_IN, termios.TCSADRAIN)  # what was typed ahead is for the program
        yield
    finally:
        with contextlib.suppress(termios.error):  # it hung up
            termios.tcsetattr(_IN, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _signals(program: Program, *, is_terminal: bool) -> Iterator[None]:
    """Interrupts go to the program, and so does a new size of the window."""
    handlers: dict[int, Callable[..., None]] = {
        signal.SIGINT: lambda *_: program.signal(signal.SIGINT),
        signal.SIGQUIT: lambda *_: program.signal(signal.SIGQUIT),
    }
    if is_terminal:
        handlers[signal.SIGWINCH] = lambda *_: program.resize(*size())
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
