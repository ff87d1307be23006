"""`lab run --html`, `--junit` and `--json`: which files come of it, and what is refused before anything runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from lab.report.schema import schema
from tests.cli.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli


def test_all_three_are_written_and_tell_the_same(up: Cli, tmp_path: Path) -> None:
    page, xml, data = (tmp_path / name for name in ("report.html", "results.xml", "results.json"))
    done = up("run", "udp-echo", "tcp-greeting", "--html", str(page), "--junit", str(xml), "--json", str(data))
    assert (done.code, done.err) == (0, "")
    assert "All 2 scenarios passed" in page.read_text()
    assert {case.attrib["name"] for case in ET.parse(xml).iter("testcase")} == {"udp-echo", "tcp-greeting"}
    assert [one["name"] for one in json.loads(data.read_text())["scenarios"]] == ["udp-echo", "tcp-greeting"]
    assert sorted(tmp_path.iterdir()) == [page, data, xml]


def test_for_a_page_every_interface_on_the_way_is_watched(up: Cli, tmp_path: Path) -> None:
    data = tmp_path / "results.json"
    up("run", "tcp-greeting", "--html", str(tmp_path / "report.html"), "--json", str(data))
    (one,) = json.loads(data.read_text())["scenarios"]
    places = {f"{captured['host']}/{captured['network']}" for captured in one["captures"]}
    assert {"client-a1/home-a", "router-a/home-a", "router-a/internet", "isp/internet", "server/datacenter"} <= places
    assert [table["router"] for table in one["translations"]] == ["router-a", "router-b"]
    assert one["captures"][0]["packets"]
    jsonschema.validate(json.loads(data.read_text()), schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(("option", "begin"), [("--html", "<!doctype html>"), ("--junit", "<?xml "), ("--json", "{")])
def test_one_may_go_to_standard_output_and_then_the_story_goes_to_the_other(up: Cli, option: str, begin: str) -> None:
    done = up("run", "udp-echo", option, "-")
    assert done.code == 0
    assert done.out.startswith(begin)
    assert done.out.endswith("\n")
    assert "PASSED  udp-echo" in done.err


def test_a_scenario_that_fails_has_its_reports_and_its_exit_code(up: Cli, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert up("run", "udp-echo", "--program", "client=false", "--html", str(file)).code == 1
    assert "udp-echo failed" in file.read_text()


def test_a_report_that_cannot_be_written_is_told_and_the_others_are_there(up: Cli, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    done = up("run", "udp-echo", "--junit", "/dev/full", "--json", str(file))
    assert done.code == 3
    assert done.err == "lab: --junit /dev/full: No space left on device; the report is not written\n"
    assert "PASSED  udp-echo" in done.out
    assert json.loads(file.read_text())["scenarios"][0]["verdict"] == "PASSED"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--html", "/nowhere/x"], "--html /nowhere/x: there is no folder /nowhere"),
        (["--junit", str(ROOT)], f"--junit {ROOT}: that is a folder; name a file in it"),
        (["--html", "-", "--json", "-"], "--html and --json both go to -"),
        (["--junit", "x", "--json", "./x"], "--junit and --json both go to x"),
        (["--json", "/proc/x"], "--json /proc/x: No such file or directory"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_runs(cli: Cli, arguments: list[str], message: str) -> None:
    done = cli.inside("run", "udp-echo", *arguments)
    assert (done.code, done.out, done.err) == (2, "", f"lab: {message}\n")
    assert not (ROOT / "x").exists()


def test_an_old_report_stays_as_it_is_when_nothing_is_run(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text("old")
    assert cli.inside("run", "udp-ecko", "--json", str(file)).code == 2
    assert cli.inside("run", "udp-echo", "--json", str(file), "--html", "/nowhere/x").code == 2
    assert file.read_text() == "old"
