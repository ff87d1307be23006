"""What all tests share: the repository's own topology, and a lab on each engine."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.compose import load_topology
from lab.pytest_plugin import engine_names, usable
from lab.verdict import Verdict
from tests import lessons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lab.engines.base import Engine, Lab
    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.verdict import Result

ROOT = Path(__file__).parents[1]


def pytest_configure() -> None:
    """A shell that starts us in the background has Ctrl-C ignored, and every process that we start would inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Those on Docker go one by one, and so for themselves."""
    call = getattr(item, "callspec", None)
    if call is not None and call.params.get("lab_engine") == "docker":
        item.add_marker(pytest.mark.docker)


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config, lab_engine: str) -> Engine:
    """The engine under test."""
    return usable(pytestconfig, lab_engine)


@pytest.fixture(scope="session")
def topology() -> Topology:
    return load_topology(ROOT / "docker-compose.yml")


@pytest.fixture(scope="session")
def lab(engine: Engine, topology: Topology) -> Iterator[Lab]:
    """One lab an engine, for all tests that leave it as they found it; the bare one, without the plugin's comfort."""
    name = f"test-{os.getpid()}"
    with engine.up(topology, name, ROOT, tethered=True) as found:
        yield found
    engine.down(name)


@pytest.fixture(scope="session")
def netns_engine(pytestconfig: pytest.Config) -> Engine:
    """The embedded engine, for what has nothing to do with the engine."""
    if "netns" not in engine_names(pytestconfig):
        pytest.skip("another engine was asked for")
    return usable(pytestconfig, "netns")


@pytest.fixture(scope="session")
def netns_lab(netns_engine: Engine, topology: Topology) -> Iterator[Lab]:
    """One lab on the embedded engine, for all tests that leave it as they found it."""
    with netns_engine.up(topology, f"test-netns-{os.getpid()}", ROOT, tethered=True) as found:
        yield found


@pytest.fixture
def lesson(netns_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Scenario]:
    """The scenario with these steps, in the file `lesson.yaml` of the current folder."""
    monkeypatch.chdir(tmp_path)
    return lambda steps: lessons.load(steps, tmp_path, netns_lab)


@pytest.fixture
def result_of(lesson: Callable[[str], Scenario], netns_lab: Lab) -> Callable[..., Result]:
    """These steps, run and judged."""

    def result(steps: str, programs: Mapping[str, Sequence[str]] | None = None) -> Result:
        return lessons.result(lesson(steps), netns_lab, programs)

    return result


@pytest.fixture
def lines_of(result_of: Callable[..., Result]) -> Callable[..., list[str]]:
    """What the last program printed, of steps that pass."""

    def lines(steps: str, programs: Mapping[str, Sequence[str]] | None = None) -> list[str]:
        result = result_of(steps, programs)
        assert result.verdict is Verdict.PASSED, lessons.told(result)
        assert result.record
        return [line.text for line in result.record.executions[-1].transcript.lines]

    return lines
