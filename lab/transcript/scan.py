"""Reads all variables of a scenario once, before anything runs: which are lists, and which cannot work."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lab.errors import DocumentError, did_you_mean
from lab.transcript.pieces import Hole, Malformed, parse
from lab.transcript.template import Repeated, Template, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.transcript.transcript import Place

_SUGGESTIONS = 20  # looking for a name that may have been meant takes long among thousands


@dataclass(frozen=True, kw_only=True)
class Use:
    """A place of a scenario where variables stand: a template, or a text that is filled in.

    `repeated`: under `repeat: N`. `is_check`: a check's text, which may be a list.
    """

    what: Template | str
    place: Place
    repeated: bool = False
    is_check: bool = False


@dataclass(frozen=True)
class _Mention:
    """One hole. `binds` holes stand in printed lines; the others need a value."""

    hole: Hole
    name: str
    place: Place
    role: Literal["binds", "typed", "filled", "checked"]
    repeated: bool
    in_run: bool = False

    @property
    def is_list(self) -> bool:
        """It has a value for each repetition, unless it has one already."""
        return self.repeated or self.in_run


def scan(uses: Iterable[Use], hosts: Iterable[str]) -> frozenset[str]:
    """The names of the variables that are lists; raises DocumentError with all that is wrong.

    `uses` come in the order of the file, a step's command before its template, checks last; `hosts` are the names bound
    from the start.
    """
    reader = _Scan(frozenset(hosts), uses)
    if reader.problems:
        raise DocumentError(reader.problems)
    return frozenset(reader.lists)


def list_names(templates: Iterable[tuple[Template, bool]], hosts: Iterable[str]) -> frozenset[str]:
    """The variables that are lists in these templates, each with whether it is repeated; says nothing of problems."""
    is_list: dict[str, bool] = {}
    for template, repeated in templates:
        for mention in _template_mentions(template, repeated):
            if mention.role == "binds":
                is_list.setdefault(mention.name, mention.is_list)
    return frozenset(name for name, answer in is_list.items() if answer).difference(hosts)


class _Scan:
    """Goes through all mentions in their order: what is bound above is known below."""

    def __init__(self, hosts: frozenset[str], uses: Iterable[Use]) -> None:
        self.problems: list[str] = []
        self.lists: dict[str, Place] = {}
        self._hosts = hosts
        self._scalars: dict[str, Place] = {}
        self._lonely: dict[str, _Mention] = {}
        mentions = [self._mentions_in(use) for use in uses]
        self._times = Counter(mention.name for of_use in mentions for mention in of_use)
        self._bindable = {mention.name for of_use in mentions for mention in of_use if mention.role == "binds"}
        typed = [mention for of_use in mentions for mention in self._read(of_use)]
        self._finish(typed)

    def _mentions_in(self, use: Use) -> list[_Mention]:
        try:
            return list(_mentions(use))
        except Malformed as error:
            self.problems.append(f"{use.place}: {error}")
            return []

    def _read(self, mentions: Sequence[_Mention]) -> Iterator[_Mention]:
        """One use; gives back what is typed in it and a program that runs meanwhile may yet bind, further down."""
        bound_here = {mention.name for mention in mentions if mention.role == "binds"}
        for mention in mentions:
            if mention.name in self._hosts:
                continue
            if "." in mention.name:
                dotted = [name for name in self._hosts if "." in name]
                self._complain(mention, f"{{{mention.name}}} is no host's network{did_you_mean(mention.name, dotted)}")
            elif mention.role == "binds":
                self._bind(mention)
            elif mention.role == "typed" and mention.name not in bound_here:
                yield mention
            else:
                self._need(mention)

    def _finish(self, typed: Iterable[_Mention]) -> None:
        """What only shows when everything has been read."""
        for mention in typed:
            self._need(mention)
        for name, mention in self._lonely.items():
            if self._times[name] == 1 and mention.hole.kind is None:
                others = self._known() - {name} if len(self.problems) < _SUGGESTIONS else ()
                near = difflib.get_close_matches(name, others, n=1)
                meant = f"did you mean {{{near[0]}}}? " if near else ""
                self._complain(
                    mention,
                    f"{{{name}}} occurs only here and asserts nothing: {meant}if anything may stand there, write {{_}}",
                )

    def _bind(self, mention: _Mention) -> None:
        name = mention.name
        if name in self._scalars:
            return
        if name not in self.lists:
            self._lonely[name] = mention
            (self.lists if mention.is_list else self._scalars)[name] = mention.place
        if name in self.lists and not mention.is_list:
            self._complain(mention, f"{{{name}}} is a list since {self.lists[name]}; here it would be one value")
        if mention.in_run and mention.repeated:
            self._complain(
                mention, f"{{{name}}} would be a list of lists: '* ' inside a repeated step; write {{_}} or drop one"
            )

    def _need(self, mention: _Mention) -> None:
        name = mention.name
        if name not in self._known():
            if name in self._bindable:
                self._complain(mention, f"{{{name}}} is used before anything can bind it")
            else:
                near = did_you_mean(name, self._bindable | self._hosts)
                self._complain(mention, f"{{{name}}} is used but nothing binds it{near}")
        elif name in self.lists and not mention.repeated and mention.role != "checked":
            self._complain(mention, f"{{{name}}} is a list since {self.lists[name]}; one value is needed here")

    def _known(self) -> set[str]:
        return {*self._hosts, *self._scalars, *self.lists}

    def _complain(self, mention: _Mention, problem: str) -> None:
        self.problems.append(f"{mention.place}: {problem}")


def _mentions(use: Use) -> Iterator[_Mention]:
    if isinstance(use.what, Template):
        yield from _template_mentions(use.what, use.repeated)
        return
    for piece in parse(use.what):
        if isinstance(piece, Hole):
            if piece.name is None or piece.kind:
                raise Malformed(f"{piece} asks for a value; only a variable, written {{name}}, has one")
            role: Literal["checked", "filled"] = "checked" if use.is_check else "filled"
            yield _Mention(piece, piece.name, use.place, role, use.repeated)


def _template_mentions(template: Template, repeated: bool) -> Iterator[_Mention]:
    for item in template.items:
        in_run = isinstance(item, Repeated)
        for line in lines_of(item):
            for hole in line.holes:
                if hole.name:
                    yield _Mention(hole, hole.name, line.place, "binds", repeated, in_run)
            for hole in line.typed_holes:
                if hole.name:
                    yield _Mention(hole, hole.name, line.place, "typed", repeated)
