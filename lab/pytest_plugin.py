"""The pytest plugin: scenario files as tests, and the `lab` fixture for tests in Python.

A scenario that does not pass is a failure with the report of `lab run`; a lab that fails is an error, and nobody's
failure; what this machine cannot offer is skipped, with the reason.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from typing import Any

    from lab.engines.base import Engine
    from lab.testing import Lab, Pool
    from lab.topology import Topology

# What is imported here is imported by every pytest of every project that has us installed: nothing of ours.

_ALL = "all"
_AUTO = "auto"
_ROOM_FOR_ONE = "docker"
_STEPS = re.compile(r"^steps[ \t]*:", re.MULTILINE)
_SUFFIXES = (".yaml", ".yml")

_pool = pytest.StashKey["Pool"]()
_engine_names = pytest.StashKey[tuple[str, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("socket-lab", "Socket Lab")
    group.addoption(
        "--lab-engine",
        metavar="ENGINE",
        help="netns, docker, both (all, or with a comma), or auto: the first that works. [LAB_ENGINE, ini, auto]",
    )
    group.addoption(
        "--lab-file", metavar="FILE", help="the compose file. [LAB_FILE, else beside the tests or in a folder above]"
    )
    parser.addini("lab_engine", "what --lab-engine is unless it or LAB_ENGINE says otherwise")
    parser.addini("lab_scenarios", "names of folders whose YAML files are scenarios", "args", default=["scenarios"])


def pytest_configure(config: pytest.Config) -> None:
    """A wrong engine is found out now."""
    if _said(config) not in {_ALL, _AUTO}:
        engine_names(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _pool in config.stash:
        config.stash[_pool].close()


def engine_names(config: pytest.Config) -> tuple[str, ...]:
    """The engines to test on. `auto` where it was to be the first that works, and none does."""
    if _engine_names not in config.stash:
        config.stash[_engine_names] = _chosen(_said(config))
    return config.stash[_engine_names]


def usable(config: pytest.Config, name: str) -> Engine:
    """That engine. One that does not work is a skip, and an error in CI or where it was asked for by name."""
    from lab import engines  # noqa: PLC0415
    from lab.errors import Unavailable  # noqa: PLC0415

    try:
        return engines.choose(name)
    except Unavailable as error:
        if os.environ.get("CI") or _said(config) not in {_ALL, _AUTO}:
            raise
        reason = str(error) if name == _AUTO else f"{name}: {error}"
        # With the place of the test, and not of this line; pytest does the same for unittest's skips.
        raise pytest.skip.Exception(reason, _use_item_location=True) from None


def _said(config: pytest.Config) -> str:
    said = config.getoption("--lab-engine") or os.environ.get("LAB_ENGINE") or config.getini("lab_engine") or _AUTO
    return str(said)


def _chosen(said: str) -> tuple[str, ...]:
    from lab import engines  # noqa: PLC0415
    from lab.errors import Unavailable, did_you_mean  # noqa: PLC0415

    if said == _ALL:
        return engines.NAMES
    if said == _AUTO:
        try:
            return (engines.choose().NAME,)
        except Unavailable:
            return (_AUTO,)
    names = tuple(dict.fromkeys(name.strip() for name in said.split(",")))
    for name in names:
        if name not in engines.NAMES:
            raise pytest.UsageError(
                f"--lab-engine {said}: no engine {name!r}{did_you_mean(name, (_ALL, _AUTO, *engines.NAMES))}"
            )
    return names


# The fixture


@pytest.fixture(scope="session")
def lab_engine() -> str:
    """The engine's name; a test that asks for it, or for `lab`, runs once on each engine chosen."""
    raise AssertionError("every test that uses it has a parameter of that name")  # see pytest_generate_tests


@pytest.fixture
def lab(request: pytest.FixtureRequest, lab_engine: str) -> Iterator[Lab]:
    """The lab of the docker-compose.yml here or above, up; what the test starts in it ends with the test."""
    with _lent(request.config, lab_engine, request.path.parent) as lent:
        yield lent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "lab_engine" in metafunc.fixturenames:
        metafunc.parametrize("lab_engine", engine_names(metafunc.config), scope="session")


