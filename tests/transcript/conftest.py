"""Short ways to say what was expected, what was seen, and where."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import settings

from lab.transcript import (
    Bindings,
    Dialogue,
    Judgement,
    Line,
    Observation,
    Place,
    Setting,
    Template,
    Transcript,
    judge,
)

if TYPE_CHECKING:
    from collections.abc import Callable

settings.register_profile("lab", deadline=None)  # how fast a busy machine is, is no property
settings.load_profile("lab")

HOSTS = {
    "server": ip_address("203.0.113.10"),
    "client-a1": ip_address("192.168.1.10"),
    "router-a": ip_address("198.51.100.11"),
    "router-a.internet": ip_address("198.51.100.11"),
}


class Observe(Protocol):
    def __call__(
        self, template: str, seen: str, source: str = ..., index: int | None = ..., setting: Setting = ...
    ) -> Observation: ...


class Converse(Protocol):
    def __call__(
        self, template: str, bindings: Bindings = ..., setting: Setting = ..., index: int = ...
    ) -> Dialogue: ...


def lines(text: str) -> tuple[Line, ...]:
    """The lines of a program's output; what stands after the last line end is not complete."""
    *complete, rest = text.split("\n")
    finished = tuple(Line(line, 0.0) for line in complete)
    return (*finished, Line(rest, 0.0, complete=False)) if rest else finished


@pytest.fixture(scope="session")
def hosts() -> Bindings:
    """What is bound from the start."""
    return Bindings.of(HOSTS)


@pytest.fixture(scope="session")
def observe() -> Observe:
    """An observation; each source has its template in a file of its name, from line 1 on."""

    def make(
        template: str,
        seen: str,
        source: str = "program",
        index: int | None = None,
        setting: Setting = Setting("client-a1"),  # noqa: B008
    ) -> Observation:
        parsed = Template.parse(template, Place(f"{source}.yaml", 1))
        return Observation(parsed, Transcript(source, lines(seen)), setting, index)

    return make


@pytest.fixture(scope="session")
def judged(hosts: Bindings) -> Callable[..., Judgement]:
    """The judgement on some observations."""
    return lambda *observations: judge(observations, hosts)


@pytest.fixture(scope="session")
def reason(judged: Callable[..., Judgement]) -> Callable[..., str]:
    """Place and reason of the first mismatch among some observations."""

    def find(*observations: Observation) -> str:
        mismatch = next(result for result in judged(*observations).results if not result.ok)
        return f"{mismatch.place}: {mismatch.reason}"

    return find


@pytest.fixture(scope="session")
def matches(observe: Observe, judged: Callable[..., Judgement]) -> Callable[[str, str], bool]:
    """Whether one transcript is as its template expects."""
    return lambda template, seen: judged(observe(template, seen)).ok


@pytest.fixture(scope="session")
def converse(hosts: Bindings) -> Converse:
    """A dialogue with a program."""

    def make(
        template: str,
        bindings: Bindings = hosts,
        setting: Setting = Setting("client-a1"),  # noqa: B008
        index: int | None = None,
    ) -> Dialogue:
        return Dialogue(Template.parse(template, Place("program.yaml", 1)), bindings, setting, index)

    return make
