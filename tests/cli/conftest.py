"""The command line as people use it: a process of its own, on the embedded engine, with labs that nobody else sees."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from lab.cli import main
from lab.engines import netns

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DEADLINE_S = 30
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """Its JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Cli:
    """`lab …`, with the labs of one folder."""

    labs: Path
    cwd: Path = ROOT
    env: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("LAB_")}
        own = {"LAB_ENGINE": "netns", "XDG_RUNTIME_DIR": str(self.labs), "PYTHONPATH": str(ROOT), "TERM": "xterm"}
        return {**clean, **own, **self.env}

    def __call__(self, *arguments: str, stdin: str = "") -> Done:
        with self.start(*arguments, stdin=subprocess.PIPE) as process:
            out, err = process.communicate(stdin.encode(), timeout=DEADLINE_S)
        return Done(process.returncode, out.decode(), err.decode())

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(
            [sys.executable, "-m", "lab", *arguments], cwd=self.cwd, env=self.environment, **settings
        )

    def inside(self, *arguments: str) -> Done:
        """The same in this process: for the many that are refused before they do anything, because it is quick."""
        out, err, before = io.StringIO(), io.StringIO(), {number: signal.getsignal(number) for number in SIGNALS}
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            contextlib.chdir(self.cwd),
            mock.patch.dict(os.environ, self.environment, clear=True),
        ):
            code = main(arguments)
        for number, handler in before.items():
            signal.signal(number, handler)
        return Done(code, out.getvalue(), err.getvalue())

    def at(self, cwd: Path, **env: str) -> Cli:
        """The same from another folder or with other variables."""
        return Cli(self.labs, cwd, {**self.env, **env})

    def names(self) -> list[str]:
        """What is up."""
        return [lab["name"] for lab in self("status", "--json").report["labs"]]


@contextlib.contextmanager
def own_labs() -> Iterator[Cli]:
    if (reason := netns.unavailable()) is not None:
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="lab-"))  # short: sockets lie in it
    cli = Cli(folder)
    try:
        yield cli
    finally:
        cli("down", "--all")
        shutil.rmtree(folder)


@pytest.fixture
def cli() -> Iterator[Cli]:
    """Nothing is up, and whatever a test brings up goes down."""
    with own_labs() as found:
        yield found


@pytest.fixture(scope="package")
def up() -> Iterator[Cli]:
    """The repository's lab is up, for tests that leave it as they found it."""
    with own_labs() as found:
        assert found("up").code == 0
        yield found


def is_running(*argv: str) -> bool:
    """Does a program with exactly this command line run anywhere on this machine?"""
    wanted = "\0".join(argv).encode() + b"\0"
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes() == wanted:
                return True
    return False
