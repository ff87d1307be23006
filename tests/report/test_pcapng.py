"""A run's capture file: tshark reads it without complaint and finds places, hosts and steps in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.engines import netns

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two scenarios that ran one after the other."""
    if (reason := netns.unavailable()) is not None:
        pytest.skip(reason)
    file = tmp_path_factory.mktemp("run") / "run.pcapng"
    argv = [sys.executable, "-m", "lab", "--engine", "netns", "run", "udp-echo", "udp-fragments", "--fresh"]
    subprocess.run([*argv, "--pcapng", str(file)], cwd=ROOT, check=True, capture_output=True, timeout=60)
    return file


def tshark(file: Path, *words: str) -> str:
    argv = ["tshark", "-n", "-r", str(file), *words]
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60, env=env)
    said = [line for line in done.stderr.splitlines() if "Running as user" not in line]
    assert said == []
    return done.stdout


def test_every_interface_on_the_way_is_in_it_and_named(capture: Path) -> None:
    lines = tshark(capture, "-T", "fields", "-e", "frame.interface_name").splitlines()
    echo = {line for line in lines if line.startswith("udp-echo ")}
    assert {"udp-echo client-a1/home-a", "udp-echo router-a/internet", "udp-echo server/datacenter"} <= echo
    assert "udp-fragments isp/internet" in lines


def test_packets_are_whole_and_of_today(capture: Path) -> None:
    found = json.loads(tshark(capture, "-Y", 'frame contains "sally"', "-T", "json"))
    assert len(found) == 6  # at six interfaces on the way
    for packet in found:
        frame = packet["_source"]["layers"]["frame"]
        assert frame["frame.len"] == frame["frame.cap_len"]
    (first, *_) = tshark(capture, "-T", "fields", "-e", "frame.time_epoch").splitlines()
    assert abs(time.time() - float(first)) < 600
    assert max(map(int, tshark(capture, "-T", "fields", "-e", "frame.cap_len").split())) == 1514


def test_only_an_address_that_one_host_has_gets_a_name(capture: Path) -> None:
    hosts = tshark(capture, "-N", "n", "-q", "-z", "hosts")
    assert "203.0.113.10\tserver" in hosts
    assert "192.168.1.10" not in hosts  # two homes have one


def test_steps_stand_beside_their_first_packets(capture: Path) -> None:
    comments = [line for line in tshark(capture, "-T", "fields", "-e", "frame.comment").splitlines() if line]
    assert any("client on client-a1: python services/udp_echo.py client 203.0.113.10" in line for line in comments)
