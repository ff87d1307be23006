"""Payload as it stands in a line: text where it is text, else its bytes in hexadecimal; never a control character."""

from __future__ import annotations

import codecs

LONGEST = 64
_MOST_BYTES_A_CHARACTER = 4
_BLANKS = frozenset("\n\r\t")


def quote(payload: bytes, length: int) -> str:
    """Its first characters (or bytes); `…` when those are not all, `length` being that of all of it."""
    text = _text(payload)
    if text is None:
        more = "…" if length > LONGEST else ""
        return f"0x{payload[:LONGEST].hex()}{more}"
    shown = text[:LONGEST]
    more = "…" if length > len(shown.encode()) else ""
    return f"{shown!r}{more}"


def _text(payload: bytes) -> str | None:
    """As much of it as can be shown, if that is text; a last character that is cut here does not count."""
    start = payload[: LONGEST * _MOST_BYTES_A_CHARACTER]
    try:
        text, _ = codecs.utf_8_decode(start, "strict", len(start) == len(payload))
    except UnicodeDecodeError:
        return None
    return text if all(character.isprintable() or character in _BLANKS for character in text[:LONGEST]) else None
