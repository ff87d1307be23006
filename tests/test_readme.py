"""What the READMEs show is what is printed: their commands are run, and only ports and times may differ."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
FAILING = 'run udp-echo --program server="python services/udp_echo.py server --host 127.0.0.1"'


def blocks(readme: str) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```$", (ROOT / readme).read_text(), re.MULTILINE | re.DOTALL)


def printed(command: str) -> str:
    argv = [sys.executable, "-m", "lab", "--engine", "netns", *shlex.split(command)]
    env = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False).stdout


def lasting(text: str) -> Counter[str]:
    """The lines that are the same every time, whatever their order: without the headings that say who spoke when."""
    text = re.sub(r"\b(3[3-9]|[45]\d|60)\d{3}\b", "PORT", text)
    text = re.sub(r"\b\d+\.\d+ s\b", "TIME", text)
    lines = (line.rstrip() for line in text.splitlines())
    return Counter(line for line in lines if line and not re.fullmatch(r"  [\w-]+ on [\w-]+  TIME", line))


@pytest.mark.parametrize("readme", READMES)
def test_the_main_job_prints_what_the_readme_shows(readme: str) -> None:
    shown = next(block for block in blocks(readme) if "Who runs what" in block)
    assert lasting(shown) - lasting(printed("run private-vs-public")) == Counter()


@pytest.mark.parametrize("readme", READMES)
def test_a_failure_looks_as_the_readme_shows(readme: str) -> None:
    shown = next(block for block in blocks(readme) if "What went wrong" in block)
    assert FAILING in (ROOT / readme).read_text()
    assert lasting(shown) - lasting(printed(FAILING)) == Counter()


@pytest.mark.parametrize("readme", READMES)
def test_a_ladder_looks_as_the_readme_shows(readme: str) -> None:
    shown = next(block for block in blocks(readme) if "router-a (NAT)" in block)
    assert lasting(shown) - lasting(printed("ladder udp-echo")) == Counter()


@pytest.mark.parametrize("readme", READMES)
def test_the_scenario_that_the_readme_shows_is_the_one_that_runs(readme: str) -> None:
    shown = next(block for block in blocks(readme) if block.startswith("steps:"))
    assert (ROOT / "scenarios/udp-echo.yaml").read_text().endswith(shown)


@pytest.mark.parametrize("readme", READMES)
def test_every_make_target_of_the_readme_exists(readme: str) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    mentioned = set(re.findall(r"\bmake ([a-z][a-z0-9-]+)", "\n".join(blocks(readme))))
    assert mentioned
    assert mentioned <= targets


@pytest.mark.parametrize("readme", READMES)
def test_the_picture_at_the_top_is_the_one_of_the_compose_file(readme: str) -> None:
    (picture,) = re.findall(r'<img src="([^"]+)"', (ROOT / readme).read_text())
    assert (ROOT / picture).read_text() == printed("graph --format svg"), f"it has drifted: lab graph -o {picture}"
