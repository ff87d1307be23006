"""`lab up`, `lab down`, `lab status`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import ROOT
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of somebody's own with the compose file in it, which programs on hosts may read."""
    for path in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    shutil.copy(COMPOSE, tmp_path)
    return tmp_path


def test_a_lab_comes_up_is_seen_and_goes_down(cli: Cli) -> None:
    done = cli("up")
    assert done.code == 0
    assert done.out.startswith("Lab socket-lab is up on netns after ")
    assert done.out.endswith(" s: 6 hosts, 3 routers.\n")
    status = cli("status")
    assert status.code == 0
    assert status.out.splitlines()[1].split() == ["socket-lab", "netns", "up", "docker-compose.yml", str(ROOT)]
    done = cli("down")
    assert (done.code, done.out, done.err) == (0, "Lab socket-lab is down (netns).\n", "")
    assert cli("status").out == "No lab is up: lab up\n"


def test_up_and_down_can_be_said_twice(cli: Cli) -> None:
    assert cli("up").code == 0
    assert cli("up").out == "Lab socket-lab is up already, on netns.\n"
    assert cli("down").code == 0
    done = cli("down")
    assert (done.code, done.out, done.err) == (0, "No lab socket-lab is up.\n", "")


def test_status_as_json(cli: Cli) -> None:
    cli("up")
    lab = {"name": "socket-lab", "engine": "netns", "file": str(COMPOSE), "workspace": str(ROOT)}
    assert cli("status", "--json").report == {"version": 1, "labs": [lab | {"fast": False, "ailment": None}]}
    cli("down")
    assert cli("status", "--json").report == {"version": 1, "labs": []}


def test_options_stand_before_or_after_the_command_and_win_over_the_environment(cli: Cli) -> None:
    named = cli.at(ROOT, LAB_NAME="third")
    cli("--name", "first", "up")
    cli("up", "--name", "second")
    named("up")
    named("up", "--name", "fourth")
    assert cli.names() == ["first", "fourth", "second", "third"]
    assert named("status").out.count("\n") == 2
    assert cli("down").out == "No lab socket-lab is up.\n"
    assert cli("down", "--all").out.splitlines() == [
        f"Lab {name} is down (netns)." for name in ("first", "fourth", "second", "third")
    ]
    assert cli("down", "--all").out == "No lab is up.\n"


def test_another_file_under_the_same_name_is_refused_with_what_to_do(cli: Cli, folder: Path) -> None:
    cli("up")
    done = cli("up", "--file", str(folder / "docker-compose.yml"))
    assert done.code == 2
    assert done.err == (
        f"lab: lab 'socket-lab' is up from {COMPOSE}, not from {folder}/docker-compose.yml: "
        "lab down, or another --name\n"
    )


def test_a_file_that_has_changed_since_is_refused_with_what_to_do(cli: Cli, folder: Path) -> None:
    there = cli.at(folder)
    there("up")
    file = folder / "docker-compose.yml"
    file.write_text(file.read_text().replace("203.0.113.53", "203.0.113.54"))
    for command in (["up"], ["exec", "server", "true"]):
        done = there(*command)
        assert done.code == 2
        assert done.err == f"lab: {file} has changed since lab 'socket-lab' came up: lab down, then lab up\n"
    assert there("down").code == 0


def test_up_from_a_folder_that_its_hosts_do_not_see_is_refused(cli: Cli, folder: Path) -> None:
    cli("up")
    done = cli.at(folder)("up", "--file", str(COMPOSE))
    assert done.code == 2
    assert done.err == (
        f"lab: lab 'socket-lab' is up, but its hosts see {ROOT} and not {folder}: "
        "lab down, then lab up; or another --name\n"
    )


def test_down_needs_no_file(cli: Cli, folder: Path) -> None:
    there = cli.at(folder)
    there("up")
    (folder / "docker-compose.yml").write_text("name: socket-lab\nservices: 3\n")
    assert there("down").out == "Lab socket-lab is down (netns).\n"
    (folder / "docker-compose.yml").unlink()
    done = there("down")
    assert done.code == 2
    assert done.err.startswith("lab: which lab? Say it with --name, or lab down --all (no docker-compose.yml in ")
    assert there("down", "--name", "socket-lab").out == "No lab socket-lab is up.\n"


