"""What is said of many runs at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.report.summary import print_summary
from lab.verdict import Result, Verdict
from tests.report.conftest import text_of

if TYPE_CHECKING:
    from rich.console import Console

    from lab.scenario import Scenario


def test_every_scenario_counts_once_for_its_first_topic_and_once_in_all(scenario: Scenario, out: Console) -> None:
    def results(topics: tuple[str, ...], *verdicts: Verdict) -> list[Result]:
        one = replace(scenario, topics=topics)
        return [Result(scenario=one, engine="netns", verdict=verdict) for verdict in verdicts]

    found = [
        *results(("udp", "nat"), Verdict.PASSED, Verdict.FAILED),
        *results(("arp",), Verdict.SKIPPED, Verdict.ERROR),
        *results(("udp",), *[Verdict.PASSED] * 11),
    ]
    print_summary(out, found, 61.25)
    assert (
        text_of(out)
        == """
topic  passed  failed  skipped  error
arp         -       -        1      1
udp        12       1        -      -

12 passed, 1 failed, 1 skipped, 1 error in 61.2 s
"""
    )