def _lent(config: pytest.Config, engine_name: str, folder: Path) -> Lab:
    """The lab for a test in this folder."""
    from lab.errors import LabError  # noqa: PLC0415
    from lab.testing import Lab  # noqa: PLC0415

    try:
        engine = usable(config, engine_name)
        return Lab(_pool_of(config).lab(engine, _topology(config, folder)))
    except LabError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _pool_of(config: pytest.Config) -> Pool:
    from lab.testing import Pool  # noqa: PLC0415

    if _pool not in config.stash:
        config.stash[_pool] = Pool(config.rootpath, os.environ.get("PYTEST_XDIST_WORKER", ""))
    return config.stash[_pool]


def _topology(config: pytest.Config, folder: Path) -> Topology:
    from lab.compose import load_topology  # noqa: PLC0415

    return load_topology(_compose_file(config, folder))


def _compose_file(config: pytest.Config, folder: Path) -> Path:
    from lab.compose import find_compose_file  # noqa: PLC0415

    given = config.getoption("--lab-file") or os.environ.get("LAB_FILE")
    return find_compose_file(Path(given) if given else None, folder)


# Scenario files


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file with steps, in a folder called `scenarios`, of a project that has a compose file."""
    if file_path.suffix not in _SUFFIXES or file_path.parent.name not in parent.config.getini("lab_scenarios"):
        return None
    if not _STEPS.search(file_path.read_text(encoding="utf-8", errors="replace")):
        return None
    from lab.errors import UsageError  # noqa: PLC0415

    try:
        _compose_file(parent.config, file_path.parent)
    except UsageError:
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
    """A scenario file: an item for each engine."""

    def collect(self) -> Iterator[pytest.Item]:
        from lab.errors import LabError  # noqa: PLC0415
        from lab.scenario import load_scenario  # noqa: PLC0415

        try:
            topology = _topology(self.config, self.path.parent)
            scenario = load_scenario(self.path, topology)
        except LabError as error:
            raise self.CollectError(str(error)) from None
        for engine in engine_names(self.config):
            yield ScenarioItem.from_parent(
                self, name=f"{scenario.name}[{engine}]", topics=scenario.topics, engine=engine
            )


class ScenarioItem(pytest.Item):
    """A scenario on an engine; `-k` finds it by its topics too."""

    def __init__(self, *, topics: Iterable[str], engine: str, **more: Any) -> None:
        super().__init__(**more)
        self.engine = engine
        self.lab: Lab | None = None
        self.extra_keyword_matches.update(topics)

    def setup(self) -> None:
        self.lab = _lent(self.config, self.engine, self.path.parent)

    def runtest(self) -> None:
        assert self.lab is not None  # noqa: S101
        self.lab.run_scenario(self.path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *more: Any, **most: Any) -> Any:
        from lab.errors import LabError  # noqa: PLC0415
        from lab.testing import ScenarioFailed  # noqa: PLC0415

        if isinstance(excinfo.value, LabError | ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *more, **most)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, 0, self.name


# What the lab does not offer, and what it does wrong, are no failures


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure of the lab counts as one of the set-up, which pytest calls an error; the next test has a new lab."""
    report = yield
    if call.excinfo is None or (lab := _lab_of(item)) is None:
        return report
    from lab.errors import LabError, Unavailable, UsageError  # noqa: PLC0415

    match call.excinfo.value:
        case Unavailable() as lack:
            path, line, _ = item.location
            report.outcome, report.longrepr = "skipped", (path, (line or 0) + 1, f"Skipped: {lack}")
        case UsageError():  # of whoever wrote the test
            pass
        case LabError() as trouble:
            report.when = "setup" if call.when == "call" else report.when
            report.longrepr = str(trouble)
            _pool_of(item.config).give_up(lab.engine)
    return report


def _lab_of(item: pytest.Item) -> Lab | None:
    """Of a test that has its lab from us."""
    if "lab.testing" not in sys.modules:  # then nobody has
        return None
    from lab.testing import Lab  # noqa: PLC0415

    found = item.lab if isinstance(item, ScenarioItem) else getattr(item, "funcargs", {}).get("lab")
    return found if isinstance(found, Lab) else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """On Docker there is room for one lab: with `--dist loadgroup` one worker of pytest-xdist has all tests on it."""
    if item.config.pluginmanager.hasplugin("xdist") and _engine_of(item) == _ROOM_FOR_ONE:
        item.add_marker(pytest.mark.xdist_group(f"socket-lab-{_ROOM_FOR_ONE}"))


def _engine_of(item: pytest.Item) -> str | None:
    if isinstance(item, ScenarioItem):
        return item.engine
    call = getattr(item, "callspec", None)
    return call.params.get("lab_engine") if call is not None else None
