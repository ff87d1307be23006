"""Payload as it stands in a line: text where it is text, else its bytes in hexadecimal; never a control character."""

from __future__ import annotations

import codecs

LONGEST = 64
_MOST_BYTES_A_CHARACTER = 4
_BLANKS = frozenset("\n\r\t")


def quote(payload: bytes, length: int) -> str:
    """Its first characters, or bytes; `…` when that is not all, `length` being that of the whole payload."""
    shown = _text(payload, length)
    if shown is None:
        return f"0x{payload[:LONGEST].hex()}{_more(length > LONGEST or length > len(payload))}"
    return f"{shown!r}{_more(length > len(shown.encode()))}"


def _text(payload: bytes, length: int) -> str | None:
    """As much as is shown, if that is text; what comes later may be anything, and a last character may be cut."""
    start = payload[: LONGEST * _MOST_BYTES_A_CHARACTER]
    shown = codecs.utf_8_decode(start, "surrogateescape", len(start) == length)[0][:LONGEST]
    is_text = bool(shown) and all(character.isprintable() or character in _BLANKS for character in shown)
    return shown if is_text else None


def _more(is_more: bool) -> str:
    return "…" if is_more else ""
