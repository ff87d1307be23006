"""One program on a node, seen from the command line: its terminal or pipes, and the connection that keeps it alive."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import struct
import termios
import threading
import time
from typing import TYPE_CHECKING, Any

from lab.engines.netns import messages
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from lab.engines.base import Stream

_CHUNK_BYTES = 65536
_ANSWER_TIMEOUT_S = 20.0
_CTRL_D = b"\x04"


class NetnsProgram:
    """A program behind a node's socket; the node kills it when this connection closes."""

    def __init__(self, node: Path, request: dict[str, Any]) -> None:
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._connection.settimeout(_ANSWER_TIMEOUT_S)
            self._connection.connect(str(node))
            messages.send(self._connection, request)
            heard = messages.receive(self._connection)
        except OSError as error:
            self._connection.close()
            raise LabError(f"the lab does not answer any more ({error.strerror or error}): lab down, lab up") from error
        except messages.MessageTooLarge as error:
            self._connection.close()
            raise LabError(f"the command is too long: {error}") from error
        if heard is None or "error" in heard[0]:
            self._connection.close()
            raise LabError(heard[0]["error"] if heard else "the lab ended while it started a program")
        self._connection.setblocking(False)
        ends = heard[1]
        self._tty = bool(request["tty"])
        self._input: int | None = ends[0]
        self._outputs: dict[int, Stream] = {ends[0]: "terminal"}
        if not self._tty:
            self._outputs = {ends[1]: "stdout", ends[2]: "stderr"}
        self._status: int | None = None
        self._status_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._input_lock = threading.Lock()

    def read(self) -> tuple[Stream, bytes] | None:
        with self._read_lock:
            return self._read()

    def _read(self) -> tuple[Stream, bytes] | None:
        while self._outputs:
            for fd in select.select(list(self._outputs), [], [])[0]:
                try:
                    data = os.read(fd, _CHUNK_BYTES)
                except OSError:  # EIO: the last program on this terminal has gone
                    data = b""
                if data:
                    return self._outputs[fd], data
                self._outputs.pop(fd)
                if not self._tty:
                    os.close(fd)
        return None

    def write(self, data: bytes) -> None:
        with self._input_lock, contextlib.suppress(OSError):
            while data and self._input is not None:
                data = data[os.write(self._input, data) :]

    def end_input(self) -> None:
        if self._tty:
            self.write(_CTRL_D)
        else:
            self._close_input()

    def resize(self, columns: int, rows: int) -> None:
        if self._tty and self._input is not None:
            fcntl.ioctl(self._input, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            messages.send(self._connection, {"signal": number})

    def wait(self, timeout_s: float | None = None) -> int | None:
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with self._status_lock:
            while self._status is None:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not select.select([self._connection], [], [], left)[0]:
                    return None
                self._status = self._hear_status()
            return self._status

    def _hear_status(self) -> int:
        try:
            heard = messages.receive(self._connection)
        except OSError:
            heard = None
        if heard is None:
            raise LabError("the lab ended while a program ran")
        return int(heard[0]["status"])

    def close(self) -> None:
        # Shutting down, not closing: another thread may be waiting at this connection.
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        with self._read_lock:
            while self._read() is not None:
                pass
        self._close_input()
        with self._status_lock:
            if self._connection.fileno() >= 0:
                self._connection.close()

    def _close_input(self) -> None:
        with self._input_lock:
            if self._input is not None:
                os.close(self._input)
                self._input = None
