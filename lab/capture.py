"""Packets as they pass at one host's interfaces: all of them, from the first on, until it is stopped.

The listening is done on the host (`lab.host.capture`), the same on every engine. Here is its reader: always awake, so
that the kernel never has to drop, and bounded, so that a flood costs little: of each interface the first and the last
packets are kept, and the rest is counted.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errand import start_errand
from lab.errors import LabError
from lab.host.capture import END, HEADER, PACKET, READY
from lab.packets import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lab.engines.base import Lab, Program

    Tell = Callable[[str, str, Frame], None]

WHOLE = 65535
"""As much of a packet as there can be (Linux hands over no larger one)."""
HEAD_PACKETS = TAIL_PACKETS = 10_000
"""Of each interface."""
HEAD_BYTES = TAIL_BYTES = 32 * 1024 * 1024
"""Of each host."""
_TIMEOUT_S = 20.0
_NS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Tapped:
    """What passed at one interface so far, in order; see `lab.packets.Captured` for `dropped` and `cut`."""

    network: str
    frames: tuple[Frame, ...]
    dropped: int
    cut: int


class Capture:
    """One host's capture, ready: what passes from now on is in `frames`. Leaving its `with` block stops it.

    What it cannot do it raises as LabError, at the latest when it is stopped: it never just sees nothing.
    """

    def __init__(
        self, program: Program, host: str, networks: Sequence[str], *, tell: Tell | None = None, keep: bool = True
    ) -> None:
        """Of a program that was started; see `start_captures`."""
        self.host = host
        self.networks = tuple(networks)
        self._program = program
        self._tell = tell
        self._changed = threading.Condition()
        self._kept = [_Kept(len(networks)) for _ in networks]
        self._keep = keep
        self._dropped: dict[int, int] = {}
        self._is_ready = self._is_over = False
        self._failure: LabError | None = None
        self._reader = threading.Thread(target=self._read, name=f"capture {host}", daemon=True)
        self._reader.start()

    @classmethod
    def start(
        cls,
        lab: Lab,
        host: str,
        networks: Sequence[str] | None = None,
        *,
        snap: int = WHOLE,
        tell: Tell | None = None,
    ) -> Capture:
        """Begin on all interfaces of a host, or on those to these networks; of each packet keep `snap` bytes."""
        return start_captures(lab, {host: networks}, snap=snap, tell=tell)[0]

    @property
    def frames(self) -> list[tuple[str, Frame]]:
        """All that was kept so far, as (network, frame), in the order in which it happened."""
        found = [(tapped.network, frame) for tapped in self.tapped for frame in tapped.frames]
        return sorted(found, key=lambda one: one[1].time_s)

    @property
    def tapped(self) -> tuple[Tapped, ...]:
        """The same for each interface."""
        with self._changed:
            self._check()
            return tuple(
                Tapped(
                    network=network, frames=(*kept.head, *kept.tail), dropped=self._dropped.get(number, 0), cut=kept.cut
                )
                for number, (network, kept) in enumerate(zip(self.networks, self._kept, strict=True))
            )

    @property
    def dropped(self) -> int:
        """How many packets the kernel could not hand over; known once it is stopped."""
        return sum(self._dropped.values())

    @property
    def cut(self) -> int:
        """How many were left out between the first and the last ones."""
        return sum(kept.cut for kept in self._kept)

    def check(self) -> None:
        """Raise LabError when it has come to an untimely end."""
        with self._changed:
            self._check()

    def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for something that comes true with a packet; False when it does not within that time."""
        with self._changed:
            self._changed.wait_for(lambda: self._failure is not None or condition(), timeout_s)
            self._check()
            return condition()

    def stop(self) -> None:
        """End it when it has handed over all that the kernel had until now. Raises LabError when it had died."""
        self._program.end_input()
        with self._changed:
            ended = self._changed.wait_for(lambda: self._is_over, _TIMEOUT_S)
            self._check()
        if not ended:
            raise LabError(f"the capture on {self.host} does not end")

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.stop()
        except LabError:
            if kind is None:  # otherwise what happened first is what is told
                raise

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _wait_until_ready(self) -> None:
        with self._changed:
            ready = self._changed.wait_for(lambda: self._is_ready or self._is_over, _TIMEOUT_S)
            self._check()
        if not ready:
            self._program.end_input()
            raise LabError(f"the capture on {self.host} did not begin within {_TIMEOUT_S:g} s")

    def _read(self) -> None:
        """Until the host has nothing more to say; then let go of it, which takes a while, with nobody waiting."""
        complaint = b""
        try:
            rest = b""
            while (piece := self._program.read()) is not None:
                stream, data = piece
                if stream == "stderr":
                    complaint += data[: HEADER.size * 100]
                else:
                    rest = self._take(rest + data)
            self._end(complaint.decode(errors="replace").strip())
        except BaseException as error:  # noqa: BLE001  handed to whoever asks
            self._end(str(error) or type(error).__name__)
        finally:
            with contextlib.suppress(LabError):  # the lab has ended, and the program with it
                self._program.close()

    def _take(self, data: bytes) -> bytes:
        """Keep the records in there; what is left is the beginning of the next one."""
        frames: list[tuple[int, Frame]] = []
        said: list[tuple[int, int, int]] = []
        at = 0
        while len(data) - at >= HEADER.size:
            kind, number, outgoing, kept, length, value = HEADER.unpack_from(data, at)
            if len(data) - at - HEADER.size < kept:
                break
            at += HEADER.size + kept
            if kind == PACKET:
                bits = data[at - kept : at]
                frames.append((number, Frame(time_s=value / _NS, outgoing=bool(outgoing), length=length, data=bits)))
            else:
                said.append((kind, number, value))
        self._hear(frames, said)
        return data[at:]

    def _hear(self, frames: Sequence[tuple[int, Frame]], said: Sequence[tuple[int, int, int]]) -> None:
        """Frames come first: who has heard that it is over must have been told of them all."""
        if self._keep:
            with self._changed:
                for number, frame in frames:
                    self._kept[number].add(frame)
        if self._tell:
            for number, frame in frames:
                self._tell(self.host, self.networks[number], frame)
        with self._changed:
            self._is_ready = self._is_ready or any(kind == READY for kind, _, _ in said)
            self._dropped |= {number: dropped for kind, number, dropped in said if kind == END}
            self._is_over = len(self._dropped) == len(self.networks)
            self._changed.notify_all()

    def _end(self, complaint: str) -> None:
        with self._changed:
            if not self._is_over:
                why = complaint or "it was killed, or the lab ended"
                self._failure = LabError(f"the capture on {self.host} ended too early: {why}")
            self._is_over = True
            self._changed.notify_all()


