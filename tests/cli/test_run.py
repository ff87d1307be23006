"""`lab run`: verdicts, exit codes, which lab it uses, and what is left of it."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import DEADLINE_S, ROOT, is_running
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

HEADER = "name: {name}\ntitle: A test\ntopics: [test]\nstory: A test.\nsteps:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that programs on hosts may read, whoever they run as."""
    for path in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    return tmp_path


def scenario(folder: Path, steps: str, name: str = "mine") -> str:
    file = folder / f"{name}.yaml"
    file.write_text(HEADER.format(name=name) + steps)
    return str(file)


def test_a_scenario_passes_on_a_lab_of_its_own_that_is_gone_afterwards(cli: Cli) -> None:
    done = cli("run", "udp-echo")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "udp-echo  A datagram goes out in lower case and comes back in upper case"
    assert lines[-1].startswith("\u2713 PASSED  udp-echo  ")
    assert "  \u2502 Input lowercase sentence: \u2039sally\u203a" in lines
    assert done.err == ""
    assert cli.names() == []


def test_the_choice_of_an_engine_that_nobody_made_is_told(cli: Cli) -> None:
    nowhere = cli.at(ROOT, DOCKER_HOST="unix:///nowhere/docker.sock", LAB_ENGINE="auto")
    assert nowhere("run", "udp-echo").err == "engine: netns\n"


def test_the_lab_that_is_up_is_used_and_stays_up(up: Cli) -> None:
    report = up("run", "udp-echo", "--json", "-").report
    assert report["scenarios"][0]["verdict"] == "PASSED"
    assert up.names() == ["socket-lab"]


def test_fresh_is_beside_the_lab_that_is_up_and_keep_leaves_it(cli: Cli) -> None:
    done = cli("run", "udp-echo", "--keep")
    assert (done.code, done.err) == (0, "lab socket-lab stays up: lab down --name socket-lab\n")
    cli("exec", "server", "--", "ip", "route")
    done = cli("run", "udp-echo", "--fresh", "--keep")
    assert done.code == 0
    mine = done.err.split()[1]
    assert mine.startswith("socket-lab-run-")
    assert cli.names() == ["socket-lab", mine]
    cli("run", "udp-echo", "--fresh")
    assert cli.names() == ["socket-lab", mine]


def test_of_several_each_has_a_line_and_the_worst_gives_the_exit_code(up: Cli, folder: Path) -> None:
    bad = scenario(folder, "- run: one\n  host: server\n  command: echo one\n  transcript: two\n", "bad")
    lost = scenario(
        folder, "- run: one\n  host: server\n  command: 'true'\n  files: {/tmp/x/y: a, /tmp/x: b}\n", "lost"
    )
    done = up("run", "udp-echo", bad)
    assert done.code == 1
    assert [line[:8] for line in done.out.splitlines() if line.startswith(("\u2713", "\u2717"))] == [
        "\u2713 PASSED",
        "\u2717 FAILED",
    ]
    assert re.search(r"\n1 passed, 1 failed in \d\.\d s\n$", done.out)
    done = up("run", bad, lost, "udp-echo")
    assert done.code == 3, done.out
    assert "! ERROR  lost\n  server: /tmp/x could not be written: " in done.out
    assert re.search(r"\n1 passed, 1 failed, 1 error in \d\.\d s\n$", done.out)


def test_a_scenario_that_needs_what_the_kernel_lacks_is_skipped_with_the_reason(up: Cli, folder: Path) -> None:
    steps = "- link: client-a1/home-a\n  delay: 10ms\n- run: one\n  host: server\n  command: 'true'\n"
    done = up("run", scenario(folder, steps))
    assert done.code == 0
    assert done.out.endswith(("- SKIPPED  mine\n  this kernel has no netem, which delay needs\n", " on netns\n"))


def test_a_failure_says_where_what_and_why(up: Cli) -> None:
    done = up("run", "udp-echo", "--program", "client=no-such-program")
    assert done.code == 1
    told = done.out[done.out.index("What went wrong") :]
    assert told.startswith(
        """\
What went wrong
  1. client on client-a1  scenarios/udp-echo.yaml:18
    ended with exit status 127; expected exit 0; expected 'Input lowercase
    sentence: ', seen 'no-such-program: command not found'
    Probably: there is no command 'no-such-program' on client-a1

    line  expected                            seen
   \u2717  22  Input lowercase sentence:           no-such-program: command not found
          <<sally>>
"""
    )
    assert "  2. server on server  scenarios/udp-echo.yaml:17\n" in told
    assert "no-such-program  (yours)" in done.out


