"""What every engine must do, whoever implements it: the contract of lab/engines/base.py, on real hosts."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError, Unavailable, UsageError
from lab.links import LinkChange, change_link
from lab.process import Process
from tests.waiting import until

if TYPE_CHECKING:
    from lab.engines.base import Engine, Lab
    from lab.topology import Topology

ROOT = Path(__file__).parents[2]
DEADLINE_S = 20

UDP_ONCE = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(float(sys.argv[3]))
    s.sendto(b"x", (sys.argv[1], int(sys.argv[2])))
    print(s.recv(100).decode())
"""
UDP_SERVER = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("0.0.0.0", 4000))
    print("bound", flush=True)
    while True:
        data, peer = s.recvfrom(100)
        s.sendto(peer[0].encode(), peer)
"""
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1.5).close()
    print("connected")
except OSError as error:
    print(type(error).__name__)
"""


def output(process: Process) -> str:
    """All lines the program printed, once it has ended by itself."""
    assert process.wait(DEADLINE_S) is not None, "still running"
    return "\n".join(line.text for line in process.output.all_lines())


def run(lab: Lab, host: str, *argv: str, tty: bool = True, privileged: bool = False) -> tuple[int | None, str]:
    program = lab.spawn(host, argv, env={"LANG": "C.UTF-8"}, tty=tty, privileged=privileged)
    with Process(program, tty=tty) as process:
        text = output(process)
        return process.wait(DEADLINE_S), text


def line_comes(process: Process, text: str) -> None:
    until(lambda: text in [line.text for line in process.output.complete_lines()], f"the line {text!r}")


# Programs


def test_a_program_sees_its_host_name_its_own_tmp_and_the_workspace(lab: Lab) -> None:
    status, text = run(lab, "client-a1", "sh", "-c", "hostname; pwd; ls README.md; echo x >/tmp/mine; ls /tmp/mine")
    assert (status, text) == (0, f"client-a1\n{ROOT}\nREADME.md\n/tmp/mine")
    assert run(lab, "client-a2", "ls", "/tmp/mine")[0] != 0


def test_the_workspace_is_read_only(lab: Lab) -> None:
    status, text = run(lab, "client-a1", "touch", "intruder")
    assert status != 0
    assert "Read-only file system" in text
    assert not (ROOT / "intruder").exists()


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
)
def test_the_exit_status_is_that_of_a_shell(lab: Lab, script: str, status: int) -> None:
    assert run(lab, "server", "sh", "-c", script) == (status, "")


def test_a_command_that_is_not_there_ends_with_127_and_says_so(lab: Lab) -> None:
    assert run(lab, "server", "no-such-program", "x") == (127, "no-such-program: command not found")


def test_arguments_arrive_as_they_are(lab: Lab) -> None:
    words = ["", "two words", "$HOME", "*", "'", "下午好", "a\nb"]
    code = "import sys; print(sys.argv[1:])"
    assert run(lab, "server", "python", "-c", code, *words) == (0, str(words))


def test_programs_have_a_terminal_of_80_columns_unless_they_get_pipes(lab: Lab) -> None:
    code = "import os, sys; print(os.isatty(0), os.isatty(1), os.isatty(2))"
    assert run(lab, "server", "python", "-c", code) == (0, "True True True")
    assert run(lab, "server", "python", "-c", code, tty=False) == (0, "False False False")
    assert run(lab, "server", "stty", "size") == (0, "24 80")


def test_standard_error_is_told_apart_on_pipes(lab: Lab) -> None:
    argv = ["sh", "-c", "echo out; echo err >&2"]
    with Process.start(lab, "server", argv, tty=False) as process:
        assert process.wait(DEADLINE_S) == 0
        pieces = [(piece.stream, piece.data) for piece in process.output.pieces]
    assert sorted(pieces) == [("stderr", b"err\n"), ("stdout", b"out\n")]


@pytest.mark.parametrize("tty", [True, False])
def test_what_is_typed_arrives_and_is_seen(lab: Lab, tty: bool) -> None:
    code = "print('HELLO ' + input('Name: ').upper())"
    with Process.start(lab, "server", ["python", "-c", code], tty=tty) as process:
        until(lambda: process.output.partial == "Name: ", "the prompt")
        process.type("sally")
        assert output(process) == "Name: sally\nHELLO SALLY"


@pytest.mark.parametrize("tty", [True, False])
def test_control_d_ends_the_input(lab: Lab, tty: bool) -> None:
    with Process.start(lab, "server", ["cat"], tty=tty) as process:
        process.type("last")
        line_comes(process, "last")
        process.press("^D")
        assert process.wait(DEADLINE_S) == 0


@pytest.mark.parametrize("tty", [True, False])
def test_control_c_interrupts(lab: Lab, tty: bool) -> None:
    with Process.start(lab, "server", ["sh", "-c", "echo ready; exec sleep 60"], tty=tty) as process:
        line_comes(process, "ready")
        process.press("^C")
        assert process.wait(DEADLINE_S) == 128 + signal.SIGINT


