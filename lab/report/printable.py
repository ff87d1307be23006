"""Text from anywhere, made harmless for those who read it in a browser or a CI's list of tests.

What a program prints has its controls replaced already (`lab.output`). What is left, and what comes from files and
arguments, may still hold what no XML document may (XML 1.0, section 2.2) and what turns the direction of writing, so
that a line seems to say something else than it does (Unicode TR 36, section 2.9).
"""

from __future__ import annotations

import re

MOST = 1000
"""So many characters of one line are shown; who needs the rest finds it in the JSON."""

_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {127: 0x2421}
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_TABLE = _CONTROLS | dict.fromkeys(range(128, 160), 0xFFFD) | {code: f"[U+{code:04X}]" for code in _TURNING}
_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The same text with signs in the place of what does not show itself; tabs and line ends stay."""
    return _ILLEGAL.sub("\ufffd", text.translate(_TABLE))


def shortened(text: str, most: int = MOST) -> str:
    """The text, or its beginning and how much more there was."""
    return text if len(text) <= most else f"{text[:most]} … and {len(text) - most:,} more characters"
