"""What `pip install socket-lab` gives: a wheel is built and installed, and the project of docs/pytest.md tested so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.engines import netns
from tests.test_readme import lasting

if TYPE_CHECKING:
    from collections import Counter

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "docs/examples/pytest"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / "docs/pytest.md").read_text(), re.MULTILINE | re.DOTALL)
PASSING, FAILING = ((command.split()[1:], shown) for (kind, command), (_, shown) in pairwise(BLOCKS) if kind == "sh")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and without this repository."""

    wheel: Path
    folder: Path

    def run(self, program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """One of its programs."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("LAB_", "PYTEST_", "CI"))}
        own = {"LAB_ENGINE": "netns", "COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=cwd, env={**clean, **own}, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Nothing is downloaded: what the wheel needs is taken from the environment that runs these tests."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    home = folder / "venv"
    venv.create(home, symlinks=True)
    pip(str(home / "bin/python"), "install", "--no-deps", "--no-index", str(wheel))
    (site,) = home.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return Installed(wheel, home)


def pip(python: str, command: str, *arguments: str) -> None:
    argv = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--quiet", command]
    done = subprocess.run([*argv, *arguments], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example, somewhere else; programs on hosts may read it, whoever they run as."""
    if (reason := netns.unavailable()) is not None:
        pytest.skip(reason)
    for path in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    return shutil.copytree(EXAMPLE, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__", ".*"))


def seen(text: str) -> Counter[str]:
    """The lines that are the same every time: without how long it took, and how wide the rules then are."""
    text = re.sub(r"=+ (.*) in \d+\.\d+s =+", r"\1", text)
    return lasting(text)


def test_the_wheel_has_all_of_the_package(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        packed = {name for name in wheel.namelist() if not name.startswith("socket_lab-")}
    there = {path.relative_to(ROOT) for path in (ROOT / "lab").rglob("*") if path.is_file()}
    assert packed == {str(path) for path in there if "__pycache__" not in path.parts}
    assert {"lab/py.typed", "lab/host/nat.nft", "lab/schema/scenario.json"} <= packed


def test_it_is_the_wheel_that_is_used_and_not_this_repository(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("python", "-c", "import lab; print(lab.__file__)", cwd=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(installed.folder)


def test_the_project_passes_as_the_document_shows(installed: Installed, project: Path) -> None:
    arguments, shown = PASSING
    done = installed.run("python", "-m", "pytest", *arguments, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert seen(done.stdout) == seen(shown)


def test_a_failure_looks_as_the_document_shows(installed: Installed, project: Path) -> None:
    arguments, shown = FAILING
    program = project / "greeter.py"
    program.write_text(program.read_text().replace("Hello", "Hallo"))
    done = installed.run("python", "-m", "pytest", *arguments, cwd=project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert seen(done.stdout) == seen(shown)


def test_the_document_shows_the_projects_own_files() -> None:
    shown = [text for language, text in BLOCKS if language in {"yaml", "python"}]
    files = ("scenarios/greeting.yaml", "tests/test_greeter.py")
    assert shown[:2] == [(EXAMPLE / name).read_text() for name in files]


def test_mypy_knows_what_the_lab_is(installed: Installed, project: Path) -> None:
    test = project / "tests/test_greeter.py"
    environment = ["--python-executable", str(installed.folder / "bin/python"), "--cache-dir", os.devnull]
    argv = [sys.executable, "-m", "mypy", "--strict", *environment, str(test)]
    right = subprocess.run(argv, cwd=project, capture_output=True, text=True, timeout=100, check=False)
    assert right.returncode == 0, right.stdout
    test.write_text(test.read_text() + "    lab['client'].run(ask, timeout='long')\n")
    wrong = subprocess.run(argv, cwd=project, capture_output=True, text=True, timeout=100, check=False)
    assert 'Unexpected keyword argument "timeout" for "run" of "Host"' in wrong.stdout


def test_the_command_line_is_there_with_everything_it_needs(installed: Installed, project: Path) -> None:
    done = installed.run("lab", "run", "greeting", "--html", "report.html", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "greeting" in (project / "report.html").read_text()
