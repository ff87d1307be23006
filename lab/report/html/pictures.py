"""The drawings of a chapter, as the page takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

    from lab.report.html.chapter import Chapter


def where(_chapter: Chapter) -> Markup | None:
    """The topology, with those who take part lit."""
    return None


def ladder(_chapter: Chapter) -> Markup | None:
    """The conversation; None when nothing was captured."""
    return None
