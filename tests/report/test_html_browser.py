"""The page in a real browser: it loads nothing, runs nothing of what programs said, and fits every screen and paper."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from lab.report.html import page as written
from lab.verdict import judge_record
from tests.report.sessions import every_verdict, hostile, rich, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from lab.packets import Captured
    from lab.record import Record
    from lab.scenario import Scenario
    from lab.topology import Topology

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1200, "height": 900}


@dataclass
class Shown:
    """A page in the browser, with what it asked of the network and what the browser complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ask(self, script: str) -> Any:
        return self.page.evaluate(script)

    def unfold(self) -> None:
        self.ask("document.querySelectorAll('details').forEach(one => one.open = true)")

    @property
    def overflow(self) -> int:
        """How much wider than the window it is."""
        return int(self.ask("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    contexts = []

    def open_page(text: str, viewport: dict[str, int] = DESK, **options: Any) -> Shown:
        file = tmp_path / "report.html"
        file.write_text(text)
        contexts.append(browser.new_context(viewport=viewport, **options))  # type: ignore[arg-type]
        shown = Shown(contexts[-1].new_page())
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        shown.page.on("console", lambda message: shown.complaints.append(message.text))
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.on("dialog", lambda dialog: shown.complaints.append(dialog.message))
        shown.page.goto(file.as_uri())
        assert shown.requests == [file.as_uri()]
        return shown

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def one(scenario: Scenario, topology: Topology, record: Record) -> str:
    return written(session(topology, judge_record(scenario, topology, rich(record), "netns")))


@pytest.fixture
def many(scenario: Scenario, topology: Topology, record: Record) -> str:
    return written(session(topology, *every_verdict(scenario, topology, record)))


@pytest.fixture
def bad(scenario: Scenario, topology: Topology, record: Record) -> str:
    return written(session(topology, hostile(scenario, topology, record)))


def test_nothing_is_loaded_and_the_browser_has_nothing_to_complain_about(
    show: Callable[..., Shown], one: str, many: str
) -> None:
    for text in (one, many):
        shown = show(text)
        shown.unfold()
        assert shown.complaints == []
        assert len(shown.requests) == 1


def test_nothing_that_a_program_printed_is_run_or_loaded(show: Callable[..., Shown], bad: str) -> None:
    shown = show(bad)
    assert shown.page.title() == "Socket Lab: mine failed"
    assert shown.complaints == []
    assert len(shown.requests) == 1
    assert shown.ask("document.querySelectorAll('img, script:not(body > script:last-of-type)').length") == 0
    assert shown.page.get_by_text("<script>document.title = 'owned'</script>").count() > 1


def test_even_a_script_that_got_into_the_page_would_not_run(show: Callable[..., Shown], one: str) -> None:
    shown = show(one.replace("</main>", "<script>document.title = 'owned'</script></main>"))
    assert shown.page.title() == "Socket Lab: mine passed"
    assert any("Content Security Policy" in complaint for complaint in shown.complaints)


def test_a_phone_needs_no_scrolling_to_the_side(show: Callable[..., Shown], one: str, many: str, bad: str) -> None:
    for width in (320, 360):
        for text in (one, many, bad):
            shown = show(text, {**PHONE, "width": width})
            shown.unfold()
            assert shown.overflow == 0


def test_on_a_phone_each_line_has_the_full_width_under_its_hosts_name(show: Callable[..., Shown], one: str) -> None:
    shown = show(one, PHONE)
    boxes = [cell.bounding_box() for cell in shown.page.locator(".lanes td[data-host]").all()]
    assert len({box["x"] for box in boxes if box}) == 1
    assert all(box["width"] > 240 for box in boxes if box)
    label = "getComputedStyle(document.querySelector('.lanes td[data-host]'), '::before').content"
    assert shown.ask(label) == '"server"'


def box(shown: Shown, selector: str, text: str) -> Any:
    return shown.page.locator(selector, has_text=text).bounding_box()


def test_on_a_desk_terminals_stand_side_by_side_and_time_goes_down(show: Callable[..., Shown], one: str) -> None:
    shown = show(one)
    assert shown.overflow == 0
    server, client = (box(shown, ".lanes thead th", host) for host in ("server", "client-a1"))
    said, asked = (box(shown, ".lanes samp", text) for text in ("192.168.1.10 asks from 40000", "What? a question"))
    assert server["y"] == client["y"]
    assert server["x"] + server["width"] <= client["x"]
    assert server["x"] <= said["x"] < client["x"] <= asked["x"]
    assert asked["y"] < said["y"]


def test_what_was_typed_is_marked(show: Callable[..., Shown], one: str) -> None:
    typed = show(one).page.locator(".lanes kbd")
    assert typed.all_text_contents() == ["a question"]
    assert "underline" in typed.evaluate("one => getComputedStyle(one).textDecorationLine")


def test_who_takes_part_is_lit(show: Callable[..., Shown], one: str) -> None:
    picture = show(one).page.locator(".where svg")
    assert picture.is_visible()
    assert picture.locator(".lab-unlit").count() > 0


def heard(captured: Captured, host: str) -> Captured:
    """The same at the other end of the link."""
    packets = (replace(one, frame=replace(one.frame, outgoing=not one.frame.outgoing)) for one in captured.packets)
    return replace(captured, host=host, packets=tuple(packets))


def test_the_ladder_is_drawn_in_the_pages_colours(
    show: Callable[..., Shown], scenario: Scenario, topology: Topology, record: Record
) -> None:
    (sent,) = rich(record).captures
    sent = replace(sent, dropped=0, cut=0)
    record = replace(rich(record), captures=(sent, heard(sent, "router-a")))
    text = written(session(topology, judge_record(scenario, topology, record, "netns")))
    drawing = show(text, color_scheme="dark").page.locator(".ladder svg")
    assert drawing.is_visible()
    assert drawing.locator("text", has_text="client-a1").count() > 0
    paper = drawing.locator(".lab-paper").first
    assert paper.evaluate("one => getComputedStyle(one).fill") == "rgb(18, 22, 28)"


@pytest.mark.parametrize("name", ["passed", "failed", "skipped", "error"])
def test_a_filter_leaves_one_sort_of_scenarios(show: Callable[..., Shown], many: str, name: str) -> None:
    shown = show(many)
    assert shown.page.locator("article:visible").count() == 4
    shown.page.locator(f"#show-{name}").check()
    (article,) = shown.page.locator("article:visible").all()
    assert article.get_attribute("class") == name
    assert shown.page.locator("section.topic:visible").count() == 1
    assert shown.page.locator(".chips li:visible").count() == 1


def test_everything_can_be_reached_with_the_keyboard(show: Callable[..., Shown], many: str) -> None:
    shown = show(many)
    shown.page.keyboard.press("Tab")
    assert shown.page.locator(":focus").inner_text() == "To the scenarios"
    shown.page.keyboard.press("Tab")
    assert shown.page.locator(":focus").get_attribute("id") == "show-all"
    shown.page.keyboard.press("ArrowRight")
    assert shown.page.locator("#show-passed").is_checked()
    shown.page.locator("article.passed summary").first.focus()
    shown.page.keyboard.press("Enter")
    assert shown.page.locator("article.passed .lanes").is_visible()


def test_what_went_wrong_is_open_and_what_did_not_is_folded(show: Callable[..., Shown], many: str) -> None:
    shown = show(many)
    assert shown.page.locator("article.failed .problems").is_visible()
    assert shown.page.locator("article.passed .lanes").is_hidden()
    assert shown.page.locator("article.error .reason").inner_text() == "the lab ended"


def test_on_paper_everything_is_unfolded_and_light(show: Callable[..., Shown], many: str) -> None:
    shown = show(many, color_scheme="dark")
    assert shown.ask("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 22, 28)"
    shown.page.emulate_media(media="print")
    assert shown.page.locator("details:not([open])").count() > 0
    assert shown.page.locator("article.passed .lanes").is_visible()
    assert shown.page.locator("article.passed .matches table").first.is_visible()
    assert shown.page.locator("fieldset").is_hidden()
    assert shown.ask("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_printing_unfolds_also_where_the_style_cannot_and_folds_again(show: Callable[..., Shown], many: str) -> None:
    shown = show(many)
    folded = shown.page.locator("details:not([open])").count()
    assert folded > 0
    shown.ask("dispatchEvent(new Event('beforeprint'))")
    assert shown.page.locator("details:not([open])").count() == 0
    shown.ask("dispatchEvent(new Event('afterprint'))")
    assert shown.page.locator("details:not([open])").count() == folded


CONTRASTS = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const over = (colour, below) => {
    canvas.fillStyle = `rgb(${below.join(",")})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const ground = (one) => {
    const above = one.parentElement ? ground(one.parentElement) : [255, 255, 255];
    return over(getComputedStyle(one).backgroundColor, above);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const one of document.querySelectorAll("body *:not(svg *, script)")) {
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !one.checkVisibility()) continue;
    const below = ground(one);
    const [a, b] = [light(over(getComputedStyle(one).color, below)), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push([one.outerHTML.slice(0, 80), ratio]);
  }
  return found;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(show: Callable[..., Shown], one: str, many: str, scheme: str) -> None:
    """A contrast of at least 4.5:1 (WCAG 2.2 AA, 1.4.3)."""
    for text in (one, many):
        shown = show(text, color_scheme=scheme)
        shown.unfold()
        assert shown.ask(CONTRASTS) == []


def test_a_lane_that_is_many_is_scrolled_and_not_the_page(
    show: Callable[..., Shown], scenario: Scenario, topology: Topology, record: Record
) -> None:
    server, client = record.executions
    hosts = ("client-a2", "client-b1", "server-2", "dns")
    crowd = [replace(client, step=replace(client.step, host=host)) for host in hosts]
    result = judge_record(scenario, topology, replace(record, executions=(server, client, *crowd)), "netns")
    shown = show(written(session(topology, result)))
    assert shown.overflow == 0
    wide = shown.page.locator(".happened .wide")
    assert wide.evaluate("one => one.scrollWidth > one.clientWidth")
    wide.focus()
    assert shown.page.locator(":focus").get_attribute("aria-label") == "What happened, side by side"
    shown.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert shown.page.locator(".lanes").evaluate("one => one.offsetWidth") < PHONE["width"]
