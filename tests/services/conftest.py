"""Starts the programs of services/ as a person would, and reads what they print until a deadline."""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVICES = Path(__file__).parents[2] / "services"
DEADLINE_S = 10.0
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "TERM": "dumb"}


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come true"
        threading.Event().wait(0.01)


class Program:
    """One running program; what it prints is read all the time, stdout and stderr together."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path | None, tty: bool) -> None:
        self.output = ""
        self._read = 0
        self._ended = False
        self._changed = threading.Condition()
        # -S: without any installed package. -W: a socket that is left open shows in the output.
        argv = [sys.executable, "-S", "-W", "default", *argv]
        if tty:
            self._typing, slave = os.openpty()
            self._printing = os.dup(self._typing)
            with os.fdopen(slave) as terminal:
                mode = termios.tcgetattr(terminal)
                mode[1] &= ~termios.ONLCR  # a line feed stays one, which makes output easier to compare
                termios.tcsetattr(terminal, termios.TCSANOW, mode)
                self.process = subprocess.Popen(
                    ["setsid", "--ctty", *argv], stdin=terminal, stdout=terminal, stderr=terminal, env=env, cwd=cwd
                )
        else:
            stdin, self._typing = os.pipe()
            self._printing, stdout = os.pipe()
            with os.fdopen(stdin) as from_us, os.fdopen(stdout) as to_us:
                self.process = subprocess.Popen(argv, stdin=from_us, stdout=to_us, stderr=to_us, env=env, cwd=cwd)
        self._reader = threading.Thread(target=self._drain)
        self._reader.start()

    def _drain(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        with contextlib.suppress(OSError):  # EIO: how a pseudo-terminal says that nobody is at its other end
            while piece := os.read(self._printing, 65_536):
                with self._changed:
                    self.output += decoder.decode(piece)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def expect(self, text: str) -> str:
        """What was printed since the last time, up to the end of this text, which has to come before the deadline."""
        with self._changed:
            self._changed.wait_for(lambda: text in self.output[self._read :] or self._ended, DEADLINE_S)
            start = self._read
            found = self.output.find(text, start)
            assert found >= 0, f"{text!r} did not come; after {self.output[:start]!r} came {self.output[start:]!r}"
            self._read = found + len(text)
            return self.output[start : self._read]

    def listening_port(self) -> int:
        self.expect("Listening at ('127.0.0.1', ")
        return int(self.expect(")\n")[:-2])

    def type(self, text: str) -> None:
        data = text.encode(errors="surrogateescape")
        while data:
            data = data[os.write(self._typing, data) :]

    def close_input(self) -> None:
        if self._typing is not None:
            os.close(self._typing)
        self._typing = None

    def end(self) -> tuple[int, str]:
        """Its exit status, when it has ended by itself, and what it printed since the last time."""
        status = self.process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        return status, self.output[self._read :]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Tell it to end, once it waits: Python sees a signal that comes just before a system call only after it."""
        wait_until(lambda: Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "S")
        self.process.send_signal(number)
        return self.end()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.close_input()
        self._reader.join()
        os.close(self._printing)


@contextlib.contextmanager
def running_programs() -> Iterator[Callable[..., Program]]:
    with contextlib.ExitStack() as running:

        def begin(name: str, *arguments: object, env: dict[str, str] | None = None, **how: object) -> Program:
            argv = [str(SERVICES / f"{name}.py"), *map(str, arguments)]
            program = Program(argv, ENVIRONMENT | (env or {}), how.get("cwd"), bool(how.get("tty")))
            running.callback(program.close)
            return program

        yield begin


@pytest.fixture
def start() -> Iterator[Callable[..., Program]]:
    """start("udp_echo", "server", "-p", 0): the program, running; it is gone when the test is over."""
    with running_programs() as begin:
        yield begin


@pytest.fixture(scope="module")
def start_for_all() -> Iterator[Callable[..., Program]]:
    """As start, but the program is there for all tests of a module."""
    with running_programs() as begin:
        yield begin


@pytest.fixture
def serve(start) -> Callable[..., tuple[Program, int]]:
    """serve("udp_echo", …): the server on a free port of the loopback interface, and that port."""

    def begin(name: str, *arguments: object, **how: object) -> tuple[Program, int]:
        program = start(name, "server", "--host", "127.0.0.1", "-p", 0, *arguments, **how)
        return program, program.listening_port()

    return begin


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(DEADLINE_S)
        yield sock


@pytest.fixture
def connect() -> Iterator[Callable[[int], socket.socket]]:
    """connect(port): a TCP connection that is closed when the test is over."""
    with contextlib.ExitStack() as opened:
        yield lambda port: opened.enter_context(socket.create_connection(("127.0.0.1", port), DEADLINE_S))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A TCP socket that listens, for tests that play the server themselves."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.settimeout(DEADLINE_S)
        yield sock


@pytest.fixture
def receive_all() -> Callable[[socket.socket], bytes]:
    def receive(sock: socket.socket) -> bytes:
        with sock.makefile("rb") as stream:
            return stream.read()

    return receive


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """until(condition): waits for what no line tells."""
    return wait_until
