"""The colours and fonts that every drawing and report shares, as CSS variables for light, dark and paper.

Text in any of the ink colours has a contrast of at least 4.5:1 on the paper and on its own fill, lines 3:1 (WCAG 2.2
AA, 1.4.3 and 1.4.11). A meaning never hangs on a colour alone: whoever draws says it in words or shape as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "fill": "#f3f5f7",
    "ink": "#1b1f24",
    "dim": "#57606a",
    "line": "#848d97",
    "accent": "#5b3fc4",
    "nat": "#964900",
    "nat-fill": "#fdeedb",
    "lost": "#a3246f",
    "good": "#15703a",
    "bad": "#b8202a",
    "private": "#0a665d",
    "private-fill": "#e2f4f1",
    "public": "#1b5aa6",
    "public-fill": "#e5effb",
}

DARK: Mapping[str, str] = {
    "paper": "#12161c",
    "fill": "#1d232b",
    "ink": "#e8ebef",
    "dim": "#a5aeb9",
    "line": "#717b87",
    "accent": "#b1a4ff",
    "nat": "#f3a650",
    "nat-fill": "#38260f",
    "lost": "#f288c5",
    "good": "#62cd8f",
    "bad": "#ff8a8a",
    "private": "#55cdbc",
    "private-fill": "#12302d",
    "public": "#7db8ff",
    "public-fill": "#152b46",
}

FONTS: Mapping[str, str] = {
    "sans": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "mono": "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
}


def _rule(variables: Mapping[str, str]) -> str:
    return ":root { " + " ".join(f"--lab-{name}: {value};" for name, value in variables.items()) + " }"


CSS = f"{_rule({**LIGHT, **FONTS})}\n@media screen and (prefers-color-scheme: dark) {{ {_rule(DARK)} }}\n"
"""`--lab-ink`, `--lab-paper` … and `--lab-sans`, `--lab-mono`: nothing else, so it may stand in any document.

Dark is for screens only: what is printed is always light.
"""
