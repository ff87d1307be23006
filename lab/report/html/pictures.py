"""The drawings of a chapter, as a page takes them in: their styles go into the page's own, the only one it allows."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup

from lab.report.graph import svg
from lab.report.script import taking_part
from lab.report.style import CSS

if TYPE_CHECKING:
    from lab.topology import Topology
    from lab.verdict import Result

_STYLE = re.compile(r"\s*<style>(.*?)</style>", re.DOTALL)


class Pictures:
    """Makes drawings, and keeps the styles that they need."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._styles: dict[str, None] = {}

    @property
    def styles(self) -> str:
        """Of all drawings made so far, each once; the colours are the page's."""
        return "".join(self._styles)

    def where(self, result: Result) -> Markup:
        """The topology, with those who take part lit."""
        return self._taken_in(svg(self._topology, taking_part(result.scenario, self._topology)))

    def _taken_in(self, drawing: str) -> Markup:
        for style in _STYLE.findall(drawing):
            self._styles[unescape(style).removeprefix(CSS)] = None
        return Markup(_STYLE.sub("", drawing))  # noqa: S704  drawings are made by ElementTree, which escapes
