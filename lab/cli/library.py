"""The scenarios that a lab comes with: those in the folder `scenarios` beside its compose file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.errors import DocumentError, UsageError, did_you_mean
from lab.scenario import find_scenario, list_scenarios, load_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lab.scenario import Scenario
    from lab.topology import Topology


def named(topology: Topology, names: Iterable[str]) -> list[Scenario]:
    """Scenarios by name, or by a path to a file; each once."""
    return _loaded(topology, (find_scenario(name, _folder(topology)) for name in names))


def every(topology: Topology, topic: str | None = None) -> list[Scenario]:
    """All of them, or those about one topic."""
    scenarios = _loaded(topology, list_scenarios(_folder(topology)))
    topics = {one for scenario in scenarios for one in scenario.topics}
    if topic is not None and topic not in topics:
        raise UsageError(f"no scenario is about {topic!r}{did_you_mean(topic, topics)}")
    return [scenario for scenario in scenarios if topic is None or topic in scenario.topics]


def _folder(topology: Topology) -> Path:
    return topology.file.parent / "scenarios"


def _loaded(topology: Topology, files: Iterable[Path]) -> list[Scenario]:
    """All files; DocumentError with the problems of all that are wrong."""
    scenarios: list[Scenario] = []
    problems: list[str] = []
    for file in dict.fromkeys(files):
        try:
            scenarios.append(load_scenario(file, topology))
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(problems)
    return scenarios
