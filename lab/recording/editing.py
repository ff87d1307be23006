"""Puts transcripts into the text of a scenario file, and leaves every other byte of it as it was.

YAML is not dumped: comments, order and quotes are somebody's. The lines that hold a transcript are replaced, at the
place that `lab.document` knows; a program that has none gets one at the end of its step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.document import Document, Loc
    from lab.errors import DocumentError

_KEY = re.compile(r"(?P<before>\s*(?:- +)*)transcript:.*?(?P<comment>\s+#.*)?")
_INDENT = re.compile(r" *(?:- +)*")


def with_transcripts(text: str, document: Document, transcripts: Mapping[Loc, Sequence[str]]) -> str:
    """The file's text with these transcripts for the programs at these places; `document` is the text, read.

    Raises DocumentError where a step is written so that nothing can be put into it line by line.
    """
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    for loc in sorted(transcripts, key=document.key_line, reverse=True):
        region = _region(lines, document, loc)
        lines[region.begin : region.end] = _block(region, transcripts[loc])
    return line_end.join(lines)


@dataclass(frozen=True, kw_only=True)
class _Region:
    """Which lines to replace (numbers from 0), and what stands around the value in the first of them."""

    begin: int
    end: int
    before: str
    comment: str = ""


def _region(lines: Sequence[str], document: Document, loc: Loc) -> _Region:
    value = document.find((*loc, "transcript"))
    if value is None:
        first = _first_key(document, loc) - 1
        margin = " " * _indent(lines[first])
        end = _end(lines, first + 1, len(margin))
        return _Region(begin=end, end=end, before=margin)
    begin = document.key_line((*loc, "transcript")) - 1
    found = _KEY.fullmatch(lines[begin])
    if found is None or (value.style != "|" and document.line((*loc, "transcript")) != begin + 1):
        raise _refusal(document, (*loc, "transcript"), "recording needs `transcript: |` in a line of its own here")
    end = _end(lines, begin + 1, len(found["before"]) + 1) if value.style == "|" else begin + 1
    return _Region(begin=begin, end=end, before=found["before"], comment=found["comment"] or "")


def _first_key(document: Document, loc: Loc) -> int:
    step = document.find(loc)
    if step is None or step.text.startswith("{"):
        raise _refusal(document, loc, "recording needs a step with each key in a line of its own")
    return min(child.line for child in step.children.values())


def _indent(line: str) -> int:
    found = _INDENT.match(line)
    return len(found[0]) if found else 0


def _end(lines: Sequence[str], begin: int, indent: int) -> int:
    """The end of what is indented so far; blank lines after it belong to nobody."""
    end = begin
    for number in range(begin, len(lines)):
        if lines[number].strip():
            if len(lines[number]) - len(lines[number].lstrip(" ")) < indent:
                break
            end = number + 1
    return end


def _block(region: _Region, transcript: Sequence[str]) -> list[str]:
    key = f"{region.before}transcript:"
    if not transcript:
        return [f"{key} ''{region.comment}"]
    # Blank lines at the end of a block are no part of it; `{}` stands for nothing, and keeps this one.
    *above, last = transcript
    body = [*above, last or "{}"]
    sign = "|2" if body[0].startswith((" ", "\t")) or not body[0] else "|"
    margin = " " * (len(region.before) + 2)
    return [f"{key} {sign}{region.comment}", *(f"{margin}{line}" if line else "" for line in body)]


def _refusal(document: Document, loc: Loc, why: str) -> DocumentError:
    return document.error([document.problem(loc, why)])
