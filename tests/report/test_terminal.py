"""A run told to a person: whole texts, as they are through a pipe of 80 columns, and what a terminal adds."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from lab.record import TypedAt
from lab.report.console import has_styles, print_table
from lab.report.terminal import MOST_LINES, print_events, print_story, print_verdict
from lab.scenario import Watch
from lab.sightings import Sighting
from lab.transcript import Line, Place, Setting, Template, Transcript
from lab.verdict import Result, Verdict, judge_record
from tests.report.conftest import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.record import Record
    from lab.scenario import Scenario
    from lab.topology import Topology

TYPED = (TypedAt(line=0, column=6, text="a question"),)


def test_a_run_that_passed_is_a_story(judged: Callable[..., Result], topology: Topology, out: Console) -> None:
    print_story(out, judged(typed=TYPED), topology)
    assert (
        text_of(out)
        == """\
mine  A question and an answer

  The client asks, and the server answers.

  That is all.

Who runs what
  server  on server     203.0.113.10  python server.py
  client  on client-a1  192.168.1.10  python client.py 203.0.113.10

What happened
  client on client-a1  0.12 s
  │ What? \u2039a question\u203a
  server on server  0.13 s
  │ 192.168.1.10 asks from 40000
  client on client-a1  0.14 s
  │ from 40000

Variables
  {port} = 40000  bound by server on server, mine.yaml:14

Checks
  ✓ public: {server}  203.0.113.10

✓ PASSED  mine  0.2 s on netns
"""
    )


def test_a_failure_has_the_expected_beside_the_seen(
    judged: Callable[..., Result], record: Record, topology: Topology, out: Console
) -> None:
    lines = (Line("What? a question", 0.12), Line("from 40001", 0.14), Line("and more", 0.15))
    transcript = replace(record.executions[1].transcript, lines=lines)
    print_story(out, judged(transcript=transcript, is_own=True), topology)
    told = text_of(out)
    assert "  client  on client-a1  192.168.1.10  python client.py 203.0.113.10  (yours)\n" in told
    assert "Variables bound so far\n  {port} = 40000  bound by server on server, mine.yaml:14\n" in told
    assert told.endswith(
        """\
What went wrong
  client on client-a1  mine.yaml:20
    {port} is '40000' (bound by server on server, mine.yaml:14); seen '40001'

    line  expected              seen
      19  What? <<a question>>  What? a question
   ✗  20  from {port}           from 40001
                                and more

✗ FAILED  mine  0.2 s on netns
"""
    )


def test_a_server_that_heard_nothing_comes_after_the_client_that_failed(
    scenario: Scenario, record: Record, topology: Topology, judged: Callable[..., Result]
) -> None:
    server, client = record.executions
    silent = replace(server, transcript=replace(server.transcript, lines=()))
    wrong = replace(client, transcript=replace(client.transcript, lines=(Line("Who?", 0.1),)), status=1)
    result = judge_record(scenario, topology, replace(record, executions=(silent, wrong)), "netns")
    assert [problem.subject for problem in result.problems] == ["client on client-a1", "server on server"]


def test_a_skip_and_an_error_say_why(scenario: Scenario, topology: Topology, out: Console) -> None:
    print_verdict(out, Result(scenario=scenario, engine="netns", verdict=Verdict.SKIPPED, reason="no netem here"))
    print_verdict(out, Result(scenario=scenario, engine="netns", verdict=Verdict.ERROR, reason="the lab ended"))
    assert text_of(out) == "- SKIPPED  mine\n  no netem here\n! ERROR  mine\n  the lab ended\n"


def test_of_a_flood_the_middle_is_left_out(
    judged: Callable[..., Result], record: Record, topology: Topology, out: Console
) -> None:
    lines = tuple(Line(f"line {number}", 0.12) for number in range(1000))
    print_story(out, judged(transcript=replace(record.executions[1].transcript, lines=lines)), topology)
    told = text_of(out).partition("What went wrong")[0]
    assert "lines left out here\n" in told
    assert "  │ line 0\n" in told
    assert "  │ line 500\n" not in told
    assert "  │ line 999\n" in told
    assert MOST_LINES - 4 <= told.count("│ line ") <= MOST_LINES


def test_no_text_of_a_program_is_taken_as_markup_and_long_lines_are_not_cut(
    judged: Callable[..., Result], record: Record, topology: Topology, out: Console
) -> None:
    text = "[red]not red[/red] :smile: " + "x" * 200
    transcript = replace(record.executions[1].transcript, lines=(Line(text, 0.12),))
    print_story(out, judged(transcript=transcript), topology)
    assert f"  │ {text}\n" in text_of(out)


def terminal(width: int, **options: object) -> Console:
    return Console(  # type: ignore[call-overload,no-any-return]
        file=io.StringIO(), force_terminal=True, width=width, color_system="standard", highlight=False, **options
    )


def test_on_a_terminal_typed_input_is_marked_by_style_and_lines_fold(
    judged: Callable[..., Result], record: Record, topology: Topology
) -> None:
    out = terminal(60)
    assert has_styles(out)
    lines = (Line("What? a question", 0.12), Line("word " * 30, 0.14))
    print_story(out, judged(typed=TYPED, transcript=replace(record.executions[1].transcript, lines=lines)), topology)
    told = text_of(out)
    assert "What? \x1b[1;4ma question\x1b[0m\n" in told
    assert "\u2039" not in told
    plain = [line for line in told.splitlines() if "word word" in line]
    assert len(plain) >= 3


def test_without_colours_typed_input_has_marks(judged: Callable[..., Result], topology: Topology) -> None:
    out = terminal(80, no_color=True)
    print_story(out, judged(typed=TYPED), topology)
    assert "\u2039a question\u203a" in text_of(out)


def test_a_table_through_a_pipe_has_one_line_a_row_and_nothing_behind_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("x", "y" * 300), ("[bold]", "z")])
    assert capsys.readouterr().out == f"a        b\nx        {'y' * 300}\n[bold]   z\n"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("...\nsecond\n...", ["… 1 more …", "second", "… 2 more …"]),
        ("...\nsecond\n...\nfourth", ["… 1 more …", "second", "… 1 more …", "fourth"]),
        ("first\nsecond\nthird\n...\nfourth", ["first", "second", "third", "fourth"]),
        ("...\nfirst\nelse\nfourth", ["first", "second", "third", "fourth"]),
    ],
)
def test_of_packets_that_the_scenario_says_nothing_of_only_the_number_is_told(
    out: Console, scenario: Scenario, record: Record, topology: Topology, *, template: str, told: list[str]
) -> None:
    place = Place("mine.yaml", 1)
    watch = Watch(host="server", network="datacenter", template=Template.parse(template, place), place=place)
    lines = tuple(Line(text, 0.1) for text in ("first", "second", "third", "fourth"))
    sighting = Sighting(expected=watch, transcript=Transcript(watch.source, lines), setting=Setting("server"))
    result = judge_record(scenario, topology, replace(record, sightings=(sighting,)), "netns")
    print_events(out, result, topology)
    shown = text_of(out).partition("Packets at server/datacenter\n")[2].splitlines()
    assert shown == [f"  │ {line}" for line in told]
