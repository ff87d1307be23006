"""The scripts in tools/: what they refuse, before they touch anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


def run(tool: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TOOLS / tool, *words], capture_output=True, text=True, check=False, env={**os.environ, **env}, timeout=30
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "docker-engine: what shall it do?"),
        ("launch", "docker-engine: unknown command 'launch'"),
        ("start --release", "docker-engine: --release needs a value"),
        ("start --release 20.10", "docker-engine: --release: '20.10' is no Debian suite"),
        ("start --release ../x", "docker-engine: --release: '../x' is no Debian suite"),
        ("start --bridge-nf 2", "docker-engine: --bridge-nf: '2' is neither 0 nor 1"),
        ("stop --now yes", "docker-engine: unknown option '--now'"),
    ],
)
def test_a_wrong_command_line_of_docker_engine_is_refused(words: str, message: str) -> None:
    done = run("docker-engine", *words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == message
    assert done.stderr.splitlines()[1].startswith("docker-engine: usage: ")


@pytest.mark.parametrize(("tool", "words"), [("build-image", ["--frce"]), ("test-engine-28", [])])
def test_a_wrong_command_line_of_the_others_is_refused(tool: str, words: list[str]) -> None:
    done = run(tool, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: tools/")


def test_building_an_image_without_an_engine_says_how_to_get_one() -> None:
    done = run("build-image", DOCKER_HOST="unix:///no/such.sock")
    assert done.returncode == 1
    assert done.stderr == (
        "build-image: no Docker Engine answers at unix:///no/such.sock (start it, or tools/docker-engine start)\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="says first that it needs root")
def test_an_engine_that_does_not_run_is_told_by_its_status(tmp_path: Path) -> None:
    here = {"SOCKET_LAB_ENGINE_RUN": str(tmp_path / "run"), "SOCKET_LAB_ENGINE_DATA": str(tmp_path / "data")}
    done = run("docker-engine", "status", "--release", "nosuch", **here)
    assert (done.returncode, done.stdout) == (1, "not running\n")
