"""docs/your-own-programs.md: its programs are files, its commands are run, and what it shows is what they print."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from lab.engines import netns
from tests.test_readme import lasting

ROOT = Path(__file__).parents[1]
DOCUMENT = "docs/your-own-programs.md"
NEEDED = ("docker-compose.yml", "scenarios/udp-echo.yaml", "services/udp_echo.py", "docs/examples")
COMPILER = "cc"


def blocks() -> list[tuple[str, str]]:
    """Language and text of everything that is set apart."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / DOCUMENT).read_text(), re.MULTILINE | re.DOTALL)


def sessions() -> list[tuple[list[str], str]]:
    """Commands, and what the document shows below them."""
    pairs = pairwise(blocks())
    return [(text.splitlines(), shown) for (language, text), (_, shown) in pairs if language == "sh"]


def mentioned() -> list[str]:
    """Commands in the running text that are whole ones of this lesson."""
    text = " ".join(re.sub(r"^```.*?^```$", "", (ROOT / DOCUMENT).read_text(), flags=re.MULTILINE | re.DOTALL).split())
    return re.findall(r"`--program (server=.*?)`", text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somebody's clone, in which compiling leaves nothing in ours; programs on hosts may read it, whoever they are."""
    for path in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    for name in NEEDED:
        source, copy = ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copy(source, copy)
    return tmp_path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command)
    argv = [sys.executable, "-m", "lab", *arguments] if program == "lab" else [program, *arguments]
    env = {**os.environ, "NO_COLOR": "1", "LAB_ENGINE": "netns", "LAB_NAME": "own", "PYTHONPATH": str(ROOT)}
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)


def need_engine() -> None:
    if (reason := netns.unavailable()) is not None:
        pytest.skip(reason)


def compile_in(folder: Path) -> None:
    """In CI there must be a compiler; elsewhere a missing one is a skip that says so."""
    if shutil.which(COMPILER) is None:
        if os.environ.get("CI"):
            pytest.fail("no cc: CI has to install gcc and libc6-dev")
        pytest.skip("the program in C cannot be tried, because there is no cc: sudo apt-get install gcc libc6-dev")
    (command,) = {line for commands, _ in sessions() for line in commands if line.startswith(f"{COMPILER} ")}
    done = run(command, folder)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("commands", "shown"), sessions(), ids=range(1, len(sessions()) + 1))
def test_every_command_prints_what_the_document_shows(commands: list[str], shown: str, folder: Path) -> None:
    need_engine()
    if any("my_server" in command for command in commands):
        compile_in(folder)
    done = run(commands[-1], folder)
    assert done.returncode == (1 if "FAILED" in shown else 0), done.stdout + done.stderr
    assert lasting(shown) - lasting(done.stdout) == Counter()


@pytest.mark.parametrize("program", mentioned())
def test_every_command_in_the_text_works_too(program: str, folder: Path) -> None:
    need_engine()
    done = run(f"lab run udp-echo --program {program}", folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_programs_shown_are_those_in_the_folder() -> None:
    shown = Counter(text for language, text in blocks() if language in {"python", "c", "bash"})
    assert shown == Counter(file.read_text() for file in (ROOT / "docs/examples").iterdir() if file.is_file())


def test_the_lesson_shown_is_the_one_that_runs() -> None:
    (shown,) = (text for language, text in blocks() if language == "yaml")
    assert shown in (ROOT / "scenarios/udp-echo.yaml").read_text()


def test_there_are_a_failure_and_all_three_languages() -> None:
    assert len(sessions()) == 5
    assert sum("FAILED" in shown for _, shown in sessions()) == 1
    assert len(mentioned()) == 1


def test_a_program_that_is_broken_does_not_pass(folder: Path) -> None:
    """Otherwise all of the above would say nothing."""
    need_engine()
    file = folder / "docs/examples/echo_client.sh"
    file.write_text(file.read_text().replace("3000", "3001"))
    assert run('lab run udp-echo --program client="bash docs/examples/echo_client.sh {server}"', folder).returncode == 1
