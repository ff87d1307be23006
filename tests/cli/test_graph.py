"""`lab graph`: the picture of a compose file's topology, to the terminal or to a file. No lab is needed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import termios
from typing import TYPE_CHECKING

import pytest

from lab.report.graph import dot, mermaid, svg, text

if TYPE_CHECKING:
    from pathlib import Path

    from lab.topology import Topology
    from tests.cli.conftest import Cli

FORMATS = {"text": text, "svg": svg, "mermaid": mermaid, "dot": dot}
OTHER = """\
name: other
services:
  left: {networks: {lan: {ipv4_address: 10.1.0.2}}}
  right: {networks: {lan: {ipv4_address: 10.1.0.3}}}
networks:
  lan: {ipam: {config: [{subnet: 10.1.0.0/24}]}}
"""


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_goes_to_standard_output(cli: Cli, topology: Topology, name: str) -> None:
    done = cli("graph", "--format", name)
    assert (done.code, done.err) == (0, "")
    assert done.out == FORMATS[name](topology)


def test_text_is_the_default(cli: Cli, topology: Topology) -> None:
    assert cli("graph").out == text(topology)


@pytest.mark.parametrize(
    ("file", "name"),
    [("a.svg", "svg"), ("a.SVG", "svg"), ("a.mmd", "mermaid"), ("a.dot", "dot"), ("a.gv", "dot"), ("a.txt", "text")],
)
def test_a_files_name_says_its_format(cli: Cli, topology: Topology, tmp_path: Path, file: str, name: str) -> None:
    done = cli("graph", "-o", str(tmp_path / file))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (tmp_path / file).read_text() == FORMATS[name](topology)


def test_a_format_wins_over_the_files_name(cli: Cli, topology: Topology, tmp_path: Path) -> None:
    assert cli("graph", "--format", "dot", "-o", str(tmp_path / "a.svg")).code == 0
    assert (tmp_path / "a.svg").read_text() == dot(topology)


def test_any_compose_file_of_the_subset_is_drawn(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(OTHER)
    done = cli.at(tmp_path)("graph")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "┌───────────────────────────┐\n"
        "│ lan 10.1.0.0/24   private │\n"
        "│    left       right       │\n"
        "│    10.1.0.2   10.1.0.3    │\n"
        "└───────────────────────────┘\n"
    )


def test_a_wrong_compose_file_is_told_with_its_line_and_nothing_is_written(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(OTHER.replace("ipv4_address: 10.1.0.3", "ipv4_adress: 10.1.0.3"))
    done = cli.at(tmp_path).inside("graph", "-o", "picture.svg")
    assert (done.code, done.out) == (2, "")
    assert "compose.yaml:4: services.right.networks.lan.ipv4_adress: no such key (did you mean" in done.err
    assert not (tmp_path / "picture.svg").exists()


@pytest.mark.parametrize(("columns", "first"), [(80, "┌──────"), (72, "datacenter 203.0.113.0/24 public")])
def test_a_terminal_too_narrow_for_the_picture_gets_a_list(cli: Cli, columns: int, first: str) -> None:
    ours, theirs = os.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with cli.start("graph", stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # EIO: nobody has it open any more
            while data := os.read(ours, 65536):
                shown += data
    os.close(ours)
    lines = shown.decode().split("\r\n")
    assert process.returncode == 0
    assert lines[0].startswith(first)
    assert max(map(len, lines)) <= columns


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--format", "png"],
            "lab graph: invalid value for '--format': 'png' is not one of 'text', 'svg', 'mermaid', ",
        ),
        (["-o", "nowhere/a.svg"], "lab: -o nowhere/a.svg: there is no folder "),
        (["-o", "."], "lab: -o .: that is a folder; name a file in it"),
        (["server"], "lab graph: got unexpected extra argument (server); see lab graph --help"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(cli: Cli, arguments: list[str], message: str) -> None:
    done = cli.inside("graph", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)
    assert len(done.err.splitlines()) == 1


def test_a_picture_that_cannot_be_written_leaves_the_old_one(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("old")
    assert cli.at(tmp_path).inside("--file", "missing.yaml", "graph", "-o", "a.svg").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert (tmp_path / "a.svg").read_text() == "old"
