"""The picture of a topology in a real browser: what is really as wide as it is thought to be, and in which colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.report.graph import svg
from lab.report.style import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from lab.topology import Topology

MISPLACED = """() => {
  const boxes = [...document.querySelectorAll('rect:not(.lab-paper)')].map(one => one.getBBox());
  const texts = [...document.querySelectorAll('text')].map(one => [one.textContent, one.getBBox()]);
  const isIn = (a, b) => b.x <= a.x && a.x + a.width <= b.x + b.width && b.y <= a.y && a.y + a.height <= b.y + b.height;
  const meet = (a, b) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y + 2 < b.y + b.height && b.y + 2 < a.y + a.height;
  const outside = texts.filter(([, box]) => !boxes.some(other => isIn(box, other))).map(([text]) => text);
  const above = texts.flatMap(([text, box], at) =>
    texts.slice(at + 1).filter(([, other]) => meet(box, other)).map(([other]) => `${text} and ${other}`));
  return [...outside, ...above];
}"""


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_page(content: str, width: int = 1200, **options: Any) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, **options))
        page = contexts[-1].new_page()
        page.set_content(content)
        return page

    yield open_page
    for context in contexts:
        context.close()


def style(page: Page, selector: str, name: str) -> str:
    found: str = page.eval_on_selector(selector, f"one => getComputedStyle(one).{name}")
    return found


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_every_text_stands_in_its_box_and_none_on_another(shape: Topology, show: Callable[..., Page]) -> None:
    assert show(svg(shape)).evaluate(MISPLACED) == []


@pytest.mark.parametrize(("scheme", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_it_is_light_or_dark_as_the_reader_likes_it(
    topology: Topology, show: Callable[..., Page], scheme: str, theme: dict[str, str]
) -> None:
    page = show(svg(topology), color_scheme=scheme)
    assert style(page, ".lab-paper", "fill") == rgb(theme["paper"])
    assert style(page, ".lab-name", "fill") == rgb(theme["ink"])
    assert style(page, ".lab-network.lab-public .lab-area", "fill") == rgb(theme["public-fill"])
    assert style(page, ".lab-network.lab-private .lab-area", "stroke") == rgb(theme["private"])
    assert style(page, ".lab-nat .lab-box", "stroke") == rgb(theme["nat"])


def test_what_is_printed_is_light(topology: Topology, show: Callable[..., Page]) -> None:
    page = show(svg(topology), color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert style(page, ".lab-paper", "fill") == rgb(LIGHT["paper"])


def test_inside_a_page_neither_changes_the_other(topology: Topology, show: Callable[..., Page]) -> None:
    theirs = "text, rect { fill: rgb(1, 2, 3); font-size: 40px } .lab-name { color: rgb(4, 5, 6) }"
    other = '<svg id="other"><text class="name">theirs</text></svg><p id="words" class="lab-note">theirs</p>'
    page = show(f"<style>{theirs}</style>{other}{svg(topology, ['isp'])}{svg(topology)}")
    assert style(page, "#other text", "fill") == "rgb(1, 2, 3)"
    assert style(page, "#other text", "fontSize") == "40px"
    assert style(page, "#words", "opacity") == "1"
    assert style(page, ".lab-graph .lab-name", "fill") == rgb(LIGHT["ink"])
    assert style(page, ".lab-graph .lab-name", "fontSize") == "13px"


def test_who_is_not_involved_is_hard_to_see(topology: Topology, show: Callable[..., Page]) -> None:
    page = show(svg(topology, ["server"]))
    opacity = """() => Object.fromEntries([...document.querySelectorAll('.lab-node')].map(
        one => [one.querySelector('.lab-name').textContent, Number(getComputedStyle(one).opacity)]))"""
    found = page.evaluate(opacity)
    assert found.pop("server") == 1
    assert set(found) == set(topology.nodes) - {"server"}
    assert all(value < 0.5 for value in found.values())


def test_our_picture_can_be_read_on_a_phone(topology: Topology, show: Callable[..., Page]) -> None:
    page = show(f"<style>svg {{ max-width: 100%; height: auto }}</style>{svg(topology)}", width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    heights = page.evaluate(
        "() => [...document.querySelectorAll('text')].map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 9
