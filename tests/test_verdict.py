"""From a record to a verdict: what is compared, which problems are told, and in which words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lab.record import Execution, Record
from lab.scenario import load_scenario
from lab.transcript import Line, Setting, Transcript
from lab.verdict import Verdict, how_it_ended, judge_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.record import End
    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.verdict import Result

TEXT = """\
name: mine
title: A question and an answer
topics: [test]
story: Once.
steps:
  - start: server
    host: server
    command: serve
    ready: udp/3000
    transcript: |
      up
      * asked from {port:port}
  - run: client
    host: client-a1
    command: ask
    repeat: 3
    transcript: |
      from {port}
checks:
  - distinct: "{port}"
  - ephemeral: "{port}"
"""


@pytest.fixture
def scenario(tmp_path: Path, topology: Topology, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(TEXT)
    return load_scenario(tmp_path / "mine.yaml", topology)


@pytest.fixture
def judged(scenario: Scenario, topology: Topology) -> Callable[..., Result]:
    """The server's ports, and one for each run of the client; with facts about single executions changed."""

    def result(server: str, clients: str, changes: dict[int, Any] | None = None, **facts: Any) -> Result:
        first, second = scenario.programs()
        executions = [execution(first, None, ["up", *(f"asked from {port}" for port in server.split())], "stopped")]
        executions += (execution(second, n, [f"from {port}"]) for n, port in enumerate(clients.split()))
        for number, change in (changes or {}).items():
            executions[number] = replace(executions[number], **change)
        whole: dict[str, Any] = {"is_whole": True, "open_ports": {}, "duration_s": 1, **facts}
        return judge_record(scenario, topology, Record(executions=tuple(executions), **whole), "netns")

    return result


def execution(step: Any, index: int | None, lines: list[str], end: End = "ended") -> Execution:
    run = "" if index is None else f" (run {index + 1})"
    return Execution(
        step=step,
        index=index,
        argv=tuple(step.argv),
        is_own=False,
        transcript=Transcript(f"{step.role}{run} on {step.host}", tuple(Line(text, 0.1) for text in lines)),
        setting=Setting(step.host),
        end=end,
        status=0,
        waiting_for=None,
        started_s=0,
        ended_s=1,
    )


def told(result: Result) -> list[str]:
    return [f"{p.place}: {p.subject}: {p.what}" for p in result.problems]


def test_all_is_well(judged: Callable[..., Result]) -> None:
    result = judged("40001 40002 40003", "40001 40002 40003")
    assert (result.verdict, result.problems) == (Verdict.PASSED, ())
    assert result.bindings.values("port") == ("40001", "40002", "40003")
    assert [(check.text, check.ok, check.what) for check in result.checks] == [
        ("distinct: {port}", True, "40001, 40002, 40003"),
        ("ephemeral: {port}", True, "40001, 40002, 40003"),
    ]
    assert [comparison and comparison.ok for comparison in result.comparisons] == [True] * 4


def test_a_check_that_fails_has_its_line(judged: Callable[..., Result]) -> None:
    result = judged("40001 2000 40001", "40001 2000 40001")
    assert result.verdict is Verdict.FAILED
    assert told(result) == [
        "mine.yaml:20: check distinct: {port}: 40001 is there more than once: 40001, 2000, 40001",
        "mine.yaml:21: check ephemeral: {port}: '2000' is not in the ephemeral ports of server (32768 to 60999)",
    ]


def test_the_line_that_differs_is_named_and_no_check_is_made(judged: Callable[..., Result]) -> None:
    result = judged("40001 40002 40003", "40001 40009 40003")
    assert result.verdict is Verdict.FAILED
    assert told(result) == [
        (
            "mine.yaml:18: client (run 2) on client-a1: {port} (item 2) is '40002'"
            " (bound by server on server, mine.yaml:12); seen '40009'"
        )
    ]
    assert result.checks == ()
    assert [comparison and comparison.ok for comparison in result.comparisons] == [True, True, False, True]
    assert result.problems[0].mismatch is result.comparisons[2]


def test_many_bad_runs_are_one_problem(judged: Callable[..., Result]) -> None:
    result = judged("40001 40002 40003", "a b c")
    assert told(result) == [
        (
            "mine.yaml:18: client (run 1) on client-a1: {port} (item 1) is '40001'"
            " (bound by server on server, mine.yaml:12); seen 'a'; 2 more runs of it went wrong too"
        )
    ]


def test_a_bad_end_and_a_bad_line_are_told_together_at_the_step(judged: Callable[..., Result]) -> None:
    result = judged("40001 40002 40003", "40001 40002 x", {3: {"status": 1}}, is_whole=False)
    assert told(result) == [
        (
            "mine.yaml:13: client (run 3) on client-a1: ended with exit status 1; expected exit 0;"
            " {port} (item 3) is '40003' (bound by server on server, mine.yaml:12); seen 'x'"
        )
    ]


def test_who_could_not_be_started_is_told_of(judged: Callable[..., Result], scenario: Scenario) -> None:
    client = scenario.program("client")
    result = judged("40001", "40001", is_whole=False, not_started=client)
    assert result.verdict is Verdict.FAILED
    assert told(result) == [
        "mine.yaml:13: client on client-a1: not started: nobody has printed a variable of its command, 'ask'"
    ]


@pytest.mark.parametrize(
    ("role", "wanted", "ending", "words"),
    [
        ("client", 0, ("ended", 0), "ended with exit status 0"),
        ("client", 0, ("ended", 2), "ended with exit status 2; expected exit 0"),
        ("client", "nonzero", ("ended", 2), "ended with exit status 2"),
        ("client", 0, ("ended", 139), "killed by SIGSEGV; expected exit 0"),
        ("client", "killed", ("ended", 137), "killed by SIGKILL"),
        ("client", 0, ("ended", 128 + 40), "killed by signal 40; expected exit 0"),
        ("client", 0, ("timed out", 143), "still running after 10 s"),
        ("client", "running", ("timed out", 143), "still running after 10 s"),
        ("client", "running", ("ended", 0), "ended with exit status 0; expected to be still running"),
        ("client", 0, ("stuck", 143), "it could not go on, and was ended"),
        ("client", 0, ("in vain", 143), "ended by the lab, because another program could not go on"),
        ("server", None, ("stopped", 143), "stopped by the lab"),
        ("server", 0, ("stopped", 143), "killed by SIGTERM, when the lab stopped it; expected exit 0"),
        ("server", None, ("ended", 0), "ended with exit status 0"),
        ("server", None, ("ended", 1), "ended with exit status 1; expected exit 0"),
        ("server", None, ("never ready", 143), "not ready after 10 s: udp/3000 did not come"),
        ("server", None, ("died before it was ready", 1), "ended with exit status 1 before udp/3000 was there"),
        ("server", None, ("died before it was ready", 139), "killed by SIGSEGV before udp/3000 was there"),
    ],
)
def test_how_it_ended_in_words(scenario: Scenario, role: str, wanted: Any, ending: tuple[End, int], words: str) -> None:
    end, status = ending
    step = replace(scenario.program(role), exit=wanted)
    assert how_it_ended(replace(execution(step, None, [], end), status=status)) == words
