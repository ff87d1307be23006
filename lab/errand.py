"""Sends the lab's own programs to hosts: those of `lab.host` that are more than setting a host up.

Their text goes along with the command, so every host runs the text that this lab knows, however old its image is.
"""

from __future__ import annotations

import contextlib
import threading
from importlib import resources
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.engines.base import Lab, Program

# -I and -S: no site packages, which would double its start.
_RUN = ("python", "-I", "-S", "-c", "import sys; exec(sys.stdin.buffer.read(int(sys.argv.pop(1))))")
_TIMEOUT_S = 20.0


def start_errand(lab: Lab, host: str, name: str, arguments: Sequence[str] = ()) -> Program:
    """Start `lab/host/NAME.py` on a host as its root, on pipes; the rest of its standard input is the caller's."""
    text = resources.files("lab.host").joinpath(f"{name}.py").read_bytes()
    program = lab.spawn(host, [*_RUN, str(len(text)), *arguments], env={}, tty=False, privileged=True)
    program.write(text)
    return program


def run_errand(lab: Lab, host: str, name: str, arguments: Sequence[str] = ()) -> str:
    """Run it to its end; its standard output, all of it. LabError with its words when it fails or does not end."""
    said = {"stdout": b"", "stderr": b"", "terminal": b""}
    with contextlib.closing(start_errand(lab, host, name, arguments)) as program:
        watchdog = threading.Timer(_TIMEOUT_S, program.close)
        watchdog.start()
        try:
            while (piece := program.read()) is not None:
                said[piece[0]] += piece[1]
            status = program.wait(_TIMEOUT_S)
        finally:
            watchdog.cancel()
    if status != 0:
        raise LabError(f"{host}: {said['stderr'].decode(errors='replace').strip() or f'{name} ended with {status}'}")
    return said["stdout"].decode()
