"""YAML as plain data with the line of every value. The only module that imports yaml.

YAML is read in its plain part: unquoted `true/yes/on`, `false/no/off`, `null`, decimal whole numbers and decimal
fractions mean what they say, all else is text (no dates, no 22:22 that means 1342). Keys are always text. Anchors and
`<<` merges work; tags other than !!str do not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from lab.document.model import Child, Document, Problem, Value, described, message, shown
from lab.errors import DocumentError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST_BYTES = 1_000_000
MOST_VALUES = 50_000
DEEPEST = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast; not in every build of PyYAML
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # YAML 1.1, section 4.2: what its parser counts as lines
_PLAIN: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"~|null|Null|NULL|"), lambda _: None),
    (re.compile(r"yes|Yes|YES|on|On|ON|true|True|TRUE"), lambda _: True),
    (re.compile(r"no|No|NO|off|Off|OFF|false|False|FALSE"), lambda _: False),
    (re.compile(r"0|-?[1-9][0-9]{0,17}"), int),
    (re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}"), float),
)


def load(path: Path) -> Document:
    """Read a YAML file that holds one mapping; DocumentError with the line when it cannot be understood at all."""
    text = _read(path)
    reader = _Reader(text)
    try:
        root = reader.document()
    except yaml.MarkedYAMLError as error:
        raise DocumentError([message(path, _explain(error, _LINE_BREAK.split(text)))]) from None
    except _NotUnderstood as error:
        raise _refusal(path, error.line, str(error)) from None
    if root.data is None:
        raise _refusal(path, 1, "the file is empty")
    if not isinstance(root.data, dict):
        raise _refusal(path, root.line, f"expected keys and values, found {described(root)}")
    return Document(path=path, root=root, problems=tuple(reader.problems))


def _refusal(path: Path, line: int, why: str) -> DocumentError:
    return DocumentError([message(path, Problem(line, "", why))])


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise DocumentError([f"{shown(path)}: a {'folder' if path.is_dir() else 'device or pipe'}, not a file"])
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise DocumentError([f"{shown(path)}: no such file"]) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DocumentError([f"{shown(path)}: cannot be read: {getattr(error, 'strerror', None) or error}"]) from None
    if len(raw) > MOST_BYTES:
        raise DocumentError([f"{shown(path)}: larger than {MOST_BYTES:,} bytes, the most that is read"])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(path, line, f"not UTF-8 text (byte 0x{raw[error.start]:02x})") from None
    if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
        line = len(_LINE_BREAK.split(text[: found.start()]))
        raise _refusal(path, line, f"a control character (U+{ord(found.group()):04X}); write it as an escape in quotes")
    return text


def _explain(error: yaml.MarkedYAMLError, lines: list[str]) -> Problem:
    """PyYAML's words in ours; they differ between its two parsers, so look at the text where it stopped as well."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    here = lines[line][column : column + 1] if line < len(lines) else ""
    problem, context = error.problem or "", error.context or ""
    if here == "\t":
        return Problem(line + 1, "", "a tab; YAML indents with spaces only")
    if "mapping values are not allowed" in problem:
        return Problem(line + 1, "", "a `:` where none can be; quote a text that holds `: `, or mend the indentation")
    if "cannot start any token" in problem:
        return Problem(line + 1, "", f"a text that begins with {here!r} must be quoted")
    if "quoted scalar" in context and error.context_mark:
        return Problem(error.context_mark.line + 1, "", "the quote that opens here is not closed")
    return Problem(line + 1, "", f"not YAML: {f'{context} {problem}'.strip()}")


class _NotUnderstood(Exception):
    def __init__(self, line: int, why: str) -> None:
        self.line = line
        super().__init__(why)


