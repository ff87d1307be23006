"""A capture's reader: records in whatever pieces they come, within bounds, and never silently incomplete."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest

from lab import capture as module
from lab.capture import Capture
from lab.errors import LabError
from lab.host.capture import END, HEADER, PACKET, READY

if TYPE_CHECKING:
    from lab.engines.base import Stream
    from lab.packets import Frame

DEADLINE_S = 10
SECOND_NS = 1_000_000_000


class FakeProgram:
    """The program on the host; a test says what it prints."""

    def __init__(self) -> None:
        self.pieces: queue.SimpleQueue[tuple[Stream, bytes] | None] = queue.SimpleQueue()
        self.is_asked_to_end = self.is_closed = False

    def prints(self, data: bytes, stream: Stream = "stdout") -> None:
        self.pieces.put((stream, data))

    def ends(self) -> None:
        self.pieces.put(None)

    def read(self) -> tuple[Stream, bytes] | None:
        return self.pieces.get(timeout=DEADLINE_S)

    def write(self, *_: object) -> None:
        raise AssertionError

    def end_input(self) -> None:
        self.is_asked_to_end = True

    def resize(self, *_: object) -> None:
        raise AssertionError

    def signal(self, *_: object) -> None:
        raise AssertionError

    def wait(self, *_: object) -> int | None:
        return 0

    def close(self) -> None:
        self.is_closed = True


def packet(time_s: int, data: bytes = b"x", number: int = 0, *, outgoing: bool = False, length: int = 0) -> bytes:
    return HEADER.pack(PACKET, number, outgoing, len(data), length or len(data), time_s * SECOND_NS) + data


def end(number: int = 0, dropped: int = 0) -> bytes:
    return HEADER.pack(END, number, 0, 0, 0, dropped)


READY_RECORD = HEADER.pack(READY, 0, 0, 0, 0, 0)


def times(frames: tuple[Frame, ...]) -> list[float]:
    return [frame.time_s for frame in frames]


def test_records_may_come_in_any_pieces() -> None:
    program = FakeProgram()
    for byte in READY_RECORD + packet(1, b"one", outgoing=True, length=99) + packet(2, b"two") + end():
        program.prints(bytes([byte]))
    program.ends()
    with Capture(program, "server", ["datacenter"]) as capture:
        pass
    first, second = capture.frames
    assert first[0] == "datacenter"
    assert (first[1].time_s, first[1].outgoing, first[1].length, first[1].data) == (1.0, True, 99, b"one")
    assert (second[1].time_s, second[1].outgoing, second[1].length, second[1].data) == (2.0, False, 3, b"two")
    assert program.is_asked_to_end


def test_frames_of_several_interfaces_are_in_the_order_of_time() -> None:
    program = FakeProgram()
    program.prints(packet(1) + packet(3) + packet(2, number=1) + end(0, dropped=4) + end(1, dropped=5))
    program.ends()
    with Capture(program, "router-a", ["home-a", "internet"]) as capture:
        pass
    assert [(network, frame.time_s) for network, frame in capture.frames] == [
        ("home-a", 1.0),
        ("internet", 2.0),
        ("home-a", 3.0),
    ]
    assert [(one.network, one.dropped) for one in capture.tapped] == [("home-a", 4), ("internet", 5)]
    assert capture.dropped == 9


def test_of_too_many_packets_the_first_and_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEAD_PACKETS", 3)
    monkeypatch.setattr(module, "TAIL_PACKETS", 2)
    program = FakeProgram()
    program.prints(b"".join(packet(number) for number in range(100)) + end())
    program.ends()
    with Capture(program, "server", ["datacenter"]) as capture:
        pass
    (tapped,) = capture.tapped
    assert times(tapped.frames) == [0, 1, 2, 98, 99]
    assert tapped.cut == capture.cut == 95


def test_of_too_many_bytes_too_and_each_interface_has_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEAD_BYTES", 40)
    monkeypatch.setattr(module, "TAIL_BYTES", 40)
    program = FakeProgram()
    for number in (0, 1):
        program.prints(b"".join(packet(second, b"0123456789", number) for second in range(10)) + end(number))
    program.ends()
    with Capture(program, "router-a", ["home-a", "internet"]) as capture:
        pass
    assert [times(tapped.frames) for tapped in capture.tapped] == [[0, 1, 8, 9]] * 2
    assert capture.cut == 12


def test_whoever_wants_to_is_told_of_each_frame_and_need_not_keep_any() -> None:
    told = []
    program = FakeProgram()
    program.prints(packet(1) + packet(2, number=1) + end(0) + end(1))
    program.ends()
    tell = lambda host, network, frame: told.append((host, network, frame.time_s))  # noqa: E731
    with Capture(program, "router-a", ["home-a", "internet"], tell=tell, keep=False) as capture:
        pass
    assert told == [("router-a", "home-a", 1.0), ("router-a", "internet", 2.0)]
    assert capture.frames == []


def test_an_end_without_the_last_word_is_an_error_with_what_was_said() -> None:
    program = FakeProgram()
    program.prints(READY_RECORD + packet(1) + end(0))
    program.prints(b"cannot capture: no more memory\n", "stderr")
    program.ends()
    capture = Capture(program, "router-a", ["home-a", "internet"])
    said = "^the capture on router-a ended too early: cannot capture: no more memory$"
    with pytest.raises(LabError, match=said):
        capture.stop()
    for ask in (lambda: capture.frames, lambda: capture.tapped, capture.check):
        with pytest.raises(LabError, match=said):
            ask()
    capture._reader.join(DEADLINE_S)
    assert program.is_closed


def test_what_happened_first_is_what_is_told() -> None:
    program = FakeProgram()
    program.ends()
    with pytest.raises(ZeroDivisionError), Capture(program, "server", ["datacenter"]):
        _ = 1 / 0
