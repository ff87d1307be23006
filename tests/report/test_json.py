"""What programs read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.record import Change
from lab.report import json as report
from lab.transcript import Line
from lab.verdict import Result, Verdict, judge_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.record import Record
    from lab.scenario import Scenario
    from lab.topology import Topology


def test_a_report_begins_with_its_version_and_keeps_letters() -> None:
    assert report.dumped({"text": "下午好"}) == '{\n  "version": 1,\n  "text": "下午好"\n}'


def test_a_failure_has_its_rows(judged: Callable[..., Result], record: Record, topology: Topology) -> None:
    transcript = replace(record.executions[1].transcript, lines=(Line("What? a question", 0.12), Line("no", 0.14)))
    found = report.result(judged(transcript=transcript), topology)
    assert found["verdict"] == "FAILED"
    (problem,) = found["problems"]
    assert problem == {
        "file": "mine.yaml",
        "line": 20,
        "subject": "client on client-a1",
        "what": "expected 'from 40000', seen 'no'",
        "cause": problem["cause"],
        "rows": [
            {"line": 19, "expected": "What? <<a question>>", "seen": "What? a question", "ok": True},
            {"line": 20, "expected": "from {port}", "seen": "no", "ok": False},
        ],
    }


def test_changes_of_links_are_there(scenario: Scenario, record: Record, topology: Topology) -> None:
    changed = replace(
        record, changes=(Change(kind="link", subject="server/datacenter", how="down", stands=True, time_s=0.125),)
    )
    found = report.result(judge_record(scenario, topology, changed, "netns"), topology)
    assert found["changes"] == [{"time_s": 0.125, "kind": "link", "of": "server/datacenter", "is": "down"}]


def test_what_was_not_run_has_no_programs_and_a_reason(scenario: Scenario, topology: Topology) -> None:
    skipped = Result(scenario=scenario, engine="netns", verdict=Verdict.SKIPPED, reason="no netem here")
    found = json.loads(report.dumped(report.results([skipped], topology)))
    (one,) = found["scenarios"]
    assert (one["verdict"], one["reason"], one["programs"], one["duration_s"]) == ("SKIPPED", "no netem here", [], None)
