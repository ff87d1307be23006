"""`lab doctor` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.doctor import Diagnosis, Finding

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Cli

NETNS = Finding(what="engine netns", state="works", found="works")
NETEM = Finding(what="netem", state="missing", found="not in this kernel", remedy="sudo modprobe sch_netem")
NO_NFT = Finding(what="engine netns", state="broken", found="it needs 'nft'", remedy="sudo apt-get install nftables")


def say(monkeypatch: pytest.MonkeyPatch, engines: tuple[str, ...], *findings: Finding) -> None:
    monkeypatch.setattr("lab.cli.machine.examine", lambda _: Diagnosis(findings=findings, engines=engines))


def test_one_engine_that_works_is_enough(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    say(monkeypatch, ("netns",), NETNS, NETEM)
    done = cli.inside("doctor")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
\u2713 engine netns  works
- netem         not in this kernel
                sudo modprobe sch_netem

Works here: netns. `lab run` takes netns unless told otherwise.
"""
    )


def test_without_any_engine_it_fails_and_says_what_to_do(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    say(monkeypatch, (), NO_NFT)
    done = cli.inside("doctor")
    assert done.code == 3
    assert (
        done.out
        == """\
\u2717 engine netns  it needs 'nft'
                sudo apt-get install nftables

No engine works here: mend one of them.
"""
    )


def test_the_same_as_json(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    say(monkeypatch, (), NO_NFT)
    done = cli.inside("doctor", "--json")
    assert done.code == 3
    assert done.report == {
        "version": 1,
        "engines": [],
        "findings": [
            {
                "what": "engine netns",
                "state": "broken",
                "found": "it needs 'nft'",
                "remedy": "sudo apt-get install nftables",
            }
        ],
    }


def test_on_this_machine_the_embedded_engine_works(cli: Cli) -> None:
    done = cli("doctor", "--json")
    assert done.code == 0
    assert "netns" in done.report["engines"]
    states = {finding["what"]: finding["state"] for finding in done.report["findings"]}
    assert (states["Python"], states["engine netns"], states["ip"], states["nft"]) == ("works",) * 4


def test_it_works_where_no_file_is_right_but_not_for_one_that_was_named(cli: Cli, tmp_path: Path) -> None:
    done = cli.at(tmp_path)("doctor")
    assert done.code == 0
    assert done.err.startswith("no compose file is looked at: no docker-compose.yml in ")
    named = cli.at(tmp_path).inside("doctor", "--file", "missing.yml")
    assert (named.code, named.out, named.err) == (2, "", "missing.yml: no such file\n")
