"""What only the embedded engine promises: nothing is left behind, whatever dies; no first packet is late; no root."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.engines import netns
from lab.engines.netns import filesystem, plan, state
from lab.errors import LabError, Unavailable, UsageError
from lab.process import Process
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.topology import Topology

ROOT = Path(__file__).parents[2]
DEADLINE_S = 20

ECHO = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("0.0.0.0", 4000))
    print("bound", flush=True)
    for _ in range(3):
        s.sendto(*s.recvfrom(100))
"""
ROUND_TRIP = """
import socket, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(5)
    began = time.monotonic()
    s.sendto(b"x", ("203.0.113.10", 4000))
    s.recv(100)
    print(time.monotonic() - began)
"""


def processes_with(word: str) -> list[int]:
    """All processes of this machine that have the word among their arguments."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if word.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def holder_of(name: str) -> int:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(str(state.root() / name / "control"))
        pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return int(pid)


@pytest.fixture
def name() -> Iterator[str]:
    """A name for a lab that is gone after the test."""
    name = f"test-own-{os.getpid()}"
    yield name
    netns.down(name)


def test_kill_9_of_the_holder_leaves_nothing(topology: Topology, name: str) -> None:
    lab = netns.up(topology, name, ROOT)
    programs = [Process.start(lab, host, ["sleep", "4711.1"]) for host in ("server", "client-a1")]
    programs.append(Process.start(lab, "server", ["sh", "-c", "setsid sleep 4711.1 & exec sleep 4711.1"]))
    until(lambda: len(processes_with("4711.1")) == 4, "four programs")
    mounts = Path("/proc/self/mounts").read_text()

    os.kill(holder_of(name), signal.SIGKILL)

    until(lambda: not processes_with("4711.1"), "all programs gone")
    assert Path("/proc/self/mounts").read_text() == mounts
    with pytest.raises(LabError, match="the lab ended while a program ran"):
        programs[0].wait(DEADLINE_S)
    for program in programs:
        program.close()
    assert not state.is_alive(state.root() / name)
    assert [(found.name, found.ailment) for found in netns.running() if found.name == name] == [
        (name, "it ended without lab down")
    ]
    with pytest.raises(UsageError, match=f"no lab '{name}' is up"):
        netns.attach(topology, name)
    assert netns.down(name)
    assert not list(state.root().glob(f"{name}*"))


def test_a_lab_can_come_up_where_another_was_killed(topology: Topology, name: str) -> None:
    netns.up(topology, name, ROOT).close()
    os.kill(holder_of(name), signal.SIGKILL)
    until(lambda: not state.is_alive(state.root() / name), "the holder gone")
    netns.up(topology, name, ROOT).close()
    assert state.is_alive(state.root() / name)


def test_a_tethered_lab_does_not_outlive_its_process(topology: Topology, name: str) -> None:
    code = (
        "import sys, time; from pathlib import Path; from lab.compose import load_topology;"
        "from lab.engines import netns; from lab.process import Process;"
        "lab = netns.up(load_topology(Path('docker-compose.yml')), sys.argv[1], Path.cwd(), tethered=True);"
        "p = Process.start(lab, 'server', ['sleep', '4712.1']); print('up', flush=True); time.sleep(60)"
    )
    argv = [sys.executable, "-c", code, name]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        until(lambda: bool(processes_with("4712.1")), "the program")
        owner.kill()
    until(lambda: not processes_with("4712.1"), "the program gone")
    until(lambda: not state.is_alive(state.root() / name), "the holder gone")
    assert name not in [found.name for found in netns.running()]
    assert not list(state.root().glob(f"{name}*"))


def test_a_lab_that_cannot_be_made_leaves_nothing_and_says_why(topology: Topology, name: str) -> None:
    wrong = topology.nodes["server"].__class__(
        name="server", interfaces=topology.nodes["server"].interfaces, sysctls={"net.ipv4.ip_forward": "maybe"}
    )
    broken = topology.__class__(
        name=topology.name,
        file=topology.file,
        digest="broken",
        networks=topology.networks,
        nodes={**topology.nodes, "server": wrong},
    )
    with pytest.raises(LabError, match=r"^the lab could not be made: server: .*Invalid argument"):
        netns.up(broken, name, ROOT)
    assert name not in [found.name for found in netns.running()]
    assert not (state.root() / name).exists()


def test_two_labs_do_not_meet(topology: Topology, name: str) -> None:
    other = f"{name}-2"
    try:
        with netns.up(topology, name, ROOT) as first, netns.up(topology, other, ROOT) as second:
            argv = ["python", "-c", ECHO]
            with Process.start(first, "server", argv) as server:
                until(lambda: bool(server.output.complete_lines()), "the server")
                with Process.start(second, "client-a1", ["python", "-c", ROUND_TRIP]) as client:
                    assert client.wait(DEADLINE_S) == 1
                    assert "TimeoutError" in client.output.all_lines()[-1].text
            netns.down(other)
            with Process.start(first, "server", ["true"]) as still_there:
                assert still_there.wait(DEADLINE_S) == 0
    finally:
        netns.down(other)


def test_the_first_datagram_through_the_nat_is_never_late(topology: Topology, name: str) -> None:
    """200 fresh labs. One that is lost to ARP or to a link that is not up yet comes back a second later."""
    late = []
    for _ in range(200):
        with (
            netns.up(topology, name, ROOT, tethered=True) as lab,
            Process.start(lab, "server", ["python", "-c", ECHO]) as server,
        ):
            until(lambda server=server: bool(server.output.complete_lines()), "the server")
            with Process.start(lab, "client-a1", ["python", "-c", ROUND_TRIP]) as client:
                assert client.wait(DEADLINE_S) == 0
                round_trip_s = float(client.output.all_lines()[0].text)
                if round_trip_s > 0.9:
                    late.append(round_trip_s)
    assert late == []


def test_what_up_would_do_can_be_typed_by_hand(topology: Topology, tmp_path: Path) -> None:
    """Every line of `lab up --show`, in a shell, as root of a new user namespace: and the lab works."""
    script = tmp_path / "by-hand.sh"
    shown = plan.make_plan(topology, fast=shutil.which("ethtool", path=filesystem.PATH) is None).shown()
    lines = ["set -e", "mount -t tmpfs none /run", "ip link set lo up", *shown]
    lines.append(f"ip netns exec server {sys.executable} -c '{ECHO}' | grep -m1 -q bound &")
    lines.append("until ip netns exec server grep -q :0FA0 /proc/net/udp; do :; done")
    lines.append(f"ip netns exec client-a1 {sys.executable} -c '{ROUND_TRIP}'")
    script.write_text("\n".join(lines))
    argv = ["unshare", "-Urnmpf", "--mount-proc", "--kill-child", "sh", str(script)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.splitlines()[-1]) < 5


def test_without_nft_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, topology: Topology
) -> None:
    (tmp_path / "ip").touch(mode=0o755)
    monkeypatch.setattr("lab.engines.netns.filesystem.PATH", str(tmp_path))
    assert netns.unavailable() == "the netns engine needs 'nft': sudo apt-get install nftables"
    with pytest.raises(Unavailable, match="the netns engine needs 'nft'"):
        netns.up(topology, "never", ROOT)


def test_without_user_namespaces_and_root_it_says_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(netns, "_user_namespaces_work", lambda: False)
    reason = netns.unavailable()
    assert reason is not None
    assert reason.startswith("this machine allows ordinary users no user namespaces: run as root, or")


def test_root_needs_no_user_namespace(monkeypatch: pytest.MonkeyPatch, topology: Topology, name: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can do without user namespaces")
    monkeypatch.setattr(netns, "_user_namespaces_work", lambda: False)
    with (
        netns.up(topology, name, ROOT, tethered=True) as lab,
        Process.start(lab, "server", ["python", "-c", ECHO]) as server,
    ):
        until(lambda: bool(server.output.complete_lines()), "the server")
        with Process.start(lab, "client-a1", ["python", "-c", ROUND_TRIP]) as client:
            assert client.wait(DEADLINE_S) == 0
        with Process.start(lab, "server", ["cat", "/etc/shadow"]) as thief:
            assert thief.wait(DEADLINE_S) == 1
            assert "Permission denied" in thief.output.all_lines()[0].text


def test_a_workspace_that_programs_could_not_read_is_refused(topology: Topology, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("an ordinary user's programs run as that user")
    tmp_path.chmod(0o700)
    with pytest.raises(UsageError, match=f"programs on hosts run as nobody, who may not read {tmp_path}: chmod o"):
        netns.up(topology, "never", tmp_path)


def test_hosts_see_nothing_of_the_machine_but_its_programs(topology: Topology, name: str) -> None:
    secret = Path.home() / f".socket-lab-test-{os.getpid()}"
    secret.write_text("secret")
    try:
        with netns.up(topology, name, ROOT, tethered=True) as lab:
            argv = [
                "sh",
                "-c",
                f"cat {secret}; ls -A /home /root /mnt /media /srv 2>/dev/null | grep -v : ; ls /run; true",
            ]
            with Process.start(lab, "server", argv) as process:
                process.wait(DEADLINE_S)
                text = "\n".join(line.text for line in process.output.all_lines())
        assert "secret" not in text.replace(str(secret), "")
        assert "No such file or directory" in text
        assert "docker.sock" not in text
    finally:
        secret.unlink()
