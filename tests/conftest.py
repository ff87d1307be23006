"""What all tests share: the repository's own topology, and a lab on each engine."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.compose import load_topology
from lab.pytest_plugin import engine_names, usable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engines.base import Engine, Lab
    from lab.topology import Topology

ROOT = Path(__file__).parents[1]


def pytest_configure() -> None:
    """A shell that starts us in the background has Ctrl-C ignored, and every process that we start would inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config, lab_engine: str) -> Engine:
    """The engine under test."""
    return usable(pytestconfig, lab_engine)


@pytest.fixture(scope="session")
def topology() -> Topology:
    return load_topology(ROOT / "docker-compose.yml")


@pytest.fixture(scope="session")
def lab(engine: Engine, topology: Topology) -> Iterator[Lab]:
    """One lab an engine, for all tests that leave it as they found it: the bare one, not what the plugin makes of it."""
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
