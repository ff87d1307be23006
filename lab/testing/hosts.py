"""A host of the lab, as a test sees it."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from lab.errors import UsageError
from lab.sockets import open_ports
from lab.testing.failures import Failed
from lab.testing.programs import TIMEOUT_S, Done, Running

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.engines.base import Lab as Connection
    from lab.topology import Address, Node

_POLL_S = 0.02


class Host:
    """A node with its addresses; runs programs, which start in the compose file's folder.

    A command is split as a shell would split it, but no shell runs it.
    """

    def __init__(self, lab: Connection, node: Node, cwd: Path, note: Callable[[Running], None]) -> None:
        self.name = node.name
        self._lab = lab
        self._node = node
        self._cwd = cwd
        self._note = note

    @property
    def address(self) -> Address:
        """Its address on its first network."""
        return self._node.interface().address.ip

    @property
    def addresses(self) -> Mapping[str, Address]:
        """Network to address."""
        return {interface.network: interface.address.ip for interface in self._node.interfaces}

    def run(
        self,
        command: str | Sequence[str],
        *,
        input: str | None = None,  # noqa: A002  as subprocess.run has it
        timeout_s: float = TIMEOUT_S,
        env: Mapping[str, str] | None = None,
        tty: bool = False,
        check: bool = True,
    ) -> Done:
        """Run a program to its end, on pipes (`tty`: on a terminal), with all of its input given at once.

        `Failed` when it takes longer, or (`check`) when its status is not 0.
        """
        __tracebackhide__ = True
        program = self.start(command, env=env, tty=tty)
        if input is not None or not tty:
            program.feed(input or "")
        return program.wait(timeout_s, check=check)

    def start(self, command: str | Sequence[str], *, env: Mapping[str, str] | None = None, tty: bool = True) -> Running:
        """Start a program, on a terminal (`tty=False`: on pipes), and go on."""
        program = Running(self._lab, self.name, _words(command), cwd=self._cwd, env=env, tty=tty)
        self._note(program)
        return program

    def wait_until_listening(self, port: str, timeout_s: float = TIMEOUT_S) -> None:
        """Until something listens at `udp/3000` or `tcp/80`; no packet is sent to find out."""
        __tracebackhide__ = True
        _check_port(port)
        deadline_s = time.monotonic() + timeout_s
        while port not in (found := open_ports(self._lab, self.name)):
            if time.monotonic() > deadline_s:
                others = ", ".join(sorted(found)) or "nothing"
                raise Failed(f"nobody on {self.name} listens at {port} after {timeout_s:g} s (open there: {others})")
            time.sleep(_POLL_S)


def _words(command: str | Sequence[str]) -> Sequence[str]:
    words = shlex.split(command) if isinstance(command, str) else command
    if not words:
        raise UsageError("a command is missing")
    return words


def _check_port(port: str) -> None:
    protocol, _, number = port.partition("/")
    if protocol not in {"udp", "tcp"} or not number.isascii() or not number.isdigit():
        raise UsageError(f"no port {port!r} (allowed: udp/PORT, tcp/PORT)")
