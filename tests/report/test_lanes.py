"""Transcripts side by side: which program stands where, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.record import Change
from lab.report.html.lanes import MOST, Lanes, side_by_side
from tests.report.sessions import saying

if TYPE_CHECKING:
    from lab.record import Execution, Record


def at(execution: Execution, started_s: float, ended_s: float, index: int | None = None) -> Execution:
    return replace(execution, started_s=started_s, ended_s=ended_s, index=index)


def rows(lanes: Lanes) -> list[tuple[float, str, int | None, str]]:
    return [(one.time_s, one.kind, one.lane, "".join(part.text for part in one.parts)) for one in lanes.entries]


def test_each_host_has_a_lane_and_each_line_its_time(record: Record) -> None:
    lanes = side_by_side(record)
    assert lanes.hosts == ("server", "client-a1")
    assert rows(lanes) == [
        (0.01, "start", 0, "python server.py"),
        (0.1, "start", 1, "python client.py 203.0.113.10"),
        (0.12, "line", 1, "What? a question"),
        (0.13, "line", 0, "192.168.1.10 asks from 40000"),
        (0.14, "line", 1, "from 40000"),
    ]
    assert [entry.is_new for entry in lanes.entries] == [True, True, False, True, True]


@pytest.mark.parametrize(("second_starts_s", "hosts"), [(0.2, ("client-a1",)), (0.15, ("client-a1", "client-a1"))])
def test_one_after_the_other_they_share_a_lane_and_at_the_same_time_they_do_not(
    record: Record, second_starts_s: float, hosts: tuple[str, ...]
) -> None:
    client = record.executions[1]
    both = (at(client, 0.1, 0.2, 0), at(client, second_starts_s, 0.3, 1))
    lanes = side_by_side(replace(record, executions=both))
    assert lanes.hosts == hosts
    assert [entry.role for entry in lanes.entries if entry.kind == "start"] == ["client, run 1", "client, run 2"]


def test_what_changes_the_network_is_nobodys(record: Record) -> None:
    change = Change(kind="link", subject="server/datacenter", how="down", stands=True, time_s=0.125)
    lanes = side_by_side(replace(record, changes=(change,)))
    assert (0.125, "change", None, "link server/datacenter: down") in rows(lanes)


def test_an_end_is_told_when_it_is_not_the_usual_one(record: Record) -> None:
    server, client = record.executions
    lanes = side_by_side(replace(record, executions=(server, replace(client, status=3))))
    assert rows(lanes)[-1] == (0.2, "end", 1, "ended with exit status 3; expected exit 0")


def test_of_a_flood_the_middle_is_left_out(record: Record) -> None:
    lanes = side_by_side(saying(record, [f"line {number}" for number in range(3000)]))
    texts = [text for _, _, _, text in rows(lanes)]
    assert len(texts) == MOST + 1
    assert "line 0" in texts
    assert "line 1500" not in texts
    assert "line 2999" in texts
    assert texts[MOST // 2] == "2,003 lines left out here"
