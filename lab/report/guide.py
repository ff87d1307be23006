"""All scenarios as a course: a section a topic, and of each lesson its story, its command and what it printed."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from lab.report.console import console
from lab.report.terminal import print_events
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.verdict import Result

SECTIONS = {
    "udp": ("UDP: datagrams", "A datagram arrives whole or not at all, and nobody says which. There is no connection."),
    "tcp": (
        "TCP: a stream of bytes",
        "A connection delivers every byte, in order. Where a message ends it does not say.",
    ),
    "file": ("Files", "A protocol of one's own on top of TCP: who says what, how long it is, and what may go wrong."),
    "address": ("Addresses", "Private and public ones, several on one host, and one address in two houses."),
    "nat": ("Translation", "What a home router does to addresses and ports of everything that passes it (RFC 3022)."),
    "route": ("How packets travel", "From one network to the next, and what happens where no way leads on."),
    "name": ("Names", "Nobody remembers addresses: from a name to a page."),
    "local": ("On one host", "Sockets without a network, and what a socket can tell about itself."),
    "pitfall": ("Famous mistakes", "Each was seen in a tutorial. Each works on 127.0.0.1, or seems to."),
}
"""Headings and first words of the sections, in the order of the course. A topic without an entry comes after these."""

_INTRODUCTION = """\
# A course in sockets

Every lesson here is run by one command, across the hosts of the lab; what stands under it was really printed. What a
person typed stands in \u2039angles\u203a. Ephemeral ports, process numbers and times will differ on your machine;
nothing else should.

This page is written by `tools/write-guide`, from the files in `scenarios/`.
"""


def guide(results: Sequence[Result], topology: Topology) -> str:
    """The whole course as Markdown; every result must have passed, or say why it was skipped."""
    sections = list(_by_section([result.scenario for result in results]))
    found = {result.scenario.name: result for result in results}
    parts = [_INTRODUCTION]
    for topic, scenarios in sections:
        title, words = SECTIONS.get(topic, (topic.capitalize(), ""))
        parts.append(f"## {title}\n")
        parts += [f"{words}\n"] if words else []
        parts += [_lesson(found[scenario.name], topology) for scenario in scenarios]
    return "\n".join(parts)


def _by_section(scenarios: Sequence[Scenario]) -> Iterator[tuple[str, list[Scenario]]]:
    topics = dict.fromkeys([*SECTIONS, *sorted(scenario.topics[0] for scenario in scenarios)])
    for topic in topics:
        here = [scenario for scenario in scenarios if scenario.topics[0] == topic]
        if here:
            yield topic, here


def _lesson(result: Result, topology: Topology) -> str:
    scenario = result.scenario
    story = "\n\n".join(" ".join(paragraph.split()) for paragraph in scenario.story.strip().split("\n\n"))
    return (
        f"### {scenario.title}\n\n```\nlab run {scenario.name}\n```\n\n{_plain(story)}\n\n{_printed(result, topology)}"
    )


def _printed(result: Result, topology: Topology) -> str:
    if result.verdict is Verdict.SKIPPED:
        return f"(Skipped where this page was written: {result.reason})\n"
    out = io.StringIO()
    print_events(console(out), result, topology)
    lines = (line.rstrip() for line in out.getvalue().strip("\n").splitlines())
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _plain(text: str) -> str:
    """A story is no Markdown: what looks like it means itself."""
    return re.sub(r"([\\`*_<>\[\]])", r"\\\1", text)
