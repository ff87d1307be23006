"""What passes at one interface while a test looks."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from lab.errors import LabError, UsageError
from lab.packets import Only, Teller, decode
from lab.testing.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lab.capture import Capture
    from lab.packets import Detail, Packet


class Traffic:
    """The packets of some sorts that passed so far; after its `with` block all of them.

    A packet is first captured and then read, so a test that wants one waits for it.
    """

    def __init__(self, capture: Capture, only: Sequence[str], show: Collection[Detail]) -> None:
        self._capture = capture
        self._place = f"{capture.host}/{capture.networks[0]}"
        self._only = only
        self._show = show
        _check(only)

    @property
    def packets(self) -> tuple[Packet, ...]:
        """Decoded, in order. LabError when some are missing."""
        (tapped,) = self._capture.tapped
        if missing := tapped.dropped + tapped.cut:
            raise LabError(f"{self._place}: {missing:,} packets were too many to keep")
        only = Only(self._only)
        return tuple(packet for packet in map(decode, tapped.frames) if only.takes(packet))

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in a line each, as scenarios have them."""
        teller = Teller(self._show)
        return tuple(teller.line(packet) for packet in self.packets)

    def wait_for_line(self, text: str, timeout_s: float = 10.0) -> str:
        """The first line with this text."""
        __tracebackhide__ = True
        deadline_s = time.monotonic() + timeout_s
        while True:
            seen = len(self._capture.frames)
            if (found := self._line(text)) is not None:
                return found
            if (left_s := deadline_s - time.monotonic()) <= 0:
                raise Failed(self._nothing(text, timeout_s))
            self._capture.wait_until(partial(self._is_more_than, seen), left_s)

    def _is_more_than(self, seen: int) -> bool:
        return len(self._capture.frames) > seen

    def _line(self, text: str) -> str | None:
        return next((line for line in self.lines if text in line), None)

    def _nothing(self, text: str, timeout_s: float) -> str:
        lines = self.lines
        seen = "\n".join(["Seen:", *(f"  │ {line}" for line in lines)]) if lines else "Nothing was seen."
        return f"no packet with {text!r} at {self._place} within {timeout_s:g} s. {seen}"


def _check(only: Sequence[str]) -> None:
    try:
        Only(only)
    except ValueError as error:
        raise UsageError(str(error)) from None
