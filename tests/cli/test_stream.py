"""The packets of several captures become one stream, in the order of time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import pytest

from lab.cli import stream as module
from lab.cli.stream import Stream
from lab.errors import LabError
from lab.packets import Frame

if TYPE_CHECKING:
    from lab.capture import Capture


class FakeCapture:
    """Brings its last packet when it is stopped."""

    def __init__(self, stream: Stream, last_s: float, failure: LabError | None = None) -> None:
        self._stream = stream
        self._last_s = last_s
        self._failure = failure

    def check(self) -> None:
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        self._stream.put("server", "datacenter", frame(self._last_s))


def frame(time_s: float, data: bytes = b"") -> Frame:
    return Frame(time_s=time_s, outgoing=False, length=len(data), data=data)


def packets(stream: Stream, *captures: FakeCapture, end_after: int) -> list[tuple[float, str]]:
    """Time and host of all, when it is ended after so many."""
    ended = threading.Event()
    found = []
    for passed in stream.packets(cast("list[Capture]", list(captures)), ended):
        found.append((passed.time_s, passed.host))
        if len(found) == end_after:
            ended.set()
    return found


def test_what_one_host_tells_later_stands_where_it_belongs() -> None:
    stream = Stream()
    for time_s, host in ((1.0, "client"), (4.0, "client"), (2.0, "router"), (3.0, "router")):
        stream.put(host, "home", frame(time_s))
    found = packets(stream, end_after=4)
    assert found == [(1.0, "client"), (2.0, "router"), (3.0, "router"), (4.0, "client")]


def test_two_of_the_same_time_stay_in_their_order() -> None:
    stream = Stream()
    for host in ("b", "a", "c"):
        stream.put(host, "home", frame(1.0))
    assert [host for _, host in packets(stream, end_after=3)] == ["b", "a", "c"]


def test_the_last_packets_come_when_it_is_ended() -> None:
    stream = Stream()
    stream.put("client", "home", frame(1.0))
    captures = [FakeCapture(stream, 3.0), FakeCapture(stream, 2.0)]
    assert packets(stream, *captures, end_after=1) == [(1.0, "client"), (2.0, "server"), (3.0, "server")]


def test_what_there_is_no_room_for_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITING_BYTES", 1000)
    stream = Stream()
    for number in range(10):
        stream.put("client", "home", frame(number, bytes(100)))
    assert len(packets(stream, end_after=2)) == 2
    assert stream.missed == 8
    stream.put("client", "home", frame(11.0))
    assert packets(stream, end_after=1) == [(11.0, "client")]  # there is room again


def test_a_capture_that_has_died_ends_it() -> None:
    stream = Stream()
    with pytest.raises(LabError, match="it died"):
        packets(stream, FakeCapture(stream, 1.0, LabError("it died")), end_after=1)
