"""Starts the lab's own programs on hosts: those of `lab.host` that are more than setting a host up.

Their text goes along with the command, so every host runs the text that this lab knows, however old its image is.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.engines.base import Lab, Program

# -I and -S: no site packages, which would double its start.
_RUN = ("python", "-I", "-S", "-c", "import sys; exec(sys.stdin.buffer.read(int(sys.argv.pop(1))))")


def start_errand(lab: Lab, host: str, name: str, arguments: Sequence[str] = ()) -> Program:
    """Start `lab/host/NAME.py` on a host as its root, on pipes; the rest of its standard input is the caller's."""
    text = resources.files("lab.host").joinpath(f"{name}.py").read_bytes()
    program = lab.spawn(host, [*_RUN, str(len(text)), *arguments], env={}, tty=False, privileged=True)
    program.write(text)
    return program
