"""Packets of several captures in the order in which they passed, while they pass."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import queue
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.capture import Capture
    from lab.packets import Frame

_HOLD_S = 0.1
"""Each host's packets come in their order, but one host's may come later than another's: by no more than this."""
_WAITING_BYTES = 256 * 1024 * 1024
_PACKET_BYTES = 512
"""What one takes up here besides its data."""


class Passed(NamedTuple):
    """A packet, when and where it passed, and its number among those of the same time."""

    time_s: float
    number: int
    arrived_s: float
    host: str
    network: str
    frame: Frame


class Stream:
    """What captures tell goes in at `put`. `missed` came faster than anybody looked."""

    def __init__(self) -> None:
        self.missed = 0
        self._numbers = itertools.count()
        self._arrived: queue.SimpleQueue[Passed] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._counting = threading.Lock()

    def put(self, host: str, network: str, frame: Frame) -> None:
        """Take one; never waits, because whoever brings it must bring the next."""
        with self._counting:
            if self._waiting_bytes > _WAITING_BYTES:
                self.missed += 1
                return
            self._waiting_bytes += _PACKET_BYTES + len(frame.data)
        self._arrived.put(Passed(frame.time_s, next(self._numbers), time.monotonic(), host, network, frame))

    def packets(self, captures: Sequence[Capture], ended: threading.Event) -> Iterator[Passed]:
        """All that pass until it is ended, to the last one. LabError when a capture came to an untimely end."""
        held: list[Passed] = []
        while not ended.is_set():
            with contextlib.suppress(queue.Empty):
                heapq.heappush(held, self._arrived.get(timeout=_HOLD_S))
            self._take_all(held)
            for capture in captures:
                capture.check()
            while held and held[0].arrived_s <= time.monotonic() - _HOLD_S:
                yield self._counted(heapq.heappop(held))
        for capture in captures:
            capture.stop()
        self._take_all(held)
        yield from map(self._counted, sorted(held))

    def _take_all(self, held: list[Passed]) -> None:
        for _ in range(self._arrived.qsize()):
            heapq.heappush(held, self._arrived.get())

    def _counted(self, passed: Passed) -> Passed:
        with self._counting:
            self._waiting_bytes -= _PACKET_BYTES + len(passed.frame.data)
        return passed
