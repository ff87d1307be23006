"""`lab assist`: the manual peer of services/, on a host, at this terminal."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import ROOT, is_running
from tests.cli.test_hosts import terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli


def test_two_people_talk_in_gbk_across_the_internet(up: Cli) -> None:
    with terminal(up, "assist", "server", "udp", "--bind", "8081", "--encoding", "gbk") as person:
        person.sees("Listening at ('0.0.0.0', 8081)")
        options = ("--to", "server:8081", "--encoding", "gbk")
        with up.start("assist", "client-a1", "udp", *options, stdin=subprocess.PIPE) as peer:
            assert peer.stdin is not None
            assert peer.stdout is not None
            peer.stdin.write("你好\n".encode())
            peer.stdin.flush()
            person.sees("('198.51.100.11', ")
            person.sees("4 bytes: '你好'")
            person.type("再见\r")
            assert any("4 bytes: '再见'" in line for line in map(bytes.decode, peer.stdout))
        person.type("\x04")
        assert person.ends() == 0
    assert not is_running("python", str(ROOT / "services/assist.py"), "udp", *options)


def test_its_own_help_and_its_own_errors_come_from_the_program_itself(up: Cli) -> None:
    assert up("assist", "server", "--help").out.startswith("usage: assist.py ")
    done = up("assist", "server", "sctp")
    assert (done.code, done.out) == (2, "")
    assert "invalid choice: 'sctp'" in done.err


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    for path in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)
    (tmp_path / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    return tmp_path


def test_a_lab_without_services_is_told_what_is_missing(cli: Cli, elsewhere: Path) -> None:
    done = cli.at(elsewhere).inside("assist", "server", "udp")
    told = "lab: there is no services/assist.py, which would run on server: take it from Socket Lab's services\n"
    assert (done.code, done.out, done.err) == (2, "", told)


def test_a_lab_whose_hosts_do_not_see_the_program_is_refused(cli: Cli, elsewhere: Path) -> None:
    (elsewhere / "services").mkdir()
    (elsewhere / "services/assist.py").write_text("print('here')")
    there = elsewhere / "somewhere"
    there.mkdir()
    file = str(elsewhere / "docker-compose.yml")
    assert cli.at(elsewhere)("up").code == 0
    assert cli.at(there, LAB_FILE=file)("assist", "server", "udp").out == "here\n"
    cli("down")
    assert cli.at(ROOT, LAB_FILE=file)("up").code == 0
    done = cli.at(ROOT, LAB_FILE=file)("assist", "server", "udp")
    assert (done.code, done.out) == (2, "")
    told = f"the hosts of lab 'socket-lab' see {ROOT}, and not {elsewhere}/services/assist.py"
    assert done.err == f"lab: {told}: lab down, then lab up from {elsewhere}\n"


def test_without_a_lab_the_message_says_how_to_get_one(cli: Cli) -> None:
    done = cli.inside("assist", "server", "udp")
    assert (done.code, done.out, done.err) == (2, "", "lab: no lab 'socket-lab' is up: lab up\n")
