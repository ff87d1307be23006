"""Runs that never happened, made by hand."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.record import Execution, Record
from lab.report.console import console
from lab.scenario import load_scenario
from lab.transcript import Line, Setting, Transcript
from lab.verdict import judge_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser
    from rich.console import Console

    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.verdict import Result

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip

SCENARIO = """\
name: mine
title: A question and an answer
topics: [test]
story: |
  The client asks,
  and the server answers.

  That is all.
steps:
  - start: server
    host: server
    command: python server.py
    transcript: |
      {client-a1} asks from {port:port}
  - run: client
    host: client-a1
    command: python client.py {server}
    transcript: |
      What? <<a question>>
      from {port}
checks:
  - public: "{server}"
"""


@pytest.fixture
def scenario(tmp_path: Path, topology: Topology, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    return load_scenario(Path("mine.yaml"), topology)


@pytest.fixture
def record(scenario: Scenario) -> Record:
    """The scenario as it should go."""
    server, client = scenario.programs()
    return Record(
        executions=(
            execution(server, "python server.py", 0.01, (0.13, "192.168.1.10 asks from 40000")),
            execution(client, "python client.py 203.0.113.10", 0.1, (0.12, "What? a question"), (0.14, "from 40000")),
        ),
        is_whole=True,
        open_ports={},
        duration_s=0.25,
    )


def execution(step: object, command: str, started_s: float, *lines: tuple[float, str], **more: object) -> Execution:
    is_client = step.role == "client"  # type: ignore[attr-defined]
    settings = {
        "step": step,
        "index": None,
        "argv": tuple(command.split()),
        "is_own": False,
        "transcript": Transcript(
            f"{step.role} on {step.host}",  # type: ignore[attr-defined]
            tuple(Line(text, time_s) for time_s, text in lines),
        ),
        "setting": Setting(step.host, range(32768, 61000)),  # type: ignore[attr-defined]
        "end": "ended" if is_client else "stopped",
        "status": 0,
        "waiting_for": None,
        "started_s": started_s,
        "ended_s": 0.2,
    }
    return Execution(**{**settings, **more})  # type: ignore[arg-type]


@pytest.fixture
def judged(scenario: Scenario, topology: Topology, record: Record) -> Callable[..., Result]:
    """The record with its second execution changed, judged."""

    def judge(**changes: object) -> Result:
        server, client = record.executions
        changed = replace(record, executions=(server, replace(client, **changes)))  # type: ignore[arg-type]
        return judge_record(scenario, topology, changed, "netns")

    return judge


@pytest.fixture
def out() -> Console:
    """A pipe."""
    return console(io.StringIO())


def text_of(out: Console) -> str:
    file = out.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests. In CI it must be there."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"there is no {CHROMIUM}")
        pytest.skip(f"there is no {CHROMIUM}")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()