def test_down_says_why_a_file_does_not_tell_the_name(cli: Cli, folder: Path) -> None:
    (folder / "docker-compose.yml").write_text("\tservices: {}\n")
    done = cli.at(folder)("down")
    assert done.code == 2
    assert done.err == (
        "lab: which lab? Say it with --name. The file does not tell:\n"
        "docker-compose.yml:1: a tab; YAML indents with spaces only\n"
    )


def test_a_lab_whose_holder_was_killed_is_told_and_made_anew(cli: Cli) -> None:
    cli("up")
    os.kill(_holder(cli), signal.SIGKILL)
    until(lambda: "it ended without lab down" in cli("status").out, "the lab's end to be seen")
    done = cli("exec", "server", "true")
    assert done.code == 3
    assert done.err == (
        "lab: lab 'socket-lab' is of no use any more (it ended without lab down): lab down, then lab up\n"
    )
    done = cli("up")
    assert done.code == 0
    assert done.err.startswith("lab socket-lab was no good (it ended without lab down); making it anew\n")
    assert cli("exec", "server", "true").code == 0


def test_the_plan_is_shown_as_commands_without_doing_or_needing_anything(cli: Cli) -> None:
    done = cli.at(ROOT, PATH="/nowhere", LAB_ENGINE="docker")("up", "--show")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "ip netns add switch"
    assert "ip -n client-a1 route replace default via 192.168.1.1" in lines
    assert "ip netns exec client-a1 ethtool -K eth0 tx off" in lines
    assert all(line.startswith("ip ") for line in lines)
    assert "ethtool" not in cli("up", "--show", "--fast").out
    assert cli.names() == []


def test_a_fast_lab_is_said_to_be_one_and_no_other_is_taken_for_it(cli: Cli) -> None:
    assert cli("up", "--fast").out.startswith("Lab socket-lab is up on netns, fast, after ")
    assert cli("status").out.splitlines()[1].split()[:4] == ["socket-lab", "netns", "up,", "fast"]
    assert cli("status", "--json").report["labs"][0]["fast"]
    for again in (["up"], ["up", "--fast"]):
        assert cli(*again).out == "Lab socket-lab is up already, on netns, fast.\n"
    cli("down")
    cli("up")
    done = cli("up", "--fast")
    assert (done.code, done.err) == (2, "lab: lab 'socket-lab' is up, but not fast: lab down, then lab up --fast\n")


def test_a_fast_run_leaves_a_slow_lab_alone(cli: Cli) -> None:
    cli("up")
    for options, engine in ((["--fast"], True), ([], False)):
        done = cli("run", "udp-echo", "--verbose", *options)
        assert done.code == 0
        assert ("bringing a lab up on netns" in done.err) == engine
    assert cli.names() == ["socket-lab"]


def _holder(cli: Cli) -> int:
    """The process that holds the lab: whoever listens at its control socket (SO_PEERCRED, unix(7))."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(str(cli.labs / "socket-lab" / "socket-lab" / "control"))
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid: int = struct.unpack("3i", told)[0]
    return pid


@pytest.mark.parametrize("name", ["../x", "", "Ä", "a b", "-x", "x" * 41])
def test_a_name_that_could_be_a_path_is_refused(cli: Cli, name: str) -> None:
    done = cli.inside("up", f"--name={name}")
    assert done.code == 2
    assert done.err == (
        f"lab: no lab can have the name {name!r} (allowed: up to 40 of a-z, 0-9, '-' and '_', the first a letter or "
        "digit)\n"
    )


def test_an_engine_that_is_not_there_is_refused_with_a_suggestion(cli: Cli) -> None:
    done = cli.inside("up", "--engine", "netsn")
    assert (done.code, done.err) == (2, "lab: no engine 'netsn' (did you mean 'netns'?)\n")


def test_docker_that_does_not_answer_is_an_engine_error_with_a_remedy(cli: Cli) -> None:
    nowhere = cli.at(ROOT, DOCKER_HOST="unix:///nowhere/docker.sock")
    for command in (["up"], ["status"], ["down", "--name", "x"], ["run", "udp-echo"]):
        done = nowhere.inside(*command, "--engine", "docker")
        assert done.code == 3
        assert done.err.startswith("lab: ")
        assert "docker" in done.err.lower()
        assert done.err.count("\n") == 1
    done = nowhere("up", "--engine", "auto")
    assert done.code == 0
    assert done.err.startswith("engine: netns\n")
    assert nowhere("exec", "--engine", "auto", "server", "hostname").out == "server\n"
