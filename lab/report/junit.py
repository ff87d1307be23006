"""Reports for CIs: JUnit XML, in the dialect that Jenkins, GitLab and the actions of GitHub all read.

A suite a topic, a test case a scenario. What a CI shows of a failure is what the terminal does.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from lab.document import shown
from lab.report.console import console
from lab.report.printable import printable, shortened
from lab.report.session import count
from lab.report.terminal import print_events, print_problems
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import Console

    from lab.report.session import Session
    from lab.topology import Topology
    from lab.verdict import Result

MOST = 100_000
"""So many characters of one scenario's output are told: CIs keep every report, and refuse large ones."""


def document(session: Session) -> str:
    """The whole report as XML 1.0, whatever programs have printed."""
    attributes = {"name": "socket-lab", **_counts(session.results), "time": _seconds(session.took_s)}
    root = ET.Element("testsuites", attributes)
    for topic, results in session.by_topic().items():
        root.append(_suite(topic, results, session))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(topic: str, results: list[Result], session: Session) -> ET.Element:
    durations = sum(result.record.duration_s for result in results if result.record)
    attributes = {"timestamp": session.began.isoformat(timespec="seconds"), "time": _seconds(durations)}
    suite = ET.Element("testsuite", {"name": _text(topic), **_counts(results), **attributes})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("engine", results[0].engine), ("file", str(session.topology.file))):
        ET.SubElement(properties, "property", {"name": name, "value": _text(value)})
    suite.extend(_case(topic, result, session.topology) for result in results)
    return suite


def _case(topic: str, result: Result, topology: Topology) -> ET.Element:
    scenario = result.scenario
    attributes = {"name": scenario.name, "classname": f"{topology.name}.{topic}", "file": shown(scenario.file)}
    if result.problems:
        attributes["line"] = str(result.problems[0].place.line)
    case = ET.Element("testcase", {name: _text(value) for name, value in attributes.items()})
    case.set("time", _seconds(result.record.duration_s if result.record else 0))
    if result.verdict is not Verdict.PASSED:
        case.append(_what_is_wrong(result))
    if result.record is not None:
        output = ET.SubElement(case, "system-out")
        output.text = _printed(lambda out: print_events(out, result, topology))
    return case


def _what_is_wrong(result: Result) -> ET.Element:
    said = result.why
    match result.verdict:
        case Verdict.SKIPPED:
            return ET.Element("skipped", {"message": _text(said)})
        case Verdict.ERROR:
            found = ET.Element("error", {"type": "LabError", "message": _text(said)})
            found.text = _text(said)
        case _:
            found = ET.Element("failure", {"type": "Problem", "message": _text(said)})
            found.text = _printed(lambda out: print_problems(out, result))
    return found


def _counts(results: Iterable[Result]) -> dict[str, str]:
    counts = count(results)
    return {
        "tests": str(counts.total()),
        "failures": str(counts[Verdict.FAILED]),
        "errors": str(counts[Verdict.ERROR]),
        "skipped": str(counts[Verdict.SKIPPED]),
    }


def _printed(print_to: Callable[[Console], None]) -> str:
    out = io.StringIO()
    print_to(console(out))
    lines = [shortened(line.rstrip()) for line in out.getvalue().strip("\n").split("\n")]
    return printable(shortened("\n".join(["", *lines, ""]), MOST))


def _text(text: str) -> str:
    return printable(shortened(text))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
