"""`lab run --jobs`: the same results as one by one, in labs side by side, of which nothing is left."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lab.cli import labs
from lab.engines import netns
from tests.cli.conftest import DEADLINE_S, is_running
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

SLEEP = "- run: sleeper\n  host: server\n  command: sleep {}\n  timeout: 60\n"
QUICK = "- run: quick\n  host: server\n  command: echo quick\n  transcript: quick\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that programs on hosts may read, whoever they run as."""
    for path in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    return tmp_path


def scenario(folder: Path, name: str, steps: str) -> str:
    file = folder / f"{name}.yaml"
    file.write_text(f"name: {name}\ntitle: A test\ntopics: [test]\nstory: A test.\nsteps:\n{steps}")
    return str(file)


def verdicts(out: str) -> list[str]:
    """Of each line that is one: verdict and name."""
    return re.findall(r"^\S ([A-Z]+  \S+)", out, re.MULTILINE)


def left_in(folder: Path) -> list[str]:
    """The labs, whole or half, of which something is there."""
    return [path.name for path in folder.glob("socket-lab/*") if path.is_dir()]


def test_results_are_those_of_one_by_one_and_in_the_same_order(cli: Cli, folder: Path) -> None:
    slow = scenario(folder, "slow", SLEEP.format("1.5"))
    wrong = scenario(folder, "wrong", QUICK.replace("transcript: quick", "transcript: other"))
    names = [slow, wrong, scenario(folder, "quick", QUICK), "udp-echo"]
    alone, jobs = cli("run", *names), cli("run", *names, "--jobs", "2")
    assert alone.code == jobs.code == 1
    assert verdicts(jobs.out) == ["PASSED  slow", "FAILED  wrong", "PASSED  quick", "PASSED  udp-echo"]
    times = re.compile(r"\d+\.\d s")
    assert times.sub("TIME", jobs.out) == times.sub("TIME", alone.out)
    told = jobs.err.splitlines()
    assert told[0] == "1 of 4: wrong failed"  # as they end, not in their order
    assert [line.split(":")[0] for line in told] == [f"{number} of 4" for number in (1, 2, 3, 4)]
    assert left_in(cli.labs) == []


def test_json_has_the_same_form(cli: Cli, folder: Path) -> None:
    names = [scenario(folder, name, QUICK) for name in ("one", "two", "three")]
    alone, jobs = (cli("run", *names, "--json", "-", *more).report for more in ([], ["--jobs", "3"]))
    assert jobs.keys() == alone.keys()
    for one, other in zip(alone["scenarios"], jobs["scenarios"], strict=True):
        assert one.keys() == other.keys()
        assert (one["name"], one["verdict"]) == (other["name"], other["verdict"])


def test_the_lab_that_is_up_is_left_alone(cli: Cli, folder: Path) -> None:
    assert cli("up").code == 0
    assert cli("exec", "server", "--", "touch", "/tmp/mark").code == 0
    steps = "- run: one\n  host: server\n  command: test -e /tmp/mark\n  exit: 1\n"
    assert cli("run", *(scenario(folder, name, steps) for name in ("one", "two")), "--jobs", "2").code == 0
    assert cli("exec", "server", "--", "test", "-e", "/tmp/mark").code == 0
    assert cli.names() == ["socket-lab"]


def test_ones_own_program_plays_its_role_in_every_lab(cli: Cli, folder: Path) -> None:
    names = [scenario(folder, name, QUICK) for name in ("one", "two")]
    done = cli("run", *names, "--jobs", "2", "--program", "quick=echo mine")
    assert verdicts(done.out) == ["FAILED  one", "FAILED  two"]
    assert done.out.count("seen 'mine'") == 2


def test_labs_that_die_are_errors_and_the_next_scenarios_have_new_ones(cli: Cli, folder: Path) -> None:
    names = [scenario(folder, f"sleep-{n}", SLEEP.format(f"8{n}111")) for n in (1, 2)]
    names += [scenario(folder, f"quick-{n}", QUICK) for n in (1, 2)]
    with cli.start("run", *names, "--jobs", "2") as process:
        until(lambda: is_running("sleep", "81111") and is_running("sleep", "82111"), "both at the same time")
        for name in cli.names():
            assert cli("down", "--name", name).code == 0
        out, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 3
    assert verdicts(out.decode()) == ["ERROR  sleep-1", "ERROR  sleep-2", "PASSED  quick-1", "PASSED  quick-2"]
    assert left_in(cli.labs) == []


