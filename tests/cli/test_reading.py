"""`lab hosts`, `lab list`, `lab show`, `lab check`: no lab is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli


def test_hosts_are_one_row_an_interface_without_filling(cli: Cli) -> None:
    done = cli("hosts")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "host        role     network      address            default gateway   NAT"
    assert lines[6:8] == [
        "router-a    router   internet     198.51.100.11/24   198.51.100.1      towards internet",
        "                     home-a       192.168.1.1/24",
    ]
    assert lines[8] == "client-a1   host     home-a       192.168.1.10/24    192.168.1.1       -"


def test_hosts_as_json(cli: Cli) -> None:
    report = cli("hosts", "--json").report
    assert report["version"] == 1
    assert report["hosts"][4] == {
        "name": "router-a",
        "role": "router",
        "interfaces": [
            {"network": "internet", "address": "198.51.100.11/24"},
            {"network": "home-a", "address": "192.168.1.1/24"},
        ],
        "gateway": "198.51.100.1",
        "nat": "internet",
        "routes": [{"to": "0.0.0.0/0", "via": "198.51.100.1"}],
    }


def test_a_wide_table_is_not_wrapped_through_a_pipe(cli: Cli) -> None:
    names = {path.stem for path in (ROOT / "scenarios").glob("*.yaml")}
    lines = cli("list").out.splitlines()[1:]
    assert {line.split()[1] for line in lines} == names
    assert len(lines) == len(names)


def test_a_topic_narrows_the_list(cli: Cli) -> None:
    listed = cli("list", "--topic", "ephemeral-port", "--json").report
    assert listed["version"] == 1
    assert {"udp-echo", "ephemeral-ports"} <= {one["name"] for one in listed["scenarios"]}
    assert all("ephemeral-port" in one["topics"] for one in listed["scenarios"])
    done = cli.inside("list", "--topic", "ephemeral-prot")
    assert (done.code, done.err) == (2, "lab: no scenario is about 'ephemeral-prot' (did you mean 'ephemeral-port'?)\n")


def test_a_scenario_is_told_with_who_is_where_and_what_should_be_seen(cli: Cli) -> None:
    done = cli("show", "udp-echo")
    assert (done.code, done.err) == (0, "")
    assert (
        """\
Where
  datacenter  203.0.113.0/24   server 203.0.113.10, isp 203.0.113.1
  internet    198.51.100.0/24  isp 198.51.100.1, router-a 198.51.100.11 (NAT)
  home-a      192.168.1.0/24   router-a 192.168.1.1, client-a1 192.168.1.10

What is done, and what should be seen
  1. server on server: python services/udp_echo.py server --host 0.0.0.0
     keeps running, ready when udp/3000 is there
     │ Listening at ('0.0.0.0', 3000)
     │ The client at ('{router-a.internet}', {outside:port}) says 'sally'
  2. client on client-a1: python services/udp_echo.py client {server}
     │ Input lowercase sentence: <<sally>>
     │ The OS assigned the address ('{_}', {inside:ephemeral}) to me
     │ The server ('{server}', 3000) replied with 'SALLY'

Packets at router-a/home-a
  │ {client-a1}:{inside} > {server}:3000 UDP 5 'sally'
  │ {server}:3000 > {client-a1}:{inside} UDP 5 'SALLY'

Packets at router-a/internet
  │ {router-a.internet}:{outside} > {server}:3000 UDP 5 'sally'
  │ {server}:3000 > {router-a.internet}:{outside} UDP 5 'SALLY'

What must be true in the end
  private: {client-a1}
  public: {router-a.internet}
