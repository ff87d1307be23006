"""What a program printed, as it came: raw bytes with times, and the lines a person would have seen.

Of a flood only the beginning and the end are kept; in between stands how much was left out.
"""

from __future__ import annotations

import codecs
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.transcript import Line

if TYPE_CHECKING:
    from lab.engines.base import Stream

HEAD_BYTES = 256 * 1024
TAIL_BYTES = 64 * 1024

# Shown as the control pictures of Unicode, so that no program can move a reader's cursor or recolour a report.
_PICTURES = {code: 0x2400 + code for code in range(32) if code != 9} | {127: 0x2421}
_PICTURES |= dict.fromkeys(range(128, 160), 0xFFFD)


@dataclass(frozen=True)
class Piece:
    """What one read of the program's terminal or pipe brought, and when (monotonic clock)."""

    time_s: float
    stream: Stream
    data: bytes


class Output:
    """All that a program printed, within bounds. One thread adds, any may look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._head: list[Piece] = []
        self._head_bytes = 0
        self._tail: deque[Piece] = deque()
        self._tail_bytes = 0
        self._cut_bytes = 0
        self._lines = _Lines()

    def add(self, time_s: float, stream: Stream, data: bytes) -> None:
        """Keep what was printed."""
        with self._lock:
            room = HEAD_BYTES - self._head_bytes
            if room > 0:
                self._head_bytes += len(data[:room])
                self._head.append(Piece(time_s, stream, data[:room]))
                self._lines.add(self._head[-1])
                data = data[room:]
            if data:
                self._add_to_tail(Piece(time_s, stream, data))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The raw bytes that were kept."""
        with self._lock:
            return (*self._head, *self._tail)

    @property
    def cut_bytes(self) -> int:
        """How much was left out between head and tail."""
        return self._cut_bytes

    def complete_lines(self, begin: int = 0) -> list[Line]:
        """The complete lines of the head so far, from number `begin` on."""
        with self._lock:
            return self._lines.complete[begin:]

    @property
    def partial(self) -> str:
        """What stands on the last line, not ended yet: a prompt, perhaps."""
        with self._lock:
            return self._lines.partial

    def all_lines(self) -> tuple[Line, ...]:
        """Every line that was kept, and a last unfinished one; to be asked when the program has ended."""
        with self._lock:
            if not self._tail:
                return (*self._lines.complete, *self._lines.unfinished())
            cut = Line(f"[{self._cut_bytes:,} bytes left out here]", self._tail[0].time_s)
            tail = _Lines()
            for piece in self._tail:
                tail.add(piece)
            gap = [cut] if self._cut_bytes else []
            if not gap:  # nothing is missing: head and tail are one text
                tail = _Lines()
                for piece in (*self._head, *self._tail):
                    tail.add(piece)
                return (*tail.complete, *tail.unfinished())
            return (*self._lines.complete, *self._lines.unfinished(), *gap, *tail.complete, *tail.unfinished())

    def _add_to_tail(self, piece: Piece) -> None:
        self._tail.append(piece)
        self._tail_bytes += len(piece.data)
        while self._tail_bytes > TAIL_BYTES and len(self._tail) > 1:
            dropped = self._tail.popleft()
            self._tail_bytes -= len(dropped.data)
            self._cut_bytes += len(dropped.data)


class _Lines:
    """Bytes in, lines out; each stream has its own unfinished line, so that two pipes do not mix within one."""

    def __init__(self) -> None:
        self.complete: list[Line] = []
        self._open: dict[Stream, str] = {}
        self._decoders: dict[Stream, codecs.IncrementalDecoder] = {}
        self._last: tuple[float, Stream] = (0.0, "terminal")

    @property
    def partial(self) -> str:
        return _shown(self._open.get("terminal") or self._open.get("stdout", ""))

    def add(self, piece: Piece) -> None:
        if piece.stream not in self._decoders:
            self._decoders[piece.stream] = codecs.getincrementaldecoder("utf-8")(errors="replace")
        text = self._open.get(piece.stream, "") + self._decoders[piece.stream].decode(piece.data)
        *ended, rest = text.split("\n")
        self.complete += [Line(_shown(line), piece.time_s) for line in ended]
        self._open[piece.stream] = rest
        self._last = (piece.time_s, piece.stream)

    def unfinished(self) -> list[Line]:
        return [Line(_shown(text), self._last[0], complete=False) for text in self._open.values() if text]


def _shown(text: str) -> str:
    """A line as a person sees it: what a carriage return went back over is gone, controls are made visible."""
    text = text.rstrip("\r")
    return text.rpartition("\r")[2].translate(_PICTURES)