class _Reader:
    """Makes values of the parser's events, bounded in depth and in number, whatever aliases multiply."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._lines = _LINE_BREAK.split(text)
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=_LOADER))
        self._anchors: dict[str, Value] = {}

    def document(self) -> Value:
        next(self._events)  # StreamStart
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Value(data=None, line=1)
        root = self._value(next(self._events), 0)
        next(self._events)  # DocumentEnd
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _NotUnderstood(_line(after), "a second document begins here; a file holds one")
        return root

    def _value(self, event: Any, depth: int) -> Value:
        if depth > DEEPEST:
            raise _NotUnderstood(_line(event), f"nested more than {DEEPEST} deep")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        value = self._made(event, depth)
        if value.size > MOST_VALUES:
            raise _NotUnderstood(value.line, f"more than {MOST_VALUES:,} values, counting what aliases repeat")
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _made(self, event: Any, depth: int) -> Value:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str") or (event.tag and not _is_scalar(event)):
            self.problems.append(Problem(_line(event), "", f"no tags here (found {event.tag.split(',2002:')[-1]!r})"))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, depth)
        style = event.style if event.style and event.style != "\0" else ""
        is_plain = not style and not event.tag
        return Value(
            data=_meaning(event.value) if is_plain else event.value, line=_line(event), text=event.value, style=style
        )

    def _alias(self, event: Any) -> Value:
        if event.anchor in self._anchors:
            return self._anchors[event.anchor]
        near = did_you_mean(event.anchor, self._anchors)
        self.problems.append(
            Problem(_line(event), "", f"no anchor &{event.anchor} stands before this *{event.anchor}{near}")
        )
        return Value(data=None, line=_line(event))

    def _list(self, start: yaml.SequenceStartEvent, depth: int) -> Value:
        children: dict[str | int, Child] = {}
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            children[len(children)] = Child(_line(event), self._value(event, depth + 1))
            self._bound(children, start)
        data = [child.value.data for child in children.values()]
        return Value(data=data, line=_line(start), children=children, size=_size(children))

    def _mapping(self, start: yaml.MappingStartEvent, depth: int) -> Value:
        own: dict[str | int, Child] = {}
        merged: dict[str | int, Child] = {}
        merge_line = 0
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, depth + 1)
            child = Child(_line(event), self._value(next(self._events), depth + 1))
            if not key.is_scalar:
                self.problems.append(Problem(child.line, "", f"a key must be text, found {described(key)}"))
            elif key.text == "<<" and not key.style:
                self._note_twice("<<", child.line, merge_line)
                merge_line = child.line
                merged = self._inherited(child)
            elif key.text in own:
                self._note_twice(key.text, child.line, own[key.text].line)
            else:
                own[key.text] = child
            self._bound(own, start)
        children = {**merged, **own}
        data = {key: child.value.data for key, child in children.items()}
        text = self._source(start, event)
        return Value(data=data, line=_line(start), text=text, children=children, size=_size(children))

    def _inherited(self, child: Child) -> dict[str | int, Child]:
        """What `<<` brings: of several mappings the earlier wins."""
        several = isinstance(child.value.data, list)
        sources = [each.value for each in child.value.children.values()] if several else [child.value]
        inherited: dict[str | int, Child] = {}
        for source in sources:
            if not isinstance(source.data, dict):
                what = described(source)
                self.problems.append(Problem(child.line, "", f"<< takes a mapping or a list of mappings, found {what}"))
            else:
                inherited = {**source.children, **inherited}
        return inherited

    def _note_twice(self, key: str, line: int, first: int) -> None:
        if first:
            self.problems.append(Problem(line, "", f"the key {key!r} stands here again; it is in line {first} already"))

    def _bound(self, children: Mapping[str | int, Child], start: yaml.Event) -> None:
        if len(children) > MOST_VALUES:
            raise _NotUnderstood(_line(start), f"more than {MOST_VALUES:,} values")

    def _source(self, start: Any, end: Any) -> str:
        """The source of `{a: b}`, for messages; "" when it is longer than a line."""
        first, last = start.start_mark, end.end_mark
        return self._lines[first.line][first.column : last.column] if first.line == last.line else ""


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _is_scalar(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent)


def _size(children: Mapping[str | int, Child]) -> int:
    return 1 + sum(child.value.size for child in children.values())


def _meaning(text: str) -> Any:
    for pattern, meaning in _PLAIN:
        if pattern.fullmatch(text):
            return meaning(text)
    return text
