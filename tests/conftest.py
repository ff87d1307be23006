"""What all tests share: the repository's own topology, and a lab on each engine."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab import engines
from lab.compose import load_topology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engines.base import Engine, Lab
    from lab.topology import Topology

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--lab-engine", action="append", choices=engines.NAMES, help="test only on this engine (may be repeated)"
    )


def pytest_configure() -> None:
    """A shell that starts us in the background has Ctrl-C ignored, and every process that we start would inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        names = metafunc.config.getoption("--lab-engine") or engines.NAMES
        metafunc.parametrize("engine_name", names, scope="session", ids=str)


@pytest.fixture(scope="session")
def engine(engine_name: str) -> Engine:
    """The engine under test."""
    return usable(engine_name)


def usable(engine_name: str) -> Engine:
    """In CI every engine must work; elsewhere a missing one is a skip that says why."""
    found = engines.load(engine_name)
    if (reason := found.unavailable()) is not None:
        if os.environ.get("CI"):
            pytest.fail(f"{engine_name}: {reason}")
        pytest.skip(f"{engine_name}: {reason}")
    return found


@pytest.fixture(scope="session")
def topology() -> Topology:
    return load_topology(ROOT / "docker-compose.yml")


@pytest.fixture(scope="session")
def lab(engine: Engine, topology: Topology) -> Iterator[Lab]:
    """One lab an engine for all tests that leave it as they found it."""
    name = f"test-{os.getpid()}"
    with engine.up(topology, name, ROOT, tethered=True) as found:
        yield found
    engine.down(name)


@pytest.fixture(scope="session")
def netns_engine(pytestconfig: pytest.Config) -> Engine:
    """The embedded engine, for what has nothing to do with the engine."""
    if "netns" not in (pytestconfig.getoption("--lab-engine") or engines.NAMES):
        pytest.skip("another engine was asked for")
    return usable("netns")


@pytest.fixture(scope="session")
def netns_lab(netns_engine: Engine, topology: Topology) -> Iterator[Lab]:
    """One lab on the embedded engine, for all tests that leave it as they found it."""
    with netns_engine.up(topology, f"test-netns-{os.getpid()}", ROOT, tethered=True) as found:
        yield found