@pytest.mark.parametrize(("more", "stays"), [([], []), (["--keep"], ["socket-lab"])])
def test_one_by_one_it_is_the_same(cli: Cli, folder: Path, more: list[str], stays: list[str]) -> None:
    names = [scenario(folder, "sleep", SLEEP.format("83111")), scenario(folder, "quick", QUICK)]
    with cli.start("run", *names, *more) as process:
        until(lambda: is_running("sleep", "83111"), "the first to run")
        assert cli("down", "--all").code == 0
        out, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 3
    assert verdicts(out.decode()) == ["ERROR  sleep", "PASSED  quick"]
    assert left_in(cli.labs) == cli.names() == stays


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_all_workers_and_their_labs(cli: Cli, folder: Path, number: int, code: int) -> None:
    names = [scenario(folder, f"sleep-{n}", SLEEP.format(f"9{code}{n}")) for n in (1, 2, 3)]
    with cli.start("run", *names, "--jobs", "2") as process:
        until(lambda: all(is_running("sleep", f"9{code}{n}") for n in (1, 2)), "two at the same time")
        process.send_signal(number)
        _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == code
    assert err.decode().endswith("everything it started has been ended\n")
    assert not any(is_running("sleep", f"9{code}{n}") for n in (1, 2, 3))
    assert left_in(cli.labs) == []


def test_a_signal_while_labs_come_up_leaves_none(cli: Cli) -> None:
    with cli.start("run", "udp-echo", "udp-chat", "--jobs", "2") as process:
        until(lambda: bool(left_in(cli.labs)), "a lab to begin")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, "Traceback" in err.decode()) == (130, False)
    assert left_in(cli.labs) == []


def test_on_a_terminal_a_table_shows_who_is_at_what(cli: Cli, folder: Path) -> None:
    names = [scenario(folder, name, SLEEP.format("0.5")) for name in ("one", "two", "three")]
    ours, theirs = pty.openpty()
    seen: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # EIO: nobody has it open any more
            while data := os.read(ours, 65536):
                seen.append(data)

    reader = threading.Thread(target=read)
    with cli.at(cli.cwd, COLUMNS="90").start("run", *names, "--jobs", "2", stderr=theirs) as process:
        os.close(theirs)
        reader.start()
        out, _ = process.communicate(timeout=DEADLINE_S)
    reader.join(DEADLINE_S)
    os.close(ours)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(seen).decode())
    assert re.search(r"1  one  sleeper: sleep 0.5 on server *\r\n2  two  sleeper: sleep 0.5 on server", shown)
    assert "0 of 3 done" in shown
    assert "2 of 3 done" in shown
    assert verdicts(out.decode()) == ["PASSED  one", "PASSED  two", "PASSED  three"]


def test_where_there_is_room_for_one_lab_they_run_one_by_one(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the embedded engine under another name, for the sake of speed."""
    docker = SimpleNamespace(NAME="docker", up=netns.up)
    monkeypatch.setattr(labs, "choose_engine", lambda _: docker)
    done = cli.inside("run", "udp-echo", "udp-chat", "--jobs", "2")
    assert (done.code, done.err) == (0, "one by one, not 2 at a time: on docker there is room for one lab\n")
    assert verdicts(done.out) == ["PASSED  udp-echo", "PASSED  udp-chat"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", "0"], "lab run: invalid value for '--jobs': 0 is not in the range 1<=x<=64; see lab run --help"),
        (["--jobs", "x"], "lab run: invalid value for '--jobs': 'x' is not a valid integer range; see lab run --help"),
        (
            ["--jobs", "2", "--keep"],
            "lab run: either --keep or --jobs, which makes and removes a lab for each; see lab run --help",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(cli: Cli, arguments: list[str], message: str) -> None:
    done = cli.inside("run", "--all", *arguments)
    assert (done.code, done.out, done.err) == (2, "", f"{message}\n")


def test_nothing_is_left_when_nobody_reads_any_more(cli: Cli, folder: Path) -> None:
    names = [scenario(folder, name, QUICK) for name in ("one", "two")]
    read, write = os.pipe()
    os.close(read)
    with cli.start("run", *names, "--jobs", "2", stdout=write) as process:
        os.close(write)
        _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 141, err
    assert left_in(cli.labs) == []