def test_a_stopped_program_ends_with_its_children_within_two_seconds(lab: Lab) -> None:
    script = "trap '' TERM; (trap '' TERM; echo up; sleep 71) & sleep 71"
    with Process.start(lab, "server", ["sh", "-c", script]) as process:
        line_comes(process, "up")
        began = time.monotonic()
        assert process.stop() == 137
        assert time.monotonic() - began < 3
    assert "sleep 71" not in run(lab, "server", "ps", "ax")[1]


def test_a_daemon_does_not_outlive_the_program_that_made_it(lab: Lab) -> None:
    argv = ["sh", "-c", "setsid sleep 72 >/dev/null 2>&1 </dev/null & exit 3"]
    assert run(lab, "server", *argv)[0] == 3
    assert "sleep 72" not in run(lab, "server", "ps", "ax")[1]


def test_a_flood_is_bounded_and_does_not_stop_the_program(lab: Lab) -> None:
    with Process.start(
        lab, "server", ["sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' 'x'; echo; echo end"]
    ) as process:
        assert process.wait(DEADLINE_S * 2) == 0
        kept = sum(len(piece.data) for piece in process.output.pieces)
        assert kept < 1_000_000
        assert process.output.cut_bytes + kept >= 20_000_000
        assert process.output.all_lines()[-1].text == "end"


def test_binary_output_is_shown_harmlessly(lab: Lab) -> None:
    text = run(lab, "server", "printf", r"\033[31mred\000\377\n")[1]
    assert text == "␛[31mred␀�"


def test_programs_have_no_capabilities_and_root_is_nobody_they_can_become(lab: Lab) -> None:
    text = run(lab, "server", "grep", "-E", "CapEff|CapBnd|NoNewPrivs", "/proc/self/status")[1]
    assert "CapEff:\t0000000000000000" in text
    assert "NoNewPrivs:\t1" in text
    status, _ = run(lab, "router-a", "ip", "link", "set", "lo", "down")
    assert status != 0


def test_an_unknown_host_is_refused_with_a_suggestion(lab: Lab) -> None:
    with pytest.raises(UsageError, match=r"no host 'sever' in docker-compose.yml \(did you mean 'server'\?\)"):
        lab.spawn("sever", ["true"], env={})


# The network


def test_names_resolve_as_the_topology_says(lab: Lab) -> None:
    assert run(lab, "client-b1", "getent", "ahostsv4", "server")[1].startswith("203.0.113.10 ")
    assert run(lab, "server", "getent", "ahostsv4", "router-a")[1].startswith("198.51.100.11 ")
    assert run(lab, "client-a1", "getent", "ahostsv4", "client-a2")[1].startswith("192.168.1.11 ")
    assert run(lab, "router-b", "getent", "ahostsv4", "client-b1")[1].startswith("192.168.1.10 ")
    assert run(lab, "server", "getent", "ahostsv4", "client-a1")[0] != 0
    assert run(lab, "client-b1", "getent", "ahostsv4", "client-a2")[0] != 0


def test_the_server_sees_the_home_router_instead_of_the_client(lab: Lab) -> None:
    with Process.start(lab, "server", ["python", "-c", UDP_SERVER]) as server:
        line_comes(server, "bound")
        for client, seen in (
            ("client-a1", "198.51.100.11"),
            ("client-a2", "198.51.100.11"),
            ("client-b1", "198.51.100.12"),
        ):
            assert run(lab, client, "python", "-c", UDP_ONCE, "server", "4000", "5") == (0, seen)


def test_nobody_comes_in_uninvited(lab: Lab) -> None:
    for address in ("192.168.1.10", "198.51.100.11"):
        assert run(lab, "server", "python", "-c", CONNECT, address, "80")[1] != "connected"


@pytest.mark.parametrize("host", ["client-a1", "server", "isp"])
def test_no_host_reaches_the_machine_or_the_outside(lab: Lab, host: str) -> None:
    for address in ("192.0.2.1", "8.8.8.8", "172.17.0.1", "203.0.113.254", "198.51.100.254"):
        assert run(lab, host, "python", "-c", CONNECT, address, "53")[1] in ("OSError", "TimeoutError"), address


def test_home_routers_forward_and_hosts_do_not(lab: Lab) -> None:
    assert run(lab, "router-a", "cat", "/proc/sys/net/ipv4/ip_forward")[1] == "1"
    assert run(lab, "client-a1", "cat", "/proc/sys/net/ipv4/ip_forward")[1] == "0"


def test_ports_below_1024_need_a_privilege_that_programs_do_not_have(lab: Lab) -> None:
    code = "import socket; socket.socket().bind(('', 80))"
    assert "PermissionError" in run(lab, "server", "python", "-c", code)[1]


# Links


def test_a_link_that_is_down_is_down_until_restored(lab: Lab) -> None:
    with Process.start(lab, "server", ["python", "-c", UDP_SERVER]) as server:
        line_comes(server, "bound")
        ask = ["python", "-c", UDP_ONCE, "server", "4000", "1"]
        change_link(lab, "client-a1", "home-a", LinkChange(down=True))
        assert "unreachable" in run(lab, "client-a1", *ask)[1]
        change_link(lab, "client-a1", "home-a", LinkChange())
        assert run(lab, "client-a1", *ask) == (0, "198.51.100.11")


