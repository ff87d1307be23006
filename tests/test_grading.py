"""`lab grade`, docs/grading.md and the ten students it tells of."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from lab.cli import labs
from lab.engines import netns
from lab.errors import UsageError
from lab.grading import Grade, Pattern, Student, commands_of, find_students
from lab.report.grades import as_csv
from lab.verdict import Result, Verdict
from tests.cli.conftest import Cli, is_running, own_labs
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs/grading.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
STUDENTS = ROOT / "docs/examples/grading/students"
TASK = """name: {name}
title: A test
topics: [test]
story: A test.
steps:
- run: program
  host: {host}
  command: echo right
  timeout: 60
  transcript: right
"""


@dataclass(frozen=True)
class Graded:
    """What the command of the document came to."""

    done: subprocess.CompletedProcess[str]
    csv: str
    report: Any


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The document's one command, done once for all tests that look at what came of it."""
    if (reason := netns.unavailable()) is not None:
        pytest.skip(reason)
    folder = reachable(tmp_path_factory.mktemp("grading"))
    for name in ("docs/examples/grading", "services"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "docker-compose.yml", folder)
    (command,) = (text for language, text in BLOCKS if language == "sh")
    argv = [sys.executable, "-m", "lab", *shlex.split(command)[1:]]
    env = {**os.environ, "LAB_ENGINE": "netns", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=110, check=False)
    read = [(folder / name).read_text() if (folder / name).exists() else "" for name in ("grades.csv", "grades.json")]
    return Graded(done, read[0], json.loads(read[1] or "null"))


def reachable(folder: Path) -> Path:
    """A folder that programs on hosts may read, whoever they run as."""
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(0o755)
    return folder


# The document


def test_the_command_prints_the_table_that_the_document_shows(graded: Graded) -> None:
    (shown,) = (text for language, text in BLOCKS if not language)
    assert graded.done.returncode == 0, graded.done.stderr
    assert graded.done.stdout == shown


def test_the_document_tells_of_every_student_and_of_the_task_as_it_is() -> None:
    told = re.findall(r"^\| (\w+) \| (?!what)", DOCUMENT, re.MULTILINE)
    assert told == sorted(path.name for path in STUDENTS.iterdir())
    (task,) = (text for language, text in BLOCKS if language == "yaml")
    assert (ROOT / "docs/examples/grading/echo.yaml").read_text().endswith(task)


def test_the_csv_has_a_line_for_each_student_and_task(graded: Graded) -> None:
    rows = list(csv.DictReader(io.StringIO(graded.csv)))
    assert [(row["student"], row["scenario"]) for row in rows] == [
        (path.name, task) for path in sorted(STUDENTS.iterdir()) for task in ("echo", "umlaut")
    ]
    ivo = [(row["verdict"], "UnicodeEncodeError" in row["reason"]) for row in rows if row["student"] == "ivo"]
    assert ivo == [("PASSED", False), ("FAILED", True)]
    assert [row["reason"] for row in rows if row["verdict"] == "PASSED"] == [""] * 7


def test_the_json_has_all_that_was_seen(graded: Graded) -> None:
    assert graded.report["version"] == 1
    (hana,) = (one for one in graded.report["grades"] if (one["student"], one["name"]) == ("hana", "echo"))
    (client,) = (program for program in hana["programs"] if program["role"] == "client")
    assert (client["is_own"], client["status"]) == (True, 1)
    assert client["lines"][-1]["text"] == "IndexError: list index out of range"


def test_of_several_reasons_the_students_own_is_told(graded: Graded) -> None:
    """fay prints nothing, and so the server has nothing to print either."""
    (fay,) = (one for one in graded.report["grades"] if (one["student"], one["name"]) == ("fay", "echo"))
    assert {problem["subject"] for problem in fay["problems"]} == {"server on server", "client on client-a1"}
    assert fay["why"].startswith("client on client-a1: ")


def test_what_students_leave_behind_is_gone(graded: Graded) -> None:
    (emil,) = (one for one in graded.report["grades"] if (one["student"], one["name"]) == ("emil", "echo"))
    (client,) = (program for program in emil["programs"] if program["role"] == "client")
    assert client["command"][1].endswith("emil/client.py")
    assert not is_running(*client["command"])


