"""Puts shapes and text into an SVG. Text is set by ElementTree, which escapes it, and made printable before."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from lab.report.printable import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = 9
_CROSS = 5
_BRIDGE = 6
_LONGEST = 300


class Pen:
    """Draws into one group."""

    def __init__(self, parent: ET.Element) -> None:
        self._parent = parent

    def group(self, classes: str, title: str = "") -> Pen:
        """A group in it; the title is what a mouse shows and a screen reader reads."""
        element = self._add("g", {"class": classes})
        if title:
            ET.SubElement(element, "title").text = printable(title)
        return Pen(element)

    def box(self, classes: str, x: float, y: float, width: float, height: float, radius: float = 0) -> None:  # noqa: PLR0917
        """A rectangle."""
        numbers = {"x": x, "y": y, "width": width, "height": height, "rx": radius}
        self._add("rect", {"class": classes, **{name: _number(value) for name, value in numbers.items()}})

    def line(self, classes: str, x: float, y: float, to_x: float, to_y: float) -> None:
        """A straight one."""
        numbers = {"x1": x, "y1": y, "x2": to_x, "y2": to_y}
        self._add("line", {"class": classes, **{name: _number(value) for name, value in numbers.items()}})

    def dot(self, classes: str, x: float, y: float, radius: float) -> None:
        """A circle."""
        self._add("circle", {"class": classes, "cx": _number(x), "cy": _number(y), "r": _number(radius)})

    def text(self, classes: str, x: float, y: float, text: str, anchor: str = "start") -> None:
        """One line, standing on y."""
        self.words(x, y, [(text, classes)], anchor)

    def words(self, x: float, y: float, parts: Iterable[tuple[str, str]], anchor: str = "start") -> None:
        """One line of pieces, each with its classes."""
        place = {"x": _number(x), "y": _number(y), "text-anchor": anchor}
        (first, classes), *rest = [(shortened(printable(text), _LONGEST), classes) for text, classes in parts]
        if not rest:
            self._add("text", {"class": classes, **place}).text = first
            return
        element = self._add("text", place)
        for text, more in [(first, classes), *rest]:
            ET.SubElement(element, "tspan", {"class": more} if more else {}).text = text

    def arrow(self, here: float, there: float, y: float, over: Iterable[float] = ()) -> None:
        """Level, with a small bridge over each line that it must not touch."""
        forward = 1 if there > here else -1
        self._way(here, there - forward * (_HEAD - 1), y, over)
        back = there - forward * _HEAD
        half = _HEAD / 2 - 0.5
        self._add(
            "path",
            {
                "class": "lab-head",
                "d": f"M{_number(there)} {_number(y)}L{_number(back)} {_number(y - half)}V{_number(y + half)}Z",
            },
        )

    def broken(self, here: float, there: float, y: float, over: Iterable[float] = ()) -> None:
        """One that ends in a cross."""
        forward = 1 if there > here else -1
        self._way(here, there - forward * (_CROSS + 2), y, over)
        self.cross(there, y)

    def cross(self, x: float, y: float) -> None:
        """What is lost."""
        a, b, c, d = (_number(one) for one in (x - _CROSS, y - _CROSS, x + _CROSS, y + _CROSS))
        self._add("path", {"class": "lab-cross", "d": f"M{a} {b}L{c} {d}M{a} {d}L{c} {b}"})

    def _way(self, here: float, there: float, y: float, over: Iterable[float]) -> None:
        forward = 1 if there > here else -1
        bridges = "".join(
            f"H{_number(x - forward * _BRIDGE)}a{_BRIDGE} {_BRIDGE} 0 0 {int(forward > 0)} {forward * 2 * _BRIDGE} 0"
            for x in over
            if min(here, there) + _BRIDGE < x < max(here, there) - _BRIDGE
        )
        self._add("path", {"class": "lab-arrow", "d": f"M{_number(here)} {_number(y)}{bridges}H{_number(there)}"})

    def _add(self, tag: str, attributes: dict[str, str]) -> ET.Element:
        return ET.SubElement(self._parent, tag, attributes)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
