"""The page, as text: what is in it, and what no program can put into it. How it looks is for test_html_browser."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.report.html import page
from lab.verdict import judge_record
from tests.report.sessions import every_verdict, hostile, rich, saying, session

if TYPE_CHECKING:
    from lab.record import Record
    from lab.scenario import Scenario
    from lab.topology import Topology

VOID = {"meta", "input", "br", "img", "link"}


class Page(HTMLParser):
    """Which elements a page has, with their attributes, and its text; every element must be ended where it belongs."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open += [] if tag in VOID else [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & {*self._open}:
            self.text += data

    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]


@pytest.fixture
def source(scenario: Scenario, topology: Topology, record: Record) -> str:
    return page(session(topology, *every_verdict(scenario, topology, record)))


def test_everything_about_a_scenario_is_there(scenario: Scenario, topology: Topology, record: Record) -> None:
    text = Page(page(session(topology, judge_record(scenario, topology, rich(record), "netns")))).text
    for part in (
        "PASSED", "A question and an answer", "The client asks, and the server answers.", "0.25\u00a0s on netns",
        "python client.py 203.0.113.10", "a question", "192.168.1.10 asks from 40000", "link server/datacenter: down",
        "client-a1/home-a", "192.168.1.10:40000 > 203.0.113.10:3000 UDP 10 'a question'",
        "1 more passed that the kernel could not hand over", "2 more passed in the middle",
        "198.51.100.11:50000", "{port}", "bound by server on server, mine.yaml:14", "public: {server}",
        "{client-a1} asks from {port:port}", "2026-03-04 05:06:07 UTC",
    ):  # fmt: skip
        assert part in text, part


def test_what_went_wrong_has_the_cause_and_the_expected_beside_the_seen(
    scenario: Scenario, topology: Topology, record: Record
) -> None:
    source = page(session(topology, judge_record(scenario, topology, saying(record, ["no"]), "netns")))
    assert "expected &#39;What? &#39;, seen &#39;no&#39;" in source
    blamed = source[source.index('<tr class="blamed">') :].partition("</tr>")[0]
    assert re.sub(r"<[^>]+>|\s", "", blamed) == "✗19What?&lt;&lt;aquestion&gt;&gt;no"


def test_a_page_of_many_counts_them_and_leads_to_each(source: str) -> None:
    found = Page(source)
    assert "2 of 4 scenarios failed" in found.text
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {str(attributes["href"]) for tag, attributes in found.tags if tag == "a"}
    assert {"#mine", "#wrong", "#later", "#broken"} <= links
    assert {link[1:] for link in links} <= {*ids}


def test_scenarios_of_one_name_have_places_of_their_own(scenario: Scenario, topology: Topology, record: Record) -> None:
    result = judge_record(scenario, topology, record, "netns")
    found = Page(page(session(topology, result, result)))
    assert [attributes["id"] for tag, attributes in found.tags if tag == "article"] == ["mine", "mine.2"]


def test_headings_go_down_one_step_at_a_time(source: str) -> None:
    levels = [int(tag[1]) for tag in Page(source).names() if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_page_of_one_begins_with_it(scenario: Scenario, topology: Topology, record: Record) -> None:
    names = Page(page(session(topology, judge_record(scenario, topology, record, "netns")))).names()
    assert [tag for tag in names if re.fullmatch("h[1-6]", tag)][:2] == ["h1", "h2"]
    assert "fieldset" not in names


def test_a_page_names_nothing_that_it_would_have_to_load(source: str) -> None:
    for tag, attributes in Page(source).tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert str(attributes.get("href", "#")).startswith("#")
    assert "@import" not in source
    assert "url(" not in source


def test_the_browser_is_allowed_the_pages_own_style_and_script_and_nothing_else(source: str) -> None:
    (policy,) = (
        attributes["content"] for tag, attributes in Page(source).tags if tag == "meta" and "http-equiv" in attributes
    )
    digests = {}
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        digests[tag] = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; "
        f"script-src 'sha256-{digests['script']}'; base-uri 'none'"
    )


def test_hostile_words_are_words(scenario: Scenario, topology: Topology, record: Record) -> None:
    """The page has the same elements as when the program says something nice."""
    bad = hostile(scenario, topology, record)
    assert bad.record is not None
    source = page(session(topology, bad))
    found = Page(source)
    for tag in ("script", "style"):
        assert found.names().count(tag) == 1
    assert not {"img", "include"} & set(found.names())
    assert "<script>document.title = 'owned'</script>" in found.text
    assert "{{ 7 * 7 }}" in found.text
    assert "abc[U+202E]gpj.exe[U+2066] hidden" in found.text
    assert "\u0627\u0644\u0633\u0644\u0627\u0645 \u4e0b\u5348\u597d \U0001f600" in found.text
    assert not set(source) & set("\x00\x07\x1b\x9b\u202e\u2066\u2069\ufffe\uffff\ud800")
    assert "A … and 999," in found.text
    assert len(source) < 150_000


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(st.characters() | st.sampled_from("<>&\"'{}%"), max_size=60), max_size=6))
def test_whatever_programs_print_no_element_more_is_in_the_page(
    scenario: Scenario, topology: Topology, record: Record, lines: list[str]
) -> None:
    def elements(texts: list[str]) -> list[str]:
        said = saying(record, texts)
        server, client = said.executions
        loose = replace(client, step=replace(client.step, template=None))
        whole = replace(said, executions=(server, loose))
        return Page(page(session(topology, judge_record(scenario, topology, whole, "netns")))).names()

    assert elements(lines) == elements(["x"] * len(lines))


def test_where_nothing_passed_is_said_in_one_line(scenario: Scenario, topology: Topology, record: Record) -> None:
    full = rich(record)
    (captured,) = full.captures
    silent = tuple(replace(captured, host=host, network="internet", packets=()) for host in ("isp", "router-a"))
    quiet = replace(full, captures=(captured, *silent))
    text = Page(page(session(topology, judge_record(scenario, topology, quiet, "netns")))).text
    assert "Nothing passed at isp/internet, router-a/internet." in text
    assert "router-b has translated nothing" in text


def test_many_packets_are_shown_without_their_middle(scenario: Scenario, topology: Topology, record: Record) -> None:
    full = rich(record)
    (captured,) = full.captures
    many = replace(full, captures=(replace(captured, packets=captured.packets * 1000),))
    source = page(session(topology, judge_record(scenario, topology, many, "netns")))
    assert "<td>1940 more</td>" in source
    assert source.count('<td class="way">') == 60
