"""`lab ladder` and `lab run --ladder`: real packets, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli


def row(text: str, *words: str) -> str:
    """The one line in which all of these are."""
    (found,) = [line for line in text.splitlines() if all(word in line for word in words)]
    return found


def test_a_datagram_walks_through_the_nat_and_back(up: Cli) -> None:
    done = up("ladder", "udp-echo")
    assert (done.code, done.out.count("192.168.1.10:")) == (0, 3)
    there, back = row(done.out, "UDP 5 'sally'"), row(done.out, "UDP 5 'SALLY'")
    assert (there.count("▶"), back.count("◀")) == (3, 3)
    assert row(done.out, "router-a translates")
    lines = done.out.splitlines()
    before, after = (line.split() for line in lines if "┃ 198.51.100.11:" in line)
    assert before == after
    assert before[1].split(":")[0] == "192.168.1.10"


def test_two_with_the_same_port_are_told_apart(up: Cli) -> None:
    done = up("ladder", "nat-changes-port")
    signs = [line.split() for line in done.out.splitlines() if ":4322" in line and "┃" in line]
    outside = {row[row.index("┃") - 1]: row[row.index("┃") + 1] for row in signs if "┃" in row}
    assert outside["192.168.1.10:4322"].endswith(":4322")
    assert not outside["192.168.1.11:4322"].endswith(":4322")


def test_what_is_lost_is_seen_to_be_lost(up: Cli) -> None:
    done = up("ladder", "udp-loss")
    assert "✗ loss 100%" in row(done.out, "'i am in a hurry'", "─")


def test_a_drawing_goes_into_a_file(up: Cli, tmp_path: Path) -> None:
    done = up("ladder", "udp-echo", "--svg", str(tmp_path / "ladder.svg"))
    assert (done.code, done.out) == (0, "")
    assert ET.parse(tmp_path / "ladder.svg").getroot().tag.endswith("svg")


def test_a_scenario_without_packets_has_no_ladder(up: Cli) -> None:
    assert up("ladder", "unix-socket").out == "No packet passed between these hosts.\n"


def test_a_program_that_fails_is_told_of_beside_its_ladder(up: Cli) -> None:
    done = up("ladder", "udp-echo", "--program", "client=python -c 'print(1)'")
    assert done.code == 1
    assert "FAILED" in done.err


def test_the_story_comes_first_and_then_the_ladder(up: Cli) -> None:
    done = up("run", "udp-echo", "--ladder")
    assert done.code == 0
    assert 0 < done.out.index("PASSED") < done.out.index("(NAT)") < done.out.index("┠")
