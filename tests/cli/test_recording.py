"""`lab record`: what is written, what is shown, and when the file stays as it was."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.document import load
from tests.cli.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

HEAD = "name: mine  # a comment\ntitle: A lesson\ntopics: [test]\nstory: Once.\nsteps:\n"
ASK = "import os; print('pid', os.getpid()); print('Hello,', input('Name? '))"
BARE = f"""\
  # who asks
  - run: one
    host: client-a1
    command: python -c "{ASK}"
    transcript: |
      <<Ann>>
  - run: two  # where am I?
    host: client-a1
    command: sh -c 'echo at 192.168.1.10; echo of $0' {{server}}
"""
RECORDED = BARE.replace("      <<Ann>>\n", "      pid {_:int}\n      Name? <<Ann>>\n      Hello, Ann\n") + (
    "    transcript: |\n      at {client-a1}\n      of {server}\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def write(file: Path, steps: str) -> str:
    file.write_text(HEAD + steps)
    return str(file)


def test_transcripts_are_written_and_nothing_else_changes_and_the_file_passes(up: Cli, file: Path) -> None:
    done = up("record", write(file, BARE))
    assert (done.code, done.out, done.err) == (0, "", f"lab: wrote {file}\n")
    assert file.read_text() == HEAD + RECORDED
    assert up("run", str(file)).code == 0
    assert os.listdir(file.parent) == [file.name]  # noqa: PTH208


def test_a_lab_of_its_own_is_made_and_is_gone_afterwards(cli: Cli, file: Path) -> None:
    done = cli("record", write(file, "- run: one\n  host: server\n  command: hostname\n"), "--verbose")
    assert done.code == 0, done.err
    assert file.read_text().endswith("  transcript: |\n    server\n")
    told = done.err.splitlines()
    assert told[0] == "bringing a lab up on netns …"
    assert {"mine: rehearsal 1 of 2 …", "mine: rehearsal 2 of 2 …", "mine: does it pass? …"} < set(told)
    assert cli.names() == []


def test_a_file_with_transcripts_is_refused(up: Cli, file: Path) -> None:
    done = up("record", write(file, RECORDED))
    assert (done.code, done.out) == (2, "")
    assert done.err == f"{file}:11: one has a transcript already (lab record --update records it anew)\n"
    assert file.read_text() == HEAD + RECORDED


def test_update_records_anew_what_is_no_longer_right_and_shows_the_difference(up: Cli, file: Path) -> None:
    old = RECORDED.replace("Hello, Ann", "Good morning, Ann")
    done = up("record", write(file, old), "--update")
    assert (done.code, done.err) == (0, f"lab: wrote {file}\n")
    assert file.read_text() == HEAD + RECORDED
    assert done.out.splitlines() == [
        f"--- {file}",
        f"+++ {file}",
        "@@ -10,7 +10,7 @@",
        "     transcript: |",
        "       pid {_:int}",
        "       Name? <<Ann>>",
        "-      Good morning, Ann",
        "+      Hello, Ann",
        "   - run: two  # where am I?",
        "     host: client-a1",
        "     command: sh -c 'echo at 192.168.1.10; echo of $0' {server}",
    ]
    done = up("record", str(file), "--update")
    assert (done.code, done.out, done.err) == (0, "", f"lab: {file} is right already\n")


def test_ones_own_program_is_recorded_in_its_role(up: Cli, file: Path) -> None:
    done = up("record", write(file, BARE), "--program", "two=echo mine {server}")
    assert done.code == 0, done.err
    assert file.read_text().endswith("    transcript: |\n      mine {server}\n")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("- run: one\n  host: server\n  command: sh -c 'echo no; exit 3'\n", "ended with exit status 3"),
        ("- run: one\n  host: server\n  command: sleep 60\n  timeout: 0.3\n", "still running after 0.3 s"),
    ],
)
def test_a_step_that_fails_is_told_and_nothing_is_written(up: Cli, file: Path, steps: str, said: str) -> None:
    done = up("record", write(file, steps))
    assert done.code == 1
    assert said in done.out[done.out.index("What went wrong") :]
    assert done.err == f"lab: nothing recorded: {file} is as it was\n"
    assert file.read_text() == HEAD + steps


def test_what_cannot_be_right_the_next_time_is_not_written(up: Cli, file: Path) -> None:
    steps = "- run: one\n  host: server\n  command: sh -c 'cat /tmp/$0 2> /dev/null; echo a >> /tmp/$0' {name}\n"
    steps = steps.replace("{name}", f"grows-{os.getpid()}")
    done = up("record", write(file, steps))
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "lab: one on server printed 0 lines the first time and 1 line the second:"
        " no transcript without '...' can expect both\n"
    )
    assert file.read_text() == HEAD + steps


def test_a_recording_that_does_not_pass_is_kept_aside(up: Cli, file: Path) -> None:
    """It is right twice and wrong the third time."""
    count = f"/tmp/count-{os.getpid()}"
    script = "echo x >> $0; test $(wc -l < $0) -lt 3 && echo yes || echo no"
    steps = f"- run: one\n  host: server\n  command: sh -c '{script}' {count}\n"
    done = up("record", write(file, steps))
    assert done.code == 1
    assert "expected 'yes', seen 'no'" in done.out
    found = re.fullmatch(f"lab: nothing recorded: {file} is as it was; what did not pass is (.*)\n", done.err)
    assert found
    draft = Path(found[1])
    assert draft.read_text() == HEAD + steps + "  transcript: |\n    yes\n"
    draft.unlink()
    draft.parent.rmdir()
    assert file.read_text() == HEAD + steps


def test_what_was_not_typed_in_the_end_is_told(up: Cli, file: Path) -> None:
    steps = "- run: one\n  host: server\n  command: head -1\n  transcript: |\n    <<a>>\n    <<b>>\n"
    done = up("record", write(file, steps))
    assert done.code == 1
    assert done.err == "lab: nothing recorded: one on server was over before line 2 of what is to be typed\n"


def test_a_variable_that_the_rest_of_the_file_needs_must_still_be_bound(up: Cli, file: Path) -> None:
    steps = (
        "- run: one\n  host: server\n  command: echo new\n  transcript: |\n    old {x:int}\nchecks:\n- public: '{x}'\n"
    )
    done = up("record", write(file, steps), "--update")
    assert done.code == 1
    assert done.err.startswith(
        f"lab: nothing recorded: the file would be wrong:\n{file}:12: {{x}} is used but nothing binds it"
    )
    assert "socket-lab-draft" not in done.err
    assert file.read_text() == HEAD + steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "lab record: missing argument 'NAME'; see lab record --help"),
        (["udp-ecko"], "lab: no scenario 'udp-ecko' in scenarios (did you mean 'udp-echo'?)"),
        (["udp-echo", "--update", "--program", "sever=a"], "lab: no role 'sever' in udp-echo (did you mean 'server'?)"),
        (
            ["udp-echo"],
            "scenarios/udp-echo.yaml:16: server has a transcript already (lab record --update records it anew)",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(cli: Cli, arguments: list[str], message: str) -> None:
    done = cli.inside("record", *arguments)
    assert (done.code, done.out, done.err) == (2, "", f"{message}\n")


def test_a_step_in_braces_is_refused_with_its_line_before_anything_runs(cli: Cli, file: Path) -> None:
    done = cli.inside("record", write(file, "- {run: one, host: server, command: hostname}\n"))
    assert done.code == 2
    assert done.err == f"{file}:6: steps[0]: recording needs a step with each key in a line of its own\n"


def test_help_shows_what_to_write(cli: Cli) -> None:
    done = cli.inside("record", "--help")
    assert "<<sally>>" in done.out
    assert "lab record udp-echo --update" in done.out


def test_no_scenario_of_ours_has_to_be_recorded_anew(up: Cli, tmp_path: Path) -> None:
    """Nothing is written into the repository even if one had."""
    for name in ("udp-echo", "ephemeral-ports"):
        copy = tmp_path / f"{name}.yaml"
        copy.write_text((ROOT / "scenarios" / f"{name}.yaml").read_text())
        done = up("record", str(copy), "--update")
        assert (done.code, done.err) == (0, f"lab: {copy} is right already\n"), done.out
        assert load(copy).data == load(ROOT / "scenarios" / f"{name}.yaml").data