class _Kept:
    """The first and the last frames of one interface, and how many were left out between them."""

    def __init__(self, share: int) -> None:
        """`share`: so many have to make do with the room for one host."""
        self._share = share
        self.head: list[Frame] = []
        self.tail: deque[Frame] = deque()
        self.cut = 0
        self._head_bytes = self._tail_bytes = 0

    def add(self, frame: Frame) -> None:
        if not self.tail and len(self.head) < HEAD_PACKETS and self._head_bytes * self._share < HEAD_BYTES:
            self.head.append(frame)
            self._head_bytes += len(frame.data)
            return
        self.tail.append(frame)
        self._tail_bytes += len(frame.data)
        while len(self.tail) > TAIL_PACKETS or self._tail_bytes * self._share > TAIL_BYTES:
            self._tail_bytes -= len(self.tail.popleft().data)
            self.cut += 1


def start_captures(
    lab: Lab,
    places: Mapping[str, Sequence[str] | None],
    *,
    snap: int = WHOLE,
    tell: Tell | None = None,
    keep: bool = True,
) -> list[Capture]:
    """On several hosts at the same time: host → networks, or None for all of them. Returns when all are ready.

    Of each packet at most `snap` bytes. `tell` is called for each frame with its host and network, by a reader that
    reads on when it returns; who needs nothing else may `keep` none.
    """
    wanted = {host: _networks(lab, host, networks) for host, networks in places.items()}
    captures: list[Capture] = []
    try:
        for host, networks in wanted.items():
            addresses = [str(lab.topology.node(host).interface(network).address.ip) for network in networks]
            program = start_errand(lab, host, "capture", [str(snap), *addresses])
            captures.append(Capture(program, host, networks, tell=tell, keep=keep))
        for capture in captures:
            capture._wait_until_ready()  # noqa: SLF001
    except BaseException:
        for capture in captures:
            with contextlib.suppress(LabError):
                capture.stop()
        raise
    return captures


@contextlib.contextmanager
def capturing(
    lab: Lab,
    places: Mapping[str, Sequence[str] | None],
    *,
    snap: int = WHOLE,
    tell: Tell | None = None,
    keep: bool = True,
) -> Iterator[list[Capture]]:
    """The same, for as long as the `with` block lasts; all are stopped at its end."""
    captures = start_captures(lab, places, snap=snap, tell=tell, keep=keep)
    with contextlib.ExitStack() as stack:
        for capture in captures:
            stack.enter_context(capture)
        yield captures


def _networks(lab: Lab, host: str, networks: Sequence[str] | None) -> list[str]:
    node = lab.topology.node(host)
    if networks is None:
        return [interface.network for interface in node.interfaces]
    return [node.interface(network).network for network in networks]
