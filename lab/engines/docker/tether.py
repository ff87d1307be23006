"""Holds a lab to the life of the process that made it: when that has gone, however it went, the lab goes down.

A second process waits at a pipe whose other end only the maker holds.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from lab.errors import LabError

_ROOT = Path(__file__).parents[3]
# It imports the lab only when it has something to do: most tethers never have.
_WATCH = f"""
import sys
if sys.stdin.buffer.read() != b"released":
    sys.path.insert(0, {str(_ROOT)!r})
    from lab.engines.docker.tether import take_down
    take_down(*sys.argv[1:])
"""
_ATTEMPTS = 20
_RELEASE_S = 10.0


class Tether:
    """Holds the lab of that name and origin to the life of this process, until it is released."""

    def __init__(self, name: str, origin: str) -> None:
        self._watcher = subprocess.Popen(
            [sys.executable, "-c", _WATCH, name, origin],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """The lab has gone down already."""
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            self._watcher.communicate(b"released", timeout=_RELEASE_S)


def take_down(name: str, origin: str) -> None:
    """Remove the lab whose maker has gone, and not one that has come up under its name since."""
    from lab.engines import docker  # noqa: PLC0415  # that package imports this module

    # Compose, orphaned in the middle of `up`, may still be making things: again, until nothing is found.
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(LabError):
            if not docker.down_from(name, origin):
                return
        time.sleep(1)