def test_ones_own_program_starts_in_the_current_directory_and_the_others_where_they_belong(
    cli: Cli, folder: Path
) -> None:
    """A compose file in a folder, a scenario that runs what is beside it, and a person's program in a folder below."""
    (folder / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    (folder / "beside.py").write_text("print('beside')\n")
    below = folder / "homework"
    below.mkdir()
    (below / "own.py").write_text("import sys; print('own', *sys.argv[1:])\n")
    steps = (
        "- run: one\n  host: server\n  command: python beside.py\n  transcript: beside\n"
        "- run: two\n  host: server\n  command: python beside.py\n  transcript: own {server} a b\n"
    )
    file = scenario(folder, steps)
    done = cli.at(below)("run", file, "--program", "two=python own.py {server} 'a b'")
    assert done.code == 0, done.out


def test_a_lab_whose_hosts_do_not_see_the_current_directory_is_refused(up: Cli, folder: Path) -> None:
    done = up.at(folder, LAB_FILE=str(ROOT / "docker-compose.yml"))("run", "udp-echo")
    assert done.code == 2
    assert done.err == (
        f"lab: the hosts of lab 'socket-lab' see {ROOT}, and you are in {folder}: "
        "go there, or lab down, or run with --fresh\n"
    )


def test_everything_that_happened_is_in_the_json(up: Cli, folder: Path) -> None:
    file = folder / "results.json"
    assert up("run", "udp-echo", "--json", str(file)).code == 0
    report = json.loads(file.read_text())
    assert report["version"] == 1
    (one,) = report["scenarios"]
    server, client = one["programs"]
    port = one["variables"][0]["value"]
    assert one["checks"][0] == {
        "file": "scenarios/udp-echo.yaml",
        "line": 35,
        "check": "private: {client-a1}",
        "ok": True,
        "what": "192.168.1.10",
    }
    assert client["typed"] == [{"line": 0, "column": 26, "text": "sally"}]
    assert [line["text"] for line in server["lines"]] == [
        "Listening at ('0.0.0.0', 3000)",
        f"The client at ('198.51.100.11', {port}) says 'sally'",
    ]
    assert (server["end"], client["end"], client["status"]) == ("stopped", "ended", 0)
    assert 0 < client["started_s"] < client["lines"][0]["time_s"] <= client["ended_s"] < one["duration_s"]


def test_a_program_that_never_ends_is_ended_and_told(up: Cli, folder: Path) -> None:
    steps = "- run: one\n  host: server\n  command: sleep 61111\n  timeout: 0.3\n"
    done = up("run", scenario(folder, steps))
    assert done.code == 1
    assert "still running after 0.3 s" in done.out
    assert not is_running("sleep", "61111")


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "asked")]
)
def test_a_signal_ends_everything(cli: Cli, folder: Path, number: int, code: int, word: str) -> None:
    steps = f"- run: sleeper\n  host: server\n  command: sleep 7{code}\n  timeout: 60\n"
    with cli.start("run", "--verbose", scenario(folder, steps)) as process:
        until(lambda: is_running("sleep", f"7{code}"), "the program to run")
        process.send_signal(number)
        _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == code
    assert err.decode().splitlines()[-1].startswith(f"lab: {word}")
    assert err.decode().endswith("everything it started has been ended\n")
    assert not is_running("sleep", f"7{code}")
    assert cli.names() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["udp-ecko"], "lab: no scenario 'udp-ecko' in scenarios (did you mean 'udp-echo'?)"),
        (["nope/mine.yaml"], "lab: no scenario file nope/mine.yaml"),
        ([], "lab run: which scenario? `lab list` tells, and --all runs all; see lab run --help"),
        (["--all", "udp-echo"], "lab run: either names, or --all or --topic; see lab run --help"),
        (["--topic", "upd"], "lab: no scenario is about 'upd' (did you mean 'udp'?)"),
        (["udp-echo", "--program", "sever=x"], "lab: no role 'sever' in udp-echo (did you mean 'server'?)"),
        (["--all", "--program", "sever=x"], "lab: no role 'sever' in any of these scenarios (did you mean 'server'?)"),
        (
            ["udp-echo", "--program", "server"],
            "lab: --program server: expected ROLE=CMD, like --program server='python my_server.py'",
        ),
        (["udp-echo", "--program", "server= "], "lab: --program server: a command is missing after the ="),
        (["udp-echo", "--program", "server=a 'b"], 'lab: --program server: no closing quotation in "a \'b"'),
        (
            ["udp-echo", "--program", "server=a {clinet-a1}"],
            "lab: --program server: no variable {clinet-a1} in udp-echo (did you mean 'client-a1'?)",
        ),
        (
            ["udp-echo", "--program", "server=a {x:port}"],
            "lab: --program server: {x:port} has no value; only a variable, written {name}, has one",
        ),
        (["udp-echo", "--program", "server=a", "--program", "server=b"], "lab: --program server is given twice"),
        (["udp-echo", "--json", "/nowhere/x"], "lab: --json /nowhere/x: there is no folder /nowhere"),
        (["udp-echo", "--verbos"], "lab run: no such option '--verbos'. Did you mean '--verbose'?; see lab run --help"),
        (["udp-echo", "--file", "/nowhere.yml"], "/nowhere.yml: no such file"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(cli: Cli, arguments: list[str], message: str) -> None:
    done = cli.inside("run", *arguments)
    assert (done.code, done.out, done.err) == (2, "", f"{message}\n")


def test_every_problem_of_a_file_is_told_with_its_line(cli: Cli, folder: Path) -> None:
    file = scenario(folder, "- run: one\n  host: sever\n  command: 'true'\n  hots: x\n  files: {x: y}\n")
    done = cli("run", file)
    assert done.code == 2
    assert [line.split(": ")[0] for line in done.err.splitlines()] == [f"{file}:{number}" for number in (9, 10)]
    assert done.err.splitlines()[0].endswith("steps[0].hots: no such key (did you mean 'host'?)")