# What goes wrong


@pytest.fixture
def cli() -> Iterator[Cli]:
    with own_labs() as found:
        yield found


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    """A lab, a task, and two students whose programs are right."""
    folder = reachable(tmp_path)
    shutil.copy(ROOT / "docker-compose.yml", folder)
    (folder / "task.yaml").write_text(TASK.format(name="task", host="server"))
    for name in ("one", "two"):
        hand_in(folder, name, "echo right")
    return folder


def hand_in(folder: Path, student: str, text: str) -> None:
    (folder / "students" / student).mkdir(parents=True, exist_ok=True)
    (folder / "students" / student / "program.sh").write_text(text)


PROGRAM = "program=sh {student}/program.sh"


def verdicts(out: str) -> dict[str, str]:
    """Student to verdict, as the table has it."""
    return dict(re.findall(r"^(\S+) +\S (passed|failed|skipped|error)$", out, re.MULTILINE))


def test_a_lab_that_dies_is_nobodys_failure_and_the_others_are_graded(cli: Cli, class_: Path) -> None:
    hand_in(class_, "one", "echo right; sleep 71111")
    with cli.at(class_).start("grade", "./task.yaml", "students", "--program", PROGRAM) as process:
        until(lambda: is_running("sleep", "71111"), "the first student's program")
        for name in cli.names():
            assert cli("down", "--name", name).code == 0
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 3
    assert verdicts(out.decode()) == {"one": "error", "two": "passed"}
    total = "2 students: 1 passed everything, 0 did not, 1 could not be graded because of the lab\n"
    assert out.decode().endswith(total)


def test_nobody_finds_what_another_one_has_left(cli: Cli, class_: Path) -> None:
    for name in ("one", "two"):
        hand_in(class_, name, "test -e /tmp/left && echo found || echo right; touch /tmp/left")
    done = cli.at(class_)("grade", "./task.yaml", "students", "--program", PROGRAM)
    assert (done.code, verdicts(done.out)) == (0, {"one": "passed", "two": "passed"})
    assert cli.names() == []


def test_a_students_programs_start_in_the_students_folder(cli: Cli, class_: Path) -> None:
    (class_ / "students/one/answer.txt").write_text("right\n")
    hand_in(class_, "one", "cat answer.txt")
    done = cli.at(class_)("grade", "./task.yaml", "students", "--program", PROGRAM)
    assert verdicts(done.out)["one"] == "passed"


def test_the_order_is_that_of_names_whoever_ends_first(cli: Cli, class_: Path) -> None:
    hand_in(class_, "one", "sleep 1.5; echo right")
    done = cli.at(class_)("grade", "./task.yaml", "students", "--program", PROGRAM, "--jobs", "2", "--csv", "-")
    assert done.err.splitlines()[0] == "1 of 2: two: task passed"
    assert done.out == "student,scenario,verdict,reason\none,task,PASSED,\ntwo,task,PASSED,\n"
    assert list(verdicts(done.err)) == ["one", "two"]