def test_one_link_is_restored_while_another_is_down(lab: Lab) -> None:
    change_link(lab, "router-a", "internet", LinkChange(down=True))
    change_link(lab, "router-a", "home-a", LinkChange(down=True))
    change_link(lab, "router-a", "home-a", LinkChange())
    change_link(lab, "router-a", "internet", LinkChange())
    assert "default via 198.51.100.1" in run(lab, "router-a", "ip", "-color=never", "route")[1]


def test_all_is_lost_at_a_loss_of_100_percent_and_nothing_after(lab: Lab) -> None:
    with Process.start(lab, "server", ["python", "-c", UDP_SERVER]) as server:
        line_comes(server, "bound")
        ask = ["python", "-c", UDP_ONCE, "server", "4000", "1"]
        change_link(lab, "router-a", "internet", LinkChange(loss_percent=100))
        assert "TimeoutError" in run(lab, "client-a1", *ask)[1]
        assert run(lab, "client-b1", *ask) == (0, "198.51.100.12")
        change_link(lab, "router-a", "internet", LinkChange())
        assert run(lab, "client-a1", *ask) == (0, "198.51.100.11")


def test_a_rate_makes_a_link_slow(lab: Lab) -> None:
    change_link(lab, "client-a2", "home-a", LinkChange(rate_kbit=800))
    code = "import socket; s = socket.create_connection(('client-a1', 4001)); s.sendall(bytes(100_000)); s.close()"
    sink = (
        "import socket; s = socket.create_server(('', 4001)); print('bound', flush=True); c, _ = s.accept();"
        " print(sum(iter(lambda: len(c.recv(65536)), 0)))"
    )
    try:
        with Process.start(lab, "client-a1", ["python", "-c", sink]) as server:
            line_comes(server, "bound")
            began = time.monotonic()
            assert run(lab, "client-a2", "python", "-c", code)[0] == 0
            assert output(server) == "bound\n100000"
            assert time.monotonic() - began > 0.5  # 100,000 bytes take 1 s at 800 kbit/s, less what buffers hold
    finally:
        change_link(lab, "client-a2", "home-a", LinkChange())


# Networks

EAVESDROP = """
import socket, struct
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)) as s:
    print("bound", flush=True)
    overheard = 0
    while (port := struct.unpack("!H", (frame := s.recv(2000))[36:38])[0]) != 4999:
        overheard += frame[23] == 17 and 4000 in struct.unpack("!HH", frame[34:38])
    print(overheard)
"""
MARK = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('client-a2', 4999))"


def overheard(lab: Lab) -> int:
    """How many datagrams between client-a1 and the server client-a2 sees, out of two."""
    with Process(
        lab.spawn("client-a2", ["python", "-c", EAVESDROP], env={"PYTHONUNBUFFERED": "1"}, tty=False, privileged=True),
        tty=False,
    ) as eavesdropper:
        line_comes(eavesdropper, "bound")
        assert run(lab, "client-a1", "python", "-c", UDP_ONCE, "server", "4000", "5")[0] == 0
        assert run(lab, "client-a1", "python", "-c", MARK)[0] == 0
        return int(output(eavesdropper).splitlines()[-1])


def test_a_network_becomes_a_hub_and_a_switch_again_where_the_engine_can(lab: Lab) -> None:
    if not lab.can_be_hub:
        with pytest.raises(Unavailable, match=r"^home-a stays a switch"):
            lab.set_hub("home-a", on=True)
        return
    with Process.start(lab, "server", ["python", "-c", UDP_SERVER]) as server:
        line_comes(server, "bound")
        assert run(lab, "client-a1", "python", "-c", UDP_ONCE, "server", "4000", "5")[0] == 0  # who is where is known
        assert overheard(lab) == 0
        lab.set_hub("home-a", on=True)
        try:
            assert overheard(lab) == 2
        finally:
            lab.set_hub("home-a", on=False)
        assert run(lab, "client-a1", "python", "-c", UDP_ONCE, "server", "4000", "5")[0] == 0
        assert overheard(lab) == 0


# The lab itself


def test_a_lab_is_found_again_by_its_name_and_gone_after_down(engine: Engine, topology: Topology, lab: Lab) -> None:
    if engine.__name__.endswith("docker"):
        pytest.skip("Docker holds one lab of these subnets at a time: tests/engines/test_docker_engine.py does this")
    name = f"again-{os.getpid()}"
    engine.up(topology, name, ROOT).close()
    try:
        with engine.attach(topology, name) as again:
            assert run(again, "server", "hostname") == (0, "server")
        assert name in [found.name for found in engine.running()]
        with pytest.raises(LabError, match="is up already"):
            engine.up(topology, name, ROOT)
    finally:
        assert engine.down(name)
    assert not engine.down(name)
    assert name not in [found.name for found in engine.running()]
    with pytest.raises(UsageError, match=f"no lab '{name}' is up: lab up"):
        engine.attach(topology, name)
