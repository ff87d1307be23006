"""JUnit XML: what CIs read of it, and that it is XML whatever programs print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.report.junit import MOST, document
from lab.verdict import Result, Verdict, judge_record
from tests.report.sessions import every_verdict, hostile, saying, session

if TYPE_CHECKING:
    from lab.record import Record
    from lab.scenario import Scenario
    from lab.topology import Topology

SUITE = {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}
CASE = {"name", "classname", "file", "time"}
"""Attributes that Jenkins (junit-10.xsd), GitLab and the actions of GitHub know; a case may have `line` too."""


@pytest.fixture
def root(scenario: Scenario, topology: Topology, record: Record) -> ET.Element:
    return ET.fromstring(document(session(topology, *every_verdict(scenario, topology, record))))


def counts(element: ET.Element) -> tuple[int, ...]:
    return tuple(int(element.attrib[name]) for name in ("tests", "failures", "errors", "skipped"))


def test_the_form_is_the_one_that_every_ci_reads(root: ET.Element) -> None:
    assert (root.tag, set(root.attrib)) == ("testsuites", {"name", "time", "tests", "failures", "errors", "skipped"})
    for suite in root:
        assert (suite.tag, set(suite.attrib)) == ("testsuite", SUITE)
        properties, *cases = suite
        assert properties.tag == "properties"
        assert {one.tag for one in properties} == {"property"}
        for case in cases:
            assert (case.tag, set(case.attrib) - {"line"}) == ("testcase", CASE)
            assert {part.tag for part in case} <= {"failure", "error", "skipped", "system-out"}
            float(case.attrib["time"])


def test_a_topic_is_a_suite_and_every_number_is_right(root: ET.Element) -> None:
    assert counts(root) == (4, 1, 1, 1)
    assert {suite.attrib["name"]: counts(suite) for suite in root} == {
        "nat": (1, 1, 0, 0), "tcp": (1, 0, 1, 0), "test": (2, 0, 0, 1),
    }  # fmt: skip
    for suite in root:
        verdicts = [len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error", "skipped")]
        assert counts(suite) == (len(suite.findall("testcase")), *verdicts)


def test_a_case_says_where_it_is_and_how_long_it_took(root: ET.Element) -> None:
    case = root.find(".//testcase[@name='mine']")
    assert case is not None
    assert case.attrib == {"name": "mine", "classname": "socket-lab.test", "file": "mine.yaml", "time": "0.250"}


def test_a_failure_has_its_line_the_message_and_what_the_terminal_shows(root: ET.Element) -> None:
    case = root.find(".//testcase[@name='wrong']")
    assert case is not None
    assert case.attrib["line"] == "19"
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("client on client-a1: expected 'What? ', seen 'no'")
    assert failure.text is not None
    assert "    line  expected              seen\n   ✗  19  What? <<a question>>  no\n" in failure.text
    out = case.find("system-out")
    assert out is not None
    assert "  client on client-a1  0.12 s\n  │ no\n" in str(out.text)


def test_an_error_and_a_skip_have_their_reasons(root: ET.Element) -> None:
    error, skipped = root.find(".//error"), root.find(".//skipped")
    assert error is not None
    assert skipped is not None
    assert (error.attrib["message"], skipped.attrib["message"]) == ("the lab ended", "no netem here")


def test_what_xml_cannot_hold_and_what_turns_writing_round_is_replaced(
    scenario: Scenario, topology: Topology, record: Record
) -> None:
    text = document(session(topology, hostile(scenario, topology, record)))
    root = ET.fromstring(text)
    out = root.find(".//system-out")
    assert out is not None
    for line in ("<script>document.title = 'owned'</script>\n", "abc[U+202E]gpj.exe[U+2066] hidden", "\u4e0b"):
        assert line in str(out.text)
    assert not set(text) & set("\x00\x07\x1b\x9b\u202e\u2066\ufffe\uffff\ud800")
    assert "A … and 999," in str(out.text)
    assert len(text) < MOST


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(st.characters(), max_size=80), max_size=8), reason=st.text(st.characters()))
def test_whatever_programs_print_it_can_be_parsed(
    scenario: Scenario, topology: Topology, record: Record, lines: list[str], reason: str
) -> None:
    failed = judge_record(scenario, topology, saying(record, lines), "netns")
    error = Result(scenario=replace(scenario, name=reason or "x"), engine="netns", verdict=Verdict.ERROR, reason=reason)
    root = ET.fromstring(document(session(topology, failed, error)).encode())
    assert len(root.findall(".//testcase")) == 2
