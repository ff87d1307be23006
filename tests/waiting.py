"""Waiting for what nobody announces."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE_S = 30


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until it is so; a failure says what did not come true."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE_S} s for: {what}"
        time.sleep(0.01)