def test_where_there_is_room_for_one_lab_they_go_one_by_one(
    cli: Cli, class_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the embedded engine under another name, for the sake of speed."""
    docker = SimpleNamespace(NAME="docker", up=netns.up, down=netns.down)
    monkeypatch.setattr(labs, "choose_engine", lambda _: docker)
    done = cli.at(class_).inside("grade", "./task.yaml", "students", "--program", PROGRAM, "--jobs", "2")
    assert done.err.splitlines()[0] == "one by one, not 2 at a time: on docker there is room for one lab"
    assert (done.code, verdicts(done.out)) == (0, {"one": "passed", "two": "passed"})


REFUSED = {
    "students program=true": "no --program says {student}: everybody would be graded alike",
    "students server={student}/x": "no role 'server' in task (allowed: program)",
    "students 'program={student}/x {sever}'": "--program program: no variable {sever} in task (did you mean 'server'?)",
    "nowhere program={student}/x": "HERE/nowhere is no folder; one with a folder or a file for each student is needed",
    "students program={student}.sh": "nobody's work is in HERE/students: no file {student}.sh",
    "students/one program={student}/x": "nobody's work is in HERE/students/one: no folder",
    "/usr program={student}/x": "hosts see HERE, and /usr lies outside: copy it there, or go where both are",
    "students program={student}/x --csv no/where": "--csv no/where: there is no folder HERE/no",
}
"""Folder, program and more → message."""


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_cannot_be_meant_is_refused(cli: Cli, class_: Path, arguments: str) -> None:
    folder, program, *more = shlex.split(arguments)
    done = cli.at(class_).inside("grade", "./task.yaml", folder, "--program", program, *more)
    assert (done.code, done.out, done.err) == (2, "", f"lab: {REFUSED[arguments].replace('HERE', str(class_))}\n")


def test_a_scenario_in_which_nobody_plays_is_refused(cli: Cli, class_: Path) -> None:
    other = TASK.format(name="other", host="server").replace("run: program", "run: somebody")
    (class_ / "other.yaml").write_text(other)
    done = cli.at(class_).inside("grade", "./task.yaml", "./other.yaml", "students", "--program", PROGRAM)
    assert (done.code, done.err) == (2, "lab: no --program has a role in other, so nobody would be graded by it\n")


# Whose files are whose


def patterns(*commands: str) -> list[Pattern]:
    return [Pattern.of("client", command) for command in commands]


def test_students_are_the_folders_or_the_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("bob/client.py", "ada/client.py", ".git/config", "__pycache__/x.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in ("eva.py", "dan.py", "dan.sh", "notes.txt"):
        (tmp_path / name).touch()
    folders, files = patterns("python {student}/client.py"), patterns("python {student}.py", "sh {student}.sh")
    assert [one.name for one in find_students(tmp_path, folders)] == ["ada", "bob"]
    assert [one.name for one in find_students(tmp_path, files)] == ["dan", "eva"]


def test_of_several_commands_the_first_whose_file_is_there_is_taken(tmp_path: Path) -> None:
    (tmp_path / "client.sh").touch()
    ways = {"client": patterns("python {student}/client.py {server}", "sh {student}/client.sh {server}")}
    student = Student("ada", tmp_path)
    assert commands_of(student, ways) == ({"client": ("sh", f"{tmp_path}/client.sh", "{server}")}, None)
    (tmp_path / "client.py").touch()
    assert commands_of(student, ways)[0]["client"][0] == "python"


def test_braces_in_a_name_are_no_variables(tmp_path: Path) -> None:
    (tmp_path / "{server}").mkdir()
    (tmp_path / "{server}/a b.py").touch()
    (student,) = find_students(tmp_path, ways := patterns("python '{student}/a b.py'"))
    command = commands_of(student, {"client": ways})[0]["client"]
    assert command == ("python", f"{tmp_path}/{{{{server}}}}/a b.py")


def test_a_link_to_what_somebody_else_has_handed_in_counts_as_nothing(tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
    (tmp_path / "ada/client.py").touch()
    (tmp_path / "bob/client.py").symlink_to("../ada/client.py")
    commands, missing = commands_of(Student("bob", tmp_path / "bob"), {"client": patterns("{student}/client.py")})
    assert (commands, missing) == ({}, "client: nothing handed in, there is no client.py")


def test_no_cell_of_the_csv_is_a_formula() -> None:
    result = Result(scenario=cast("Any", SimpleNamespace(name="@task")), engine="", verdict=Verdict.FAILED)
    names = ("=1+1", "+1", "-1", "@x", "\tx", "fine", 'a "b", c')
    text = as_csv(Grade(student=name, result=replace(result, reason=f"{name}\x1b[31m")) for name in names)
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert [row[0] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "fine", 'a "b", c']
    assert {row[1] for row in rows} == {"'@task"}
    assert rows[5][3] == "fine\u241b[31m"


def test_a_folder_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody's work"):
        find_students(tmp_path, patterns("{student}/x"))
