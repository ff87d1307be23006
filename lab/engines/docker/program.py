"""One program in a container: its terminal or pipes, and the supervisor that ends it with all it started."""

from __future__ import annotations

import contextlib
import secrets
import select
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

from lab.engines.docker.daemon import Gone
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lab.engines.base import Stream
    from lab.engines.docker.daemon import Daemon

# -I and -S: no site packages, which would double the supervisor's start.
_SUPERVISE = ("/usr/bin/python3", "-I", "-S", "/usr/local/lib/socket-lab/supervise.py")
_CHUNK_BYTES = 65536
_HEADER_BYTES = 8
_STREAMS: dict[int, Stream] = {1: "stdout", 2: "stderr"}
_CTRL_D = b"\x04"
_FIRST_LOOK_S = 0.005
_LONGEST_LOOK_S = 0.2
_HOST_ENDED = "the lab ended while a program ran"
_KILL_S = 8.0
"""How long a killed program may take until Docker says that it has ended."""


class DockerProgram:
    """A started `docker exec`. Killing that command would not kill the program: the supervisor inside does."""

    def __init__(
        self,
        daemon: Daemon,
        container: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        user: str,
        cwd: Path,
        tty: bool,
        columns: int,
        rows: int,
    ) -> None:
        self._daemon = daemon
        self._container = container
        self._user = user
        self._tty = tty
        self._token = secrets.token_hex(8)
        size = ["--size", f"{columns}x{rows}"] if tty else []
        command = [*_SUPERVISE, "--cwd", str(cwd), *size, "--token", self._token, "--", *argv]
        self._id, self._connection = daemon.start(container, command, env=env, user=user, tty=tty)
        self._status: int | None = None
        self._closed = False
        self._at_end = threading.Event()
        self._frame: tuple[Stream, int] = ("stdout", 0)
        self._reading = threading.Lock()
        self._writing = threading.Lock()

    def read(self) -> tuple[Stream, bytes] | None:
        with self._reading:
            piece = None if self._at_end.is_set() else self._read()
            if piece is None:
                self._at_end.set()
            return piece

    def _read(self) -> tuple[Stream, bytes] | None:
        output = self._connection.output
        try:
            if self._tty:
                data = output.read1(_CHUNK_BYTES)
                return ("terminal", data) if data else None
            stream, left = self._frame
            while left == 0:  # Docker's framing: 1 byte stream, 3 of nothing, 4 length
                header = output.read(_HEADER_BYTES)
                if len(header) < _HEADER_BYTES:
                    return None
                stream, left = _STREAMS.get(header[0], "stdout"), int.from_bytes(header[4:])
            data = output.read1(min(left, _CHUNK_BYTES))
            self._frame = stream, left - len(data)
        except (OSError, ValueError):  # the connection was cut, or closed in another thread
            return None
        return (stream, data) if data else None

    def write(self, data: bytes) -> None:
        with self._writing, contextlib.suppress(OSError, ValueError, LabError):
            while data and not self._closed:
                # Not for ever: a full pipe may belong to a program that ends without having read it.
                if select.select([], [self._connection.socket], [], _LONGEST_LOOK_S)[1]:
                    data = data[self._connection.socket.send(data, socket.MSG_DONTWAIT) :]
                elif self._has_ended():
                    return

    def end_input(self) -> None:
        if self._tty:
            self.write(_CTRL_D)
        else:
            with self._writing, contextlib.suppress(OSError):
                self._connection.socket.shutdown(socket.SHUT_WR)

    def resize(self, columns: int, rows: int) -> None:
        if self._tty and not self._has_ended():
            self._daemon.resize(self._id, columns, rows)

    def signal(self, number: int) -> None:
        # As the program's own user: root in a container has no capability to signal others.
        with contextlib.suppress(Gone):
            if not self._has_ended():
                command = [*_SUPERVISE, "--signal", str(number), "--token", self._token]
                self._daemon.run(self._container, command, user=self._user)

    def wait(self, timeout_s: float | None = None) -> int | None:
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        look_s = _FIRST_LOOK_S
        while not self._has_ended():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return None
            look_s = min(look_s * 2, _LONGEST_LOOK_S)
            # The end of its output wakes us; after that, Docker knows the status within a moment.
            pause = look_s if left is None else min(look_s, left)
            if self._at_end.is_set():
                time.sleep(min(pause, _FIRST_LOOK_S * 4))
            else:
                self._at_end.wait(pause)
        return self._status

    def _has_ended(self) -> bool:
        if self._status is None:
            try:
                status = self._daemon.status(self._id)
            except Gone:
                if self._closed:
                    return True
                raise LabError(_HOST_ENDED) from None
            # A host that ends kills its programs: then that is what happened, and no program is to blame.
            if status == 128 + signal.SIGKILL and not self._closed and not self._daemon.is_up(self._container):
                raise LabError(_HOST_ENDED)
            self._status = status
        return self._status is not None

    def close(self) -> None:
        if self._closed:
            return
        try:
            with contextlib.suppress(LabError):  # the host may be gone, and the program with it
                self.signal(signal.SIGKILL)
                self.wait(_KILL_S)
        finally:
            self._closed = True
            with contextlib.suppress(OSError):
                self._connection.socket.shutdown(socket.SHUT_RDWR)  # wakes whoever reads or writes
            with self._reading, self._writing, contextlib.suppress(OSError):
                self._connection.close()
                self._at_end.set()
