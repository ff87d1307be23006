"""The colours that drawings and reports share."""

from __future__ import annotations

import re

import pytest

from lab.report.style import CSS, DARK, LIGHT

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
TEXT = ("ink", "dim", "accent", "nat", "lost", "good", "bad", "private", "public")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize("name", TEXT)
def test_text_can_be_read_on_the_paper_and_on_plain_boxes(theme: dict[str, str], name: str) -> None:
    assert contrast(theme[name], theme["paper"]) >= 4.5
    assert contrast(theme[name], theme["fill"]) >= 4.5


@THEMES
@pytest.mark.parametrize("name", ["nat", "private", "public"])
def test_text_can_be_read_on_coloured_boxes(theme: dict[str, str], name: str) -> None:
    for ink in ("ink", "dim", name):
        assert contrast(theme[ink], theme[f"{name}-fill"]) >= 4.5


@THEMES
def test_lines_can_be_seen(theme: dict[str, str]) -> None:
    assert contrast(theme["line"], theme["paper"]) >= 3


def test_both_themes_know_the_same_colours_and_each_is_in_the_css() -> None:
    assert list(LIGHT) == list(DARK)
    for name, colour in (*LIGHT.items(), *DARK.items()):
        assert f"--lab-{name}: {colour};" in CSS


def test_the_css_sets_nothing_but_its_own_variables() -> None:
    declared = re.findall(r"([\w-]+):\s[^;{}]+;", CSS)
    assert declared
    assert all(name.startswith("--lab-") for name in declared)
    assert {selector.strip() for selector in re.findall(r"([^{}]+){ --", CSS)} == {":root"}
