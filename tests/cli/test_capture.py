"""`lab capture` and `lab nat`: what passes, and what a router remembers of it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import DEADLINE_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Cli

SEND = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("", 40002))
    s.sendto(b"sally", ("server", 3000))
"""
LISTEN = """
import socket, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("", 3000))
    print("bound", flush=True)
    time.sleep(1000)
"""


@pytest.fixture(scope="module", autouse=True)
def server(up: Cli) -> Iterator[None]:
    with up.start("exec", "server", "--", "python", "-c", LISTEN) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"bound\n"
        yield
        process.terminate()


def send(up: Cli, client: str = "client-a1") -> None:
    assert up("exec", client, "--", "python", "-c", SEND).code == 0


@contextlib.contextmanager
def capturing(up: Cli, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A capture that has begun."""
    with up.start("capture", *words) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline().endswith(b"; Ctrl-C ends it\n")
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Status, output and last words of one that ends by itself."""
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out.decode(), err.decode()


def test_a_packet_is_a_line_at_each_place_that_it_passes(up: Cli) -> None:
    with capturing(up, "router-a", "--count", "2") as process:
        send(up)
        status, out, err = ended(process)
    assert (status, err) == (0, "2 packets at 2 interfaces; none is missing\n")
    lines = [re.sub(r"^ +[0-9]+\.[0-9]{6}  ", "", line) for line in out.splitlines()]
    assert lines == [
        "router-a/home-a    in   192.168.1.10:40002 > 203.0.113.10:3000 UDP 5 'sally'  (client-a1 > server)",
        "router-a/internet  out  198.51.100.11:40002 > 203.0.113.10:3000 UDP 5 'sally'  (router-a > server)",
    ]
    assert out.startswith("  0.000000  ")


def test_an_interrupt_ends_it_and_is_no_error(up: Cli) -> None:
    with capturing(up, "client-b1", "--only", "tcp,udp/3000", "--only", "udp/53", "--show", "ttl") as process:
        send(up, "client-b1")
        process.send_signal(signal.SIGINT)
        status, out, err = ended(process)
    assert (status, err) == (0, "1 packet at 1 interface; none is missing\n")
    assert out.endswith("  192.168.1.10:40002 > 203.0.113.10:3000 ttl 64 UDP 5 'sally'  (client-b1 > server)\n")


def test_what_does_not_count_is_not_shown(up: Cli) -> None:
    with capturing(up, "client-a1", "--only", "tcp") as process:
        send(up)
        process.send_signal(signal.SIGINT)
        assert ended(process) == (0, "", "0 packets at 1 interface; none is missing\n")


def test_as_json_each_packet_is_an_object(up: Cli) -> None:
    with capturing(up, "server", "router-a/internet", "--only", "udp", "--json", "--count", "2") as process:
        send(up)
        _, out, _ = ended(process)
    first, second = map(json.loads, out.splitlines())
    text = "198.51.100.11:40002 > 203.0.113.10:3000 UDP 5 'sally'"
    assert first | {"time_s": 0} == {
        "version": 1,
        "time_s": 0,
        "host": "router-a",
        "network": "internet",
        "outgoing": True,
        "length": 47,
        "text": text,
    }
    assert (second["host"], second["outgoing"], second["text"]) == ("server", False, text)
    assert first["time_s"] <= second["time_s"]


@pytest.mark.parametrize("way", ["file", "pipe"])
def test_wireshark_reads_what_is_written(up: Cli, tmp_path: Path, way: str) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    path = tmp_path / "all.pcapng"
    with capturing(up, "router-a", "-w", str(path) if way == "file" else "-") as process:
        send(up)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    assert re.fullmatch(rb"[0-9]+ packets at 2 interfaces; none is missing\n", err)
    if way == "pipe":
        path.write_bytes(out)
    wanted = ["frame.interface_name", "ip.src", "ip.dst_host", "udp.srcport"]
    argv = ["tshark", "-r", str(path), "-Y", "udp.dstport == 3000", "-T", "fields"]
    argv += [word for field in wanted for word in ("-e", field)]
    told = subprocess.run(argv, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert [line.split("\t") for line in told.stdout.splitlines()] == [
        ["router-a/home-a", "192.168.1.10", "203.0.113.10", "40002"],
        ["router-a/internet", "198.51.100.11", "203.0.113.10", "40002"],
    ]


def test_nobody_reads_the_lines_any_more(up: Cli) -> None:
    with capturing(up, "server", "--only", "udp") as process:
        assert process.stdout is not None
        process.stdout.close()
        send(up)
        assert process.wait(DEADLINE_S) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_when_the_lab_goes_the_capture_says_so(cli: Cli) -> None:
    cli("up")
    with capturing(cli, "server") as process:
        cli("down")
        status, out, err = ended(process)
    assert (status, out) == (3, "")
    assert err.startswith("lab: the capture on server ended too early: ")


def test_a_home_routers_table_tells_who_is_behind_it(up: Cli) -> None:
    send(up)
    done = up("nat", "router-a")
    assert (done.code, done.err) == (0, "")
    flow = "udp 192.168.1.10:40002 > 203.0.113.10:3000 as 198.51.100.11:40002"
    assert f"{flow}  (client-a1 > server)" in done.out.splitlines()
    report = up("nat", "router-a", "--json").report
    assert (report["version"], report["router"]) == (1, "router-a")
    assert {
        "protocol": "udp",
        "source": {"address": "192.168.1.10", "port": 40002},
        "target": {"address": "203.0.113.10", "port": 3000},
        "outside": {"address": "198.51.100.11", "port": 40002},
        "inside": {"address": "203.0.113.10", "port": 3000},
    } in report["flows"]


def test_an_empty_table_and_none_at_all_are_told_in_words(cli: Cli) -> None:
    cli("up")
    done = cli("nat", "router-b")
    assert (done.code, done.out, done.err) == (0, "", "nothing has passed through router-b lately\n")
    done = cli("nat", "isp")
    assert (done.code, done.out, done.err) == (0, "", "isp translates nothing (home routers: router-a, router-b)\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["capture", "sever"], "lab: no host 'sever' in docker-compose.yml (did you mean 'server'?)"),
        (["capture", "router-a/home-b"], "lab: router-a is not on network 'home-b' (did you mean 'home-a'?)"),
        (
            ["capture", "--only", "udp,foo"],
            "lab: --only: 'foo' is no sort of packets (allowed: arp, icmp, udp, tcp, udp/PORT, tcp/PORT)",
        ),
        (["capture", "--show", "tll"], "lab: --show: nothing of a packet is called 'tll' (did you mean 'ttl'?)"),
        (["capture", "-w", "/nowhere/x.pcapng"], "lab: -w /nowhere/x.pcapng: No such file or directory"),
        (
            ["capture", "-w", "x.pcapng", "--json"],
            "lab capture: --show and --json say nothing of a file; see lab capture --help",
        ),
        (["nat", "router-c"], "lab: no host 'router-c' in docker-compose.yml (did you mean 'router-b'?)"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(up: Cli, arguments: list[str], message: str) -> None:
    done = up.inside(*arguments)
    assert (done.code, done.out, done.err) == (2, "", f"{message}\n")


@pytest.mark.parametrize("command", [["capture"], ["nat", "router-a"]])
def test_without_a_lab_the_message_says_how_to_get_one(cli: Cli, command: list[str]) -> None:
    done = cli.inside(*command)
    assert (done.code, done.out, done.err) == (2, "", "lab: no lab 'socket-lab' is up: lab up\n")
