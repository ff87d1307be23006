"""Whose turn it is, where there is room for one at a time: a locked file, which the kernel unlocks when we end."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from pathlib import Path

from lab.errors import LabError

PATIENCE_S = 600.0
_POLL_S = 0.1


class Turn:
    """It is ours, until its end or that of this process."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def wait_for(cls, what: str, patience_s: float = PATIENCE_S) -> Turn:
        """Wait until nobody else of this user has it; LabError when that takes too long."""
        path = Path(tempfile.gettempdir(), f"socket-lab-{os.getuid()}-{what}.turn")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        deadline_s = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline_s:
                    os.close(fd)
                    raise LabError(_too_long(what, patience_s)) from None
                time.sleep(_POLL_S)
            else:
                return cls(fd)

    def end(self) -> None:
        """Somebody else's turn."""
        os.close(self._fd)


def _too_long(what: str, patience_s: float) -> str:
    return (
        f"on {what} there is room for one lab, and another test process has had it for {patience_s:g} s: "
        "with pytest-xdist, --dist loadgroup gives all tests on it to one worker"
    )