"""
        in done.out
    )
    assert max(len(line) for line in done.out.splitlines()) <= 80


def test_every_kind_of_step_is_told(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\ntitle: All\ntopics: [test]\nstory: All.\nsteps:\n"
        "- start: a\n  host: server\n  command: cat\n"
        "- together:\n"
        "  - {run: b, host: server, command: ls, exit: nonzero}\n"
        "  - {run: c, host: server-2, command: sleep 9, exit: running, timeout: 2}\n"
        "- {link: server/datacenter, loss: 30%}\n"
        "- {run: d, host: server, command: ls, repeat: 3, exit: 2, files: {/tmp/x: y}}\n"
        "- {stop: a, signal: INT}\n"
    )
    done = cli("show", str(file))
    assert done.code == 0, done.err
    told = done.out[done.out.index("What is done") :]
    assert told.splitlines()[1:-2] == [
        "  1. a on server: cat",
        "     keeps running",
        "  2. at the same time:",
        "     b on server: ls",
        "     exit: nonzero",
        "     c on server-2: sleep 9",
        "     still running after 2 s",
        "  3. link server/datacenter: loss 30%",
        "  4. d on server: ls",
        "     3 times; ends with exit status 2; with /tmp/x",
        "  5. stop a (SIGINT)",
    ]


def test_a_scenario_as_json(cli: Cli) -> None:
    report = cli("show", "udp-echo", "--json").report
    assert (report["version"], report["name"]) == (1, "udp-echo")
    assert report["programs"][1]["command"] == "python services/udp_echo.py client {server}"


def test_files_are_told_apart_by_what_is_in_them(cli: Cli) -> None:
    done = cli("check", "scenarios/udp-echo.yaml", "docker-compose.yml")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "scenarios/udp-echo.yaml: right, a scenario of 2 steps\n"
        "docker-compose.yml: right, a lab of 6 hosts and 3 routers on 4 networks\n"
    )


def test_all_problems_of_all_files_are_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("services:\n  a: {imgae: x}\n")
    (tmp_path / "other.yaml").write_text("hello: world\n")
    (tmp_path / "empty.yaml").write_text("")
    there = cli.at(tmp_path)
    done = there.inside("check", "docker-compose.yml", "other.yaml", "empty.yaml", "missing.yaml")
    assert (done.code, done.out) == (2, "")
    assert [line for line in done.err.splitlines() if not line.startswith("docker-compose.yml:")] == [
        "other.yaml:1: neither a scenario, which has steps, nor a compose file, which has services",
        "empty.yaml:1: the file is empty",
        "missing.yaml: no such file",
    ]
    assert "docker-compose.yml:2: services.a.imgae: no such key (did you mean 'image'?)" in done.err.splitlines()


def test_a_check_as_json_has_the_place_of_every_problem(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    (tmp_path / "mine.yaml").write_text("hello: world\n")
    there = cli.at(tmp_path)
    done = there.inside("check", "docker-compose.yml", "mine.yaml", "missing.yaml", "--json")
    assert done.code == 2
    what = "neither a scenario, which has steps, nor a compose file, which has services"
    assert done.report == {
        "version": 1,
        "files": [
            {
                "file": "docker-compose.yml",
                "ok": True,
                "is": "a lab of 6 hosts and 3 routers on 4 networks",
                "problems": [],
            },
            {
                "file": "mine.yaml",
                "ok": False,
                "is": None,
                "problems": [{"file": "mine.yaml", "line": 1, "what": what}],
            },
            {
                "file": "missing.yaml",
                "ok": False,
                "is": None,
                "problems": [{"file": None, "line": None, "what": "missing.yaml: no such file"}],
            },
        ],
    }
    assert done.err == f"mine.yaml:1: {what}\nmissing.yaml: no such file\n"


@pytest.mark.parametrize("command", [["hosts"], ["list"], ["show", "udp-echo"], ["run", "udp-echo"], ["up"]])
def test_without_a_compose_file_the_message_says_so(cli: Cli, tmp_path: Path, command: list[str]) -> None:
    done = cli.at(tmp_path).inside(*command)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("lab: no docker-compose.yml in ")
    assert done.err.endswith(" or above; name one with --file\n")


def test_the_file_is_found_from_a_folder_below(cli: Cli) -> None:
    assert cli.at(ROOT / "services").inside("hosts", "--json").report["file"] == str(ROOT / "docker-compose.yml")


def test_a_lab_without_scenarios_says_where_they_would_be(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    done = cli.at(tmp_path).inside("run", "--all")
    assert done.code == 2
    assert done.err == (
        f"lab: there are no scenarios beside {tmp_path}/docker-compose.yml: a folder called scenarios would hold them\n"
    )
