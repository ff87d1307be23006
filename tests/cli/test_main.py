"""What is true of every command: help, exit codes, and that no traceback is ever for the person at the terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from lab.cli.commands import SECTIONS, lab
from tests.cli.conftest import DEADLINE_S, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

COMMANDS = {name: line for commands in SECTIONS.values() for name, (_, line) in commands.items()}


def run_python(cli: Cli, code: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", code]
    return subprocess.run(
        argv, cwd=ROOT, env=cli.environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )


def test_help_names_every_command_and_imports_none(cli: Cli) -> None:
    code = (
        "import sys; from lab.cli import main; main(['--help']);"
        "print([name for name in ('pydantic', 'docker', 'rich', 'yaml') if name in sys.modules])"
    )
    out = run_python(cli, code).stdout
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", out, re.MULTILINE), name
    assert out.endswith("\n[]\n")


def test_help_is_there_at_once(cli: Cli) -> None:
    def cpu_s() -> float:
        before = os.times()
        assert cli("--help").code == 0
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(cpu_s() for _ in range(3)) < 0.2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_and_the_common_options(cli: Cli, name: str) -> None:
    done = cli.inside(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"^  (.* \| )?lab {name}", done.out, re.MULTILINE)
    for option in ("--file", "--engine", "--name"):
        assert f"  {option} " in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 80


def test_an_unknown_command_is_refused_with_a_suggestion(cli: Cli) -> None:
    done = cli.inside("rum", "udp-echo")
    assert (done.code, done.out) == (2, "")
    assert done.err == "lab: no command 'rum' (did you mean 'run'?); see lab --help\n"


def test_an_unknown_option_is_refused(cli: Cli) -> None:
    done = cli.inside("status", "--jsno")
    assert (done.code, done.err) == (
        2,
        "lab status: no such option '--jsno'. Did you mean '--json'?; see lab status --help\n",
    )


def test_a_bug_is_one_line_and_a_file(cli: Cli, tmp_path: Path) -> None:
    code = (
        "import sys, lab.cli.labs as labs\n"
        "def broken(given): raise ZeroDivisionError('two\\nlines')\n"
        "labs.all_labs = broken\n"
        "from lab.cli import main\n"
        "sys.exit(main(['status']))\n"
    )
    done = run_python(cli.at(ROOT, TMPDIR=str(tmp_path)), code)
    assert (done.returncode, done.stdout) == (3, "")
    (file,) = tmp_path.iterdir()
    assert done.stderr == (
        f"lab: this is a bug of the lab: ZeroDivisionError: two lines (the traceback is in {file})\n"
    )
    assert "Traceback (most recent call last):" in file.read_text()
    assert "in broken" in file.read_text()


def test_nobody_who_stops_reading_sees_a_complaint(cli: Cli) -> None:
    script = f"{sys.executable} -m lab up --show | head -1; {sys.executable} -m lab hosts >&-"
    done = subprocess.run(
        ["sh", "-c", script], cwd=ROOT, env=cli.environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("ip netns add switch\n", "")


def test_signs_that_the_terminal_cannot_show_are_no_error(cli: Cli) -> None:
    done = cli.at(ROOT, PYTHONIOENCODING="ascii")("show", "udp-echo")
    assert done.code == 0
    assert "     ? Input lowercase sentence: <<sally>>" in done.out.splitlines()


def test_a_command_says_of_itself_what_the_list_says_of_it() -> None:
    context = click.Context(lab)
    for name, line in COMMANDS.items():
        command = lab.get_command(context, name)
        assert command is not None
        assert (command.name, command.get_short_help_str(200)) == (name, line)


def test_a_clean_up_that_hangs_is_left_at_the_third_interrupt(cli: Cli) -> None:
    code = (
        "import sys, time, lab.cli.labs as labs\n"
        "def stubborn(given):\n"
        "    try: print('working', flush=True), time.sleep(60)\n"
        "    finally: print('cleaning up', flush=True), time.sleep(60)\n"
        "labs.all_labs = stubborn\n"
        "from lab.cli import main\n"
        "main(['status'])\n"
    )
    argv, pipe = [sys.executable, "-c", code], subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, env=cli.environment, stdout=pipe, stderr=pipe) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"working\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"cleaning up\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline() == b"lab: ending everything it started; once more to leave it as it is\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_S) == 130
