"""`lab exec`, `lab shell`, `lab link`: on hosts of the lab that is up."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import DEADLINE_S, ROOT, is_running
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Cli


class Terminal:
    """A person at a terminal, with `lab …` in the foreground of it."""

    def __init__(self, cli: Cli, *arguments: str) -> None:
        self._ours, theirs = os.openpty()
        self.size(91, 31)
        self.before = termios.tcgetattr(theirs)
        self.text = ""
        # setsid makes it the controlling terminal, so that Ctrl-C would reach `lab` if that did not prevent it.
        argv = ["setsid", "--ctty", "--wait", sys.executable, "-m", "lab", *arguments]
        self.process = subprocess.Popen(
            argv, cwd=cli.cwd, env=cli.environment, stdin=theirs, stdout=theirs, stderr=theirs
        )
        self.theirs = theirs

    def size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def sees(self, text: str) -> None:
        """Wait until this is on the screen, behind what was waited for before."""
        deadline = time.monotonic() + DEADLINE_S
        while text not in self.text:
            left = deadline - time.monotonic()
            assert left > 0, f"waited {DEADLINE_S} s for {text!r}; on the screen: {self.text!r}"
            if select.select([self._ours], [], [], left)[0]:
                self.text += os.read(self._ours, 4096).decode()
        self.text = self.text.partition(text)[2]

    def ends(self) -> int:
        """Its exit status, once the terminal is as it was."""
        status = self.process.wait(DEADLINE_S)
        assert termios.tcgetattr(self.theirs) == self.before
        return status

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self.theirs)


@contextlib.contextmanager
def terminal(cli: Cli, *arguments: str) -> Iterator[Terminal]:
    if shutil.which("setsid") is None:
        pytest.skip("setsid (util-linux) is not installed")
    found = Terminal(cli, *arguments)
    try:
        yield found
    finally:
        found.close()


def test_output_and_exit_status_pass_through(up: Cli) -> None:
    done = up("exec", "client-a1", "--", "sh", "-c", "hostname; echo wrong >&2; exit 7")
    assert (done.code, done.out, done.err) == (7, "client-a1\n", "wrong\n")


def test_a_command_that_is_not_there_is_said_so(up: Cli) -> None:
    done = up("exec", "server", "no-such-program")
    assert (done.code, done.out, done.err) == (127, "", "no-such-program: command not found\n")


def test_all_behind_the_host_is_the_command(up: Cli) -> None:
    assert up("exec", "server", "echo", "--name", "x", "--", "-h").out == "--name x -- -h\n"
    assert up("exec", "--name", "socket-lab", "server", "--", "echo", "--", "it").out == "-- it\n"


def test_bytes_pass_unchanged_both_ways_and_the_end_of_input_too(up: Cli) -> None:
    data = bytes(range(256)) * 8000
    with up.start("exec", "server", "cat", stdin=subprocess.PIPE) as process:
        out, err = process.communicate(data, timeout=DEADLINE_S)
    assert (process.returncode, err) == (0, b"")
    assert out == data


def test_an_input_that_nobody_reads_holds_nobody_up(up: Cli) -> None:
    with up.start("exec", "server", "true", stdin=subprocess.PIPE) as process:
        process.communicate(bytes(10_000_000), timeout=DEADLINE_S)
    assert process.returncode == 0


def test_no_input_at_all_is_an_ended_one(up: Cli) -> None:
    script = f"exec {sys.executable} -m lab exec server cat <&-"
    done = subprocess.run(["sh", "-c", script], cwd=ROOT, env=up.environment, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0


def test_nobody_reads_the_output_any_more(up: Cli) -> None:
    with up.start("exec", "server", "yes", "71113") as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(6) == b"71113\n"
        process.stdout.close()
        assert process.wait(DEADLINE_S) == 141
        assert process.stderr.read() == b""
    assert not is_running("yes", "71113")


def test_a_program_starts_where_one_is_if_hosts_see_that(up: Cli, tmp_path: Path) -> None:
    assert up.at(ROOT / "services")("exec", "server", "pwd").out == f"{ROOT}/services\n"
    away = up.at(tmp_path, LAB_FILE=str(ROOT / "docker-compose.yml"))
    assert away("exec", "server", "pwd").out == f"{ROOT}\n"


def test_an_interrupt_reaches_the_program_and_its_status_comes_back(up: Cli) -> None:
    script = "trap 'echo caught; exit 9' INT; echo ready; sleep 60 & wait"
    with up.start("exec", "server", "sh", "-c", script) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"caught\n"
        assert process.wait(DEADLINE_S) == 9


def test_sigterm_ends_the_program_too(up: Cli) -> None:
    with up.start("exec", "server", "sleep", "71114") as process:
        until(lambda: is_running("sleep", "71114"), "the program to run")
        process.terminate()
        assert process.wait(DEADLINE_S) == 143
    assert not is_running("sleep", "71114")


def test_a_terminal_passes_through_with_its_size_and_kind(up: Cli) -> None:
    with terminal(up, "exec", "server", "--", "sh", "-c", "stty size; echo $TERM; tty; read x; stty size") as person:
        person.sees("31 91\r\n")
        person.sees("xterm\r\n")
        person.sees("/dev/pts/")
        person.size(70, 20)
        until(lambda: _has_size(person, up), "the new size to arrive")
        person.type("\r")
        person.sees("20 70\r\n")
        assert person.ends() == 0


def _has_size(person: Terminal, up: Cli) -> bool:
    """The size is seen from another program of that host; its terminal is the only one there."""
    return up("exec", "server", "--", "sh", "-c", "stty size < /dev/pts/0").out == "20 70\n"


def test_control_c_on_a_terminal_reaches_the_program_and_not_the_lab(up: Cli) -> None:
    with terminal(
        up, "exec", "server", "--", "sh", "-c", "trap 'echo caught' INT; echo ready; read x; exit 4"
    ) as person:
        person.sees("ready")
        person.type("\x03")
        person.sees("caught")
        person.type("go on\r")
        assert person.ends() in (4, 1)  # whether an interrupted read is an error is for the shell to say


def test_the_terminal_is_restored_when_the_lab_is_told_to_end(up: Cli) -> None:
    with terminal(up, "exec", "server", "--", "sh", "-c", "echo ready; exec sleep 71115") as person:
        person.sees("ready")
        children = (ROOT / f"/proc/{person.process.pid}/task/{person.process.pid}/children").read_text().split()
        os.kill(int(children[0]) if children else person.process.pid, signal.SIGTERM)
        assert person.ends() == 143
    assert not is_running("sleep", "71115")


def test_a_shell_is_one_on_that_host(up: Cli) -> None:
    with terminal(up, "shell", "client-a1") as person:
        person.sees("client-a1")
        person.type("hostname; echo $((6*7))\r")
        person.sees("42")
        person.type("exit 5\r")
        assert person.ends() == 5
    done = up("shell", "server", stdin="hostname\nexit 3\n")
    assert (done.code, done.out) == (3, "server\n")


def test_a_link_is_cut_and_restored(up: Cli) -> None:
    ping = ["exec", "client-a2", "--", "python", "-c", CONNECT]
    done = up("link", "client-a2/home-a", "--down")
    assert (done.code, done.out, done.err) == (0, "client-a2/home-a: down\n", "")
    assert "Network is unreachable" in up(*ping).out
    assert up("link", "client-a2", "--restore").out == "client-a2/home-a: restored\n"
    assert "Connection refused" in up(*ping).out
    assert up("link", "client-a2", "--loss", "1.5%", "--rate", "1mbit", "--mtu", "600").out == (
        "client-a2/home-a: loss 1.5%, rate 1000kbit, mtu 600\n"
    )
    up("link", "client-a2", "--restore")


CONNECT = """
import socket
try:
    socket.create_connection(("server", 9), timeout=5)
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["exec", "sever", "true"], "lab: no host 'sever' in docker-compose.yml (did you mean 'server'?)"),
        (["shell", "clent-a1"], "lab: no host 'clent-a1' in docker-compose.yml (did you mean 'client-a1'?)"),
        (["exec", "server"], "lab exec: missing argument '[--] CMD…'; see lab exec --help"),
        (["exec", "server", "--"], "lab exec: a command is missing after --; see lab exec --help"),
        (
            ["exec", "server", "--name", "x", "--", "true"],
            "lab exec: '--name' is no command; options stand before HOST; see lab exec --help",
        ),
        (
            ["link", "client-a1/home-b", "--down"],
            "lab: client-a1 is not on network 'home-b' (did you mean 'home-a'?)",
        ),
        (
            ["link", "client-x/home-b", "--down"],
            "lab: no host 'client-x' in docker-compose.yml (did you mean 'client-b1'?)",
        ),
        (["link", "router-a", "--down"], "lab: which link of router-a? router-a/internet or router-a/home-a"),
        (["link", "client-a1", "--loss", "30"], "lab: --loss: '30' is no loss (allowed: above 0% to 100%)"),
        (["link", "client-a1", "--rate", "1"], "lab: --rate: '1' is no rate (allowed: 1kbit to 10gbit, like 1mbit)"),
        (
            ["link", "client-a1", "--delay", "1"],
            "lab: --delay: '1' is no delay (allowed: above 0ms to 10s, like 50ms)",
        ),
        (["link", "client-a1", "--mtu", "67"], "lab: --mtu: 67 is no MTU (allowed: 68 to 1500 bytes)"),
        (["link", "client-a1", "--mtu", "1.5k"], "lab: --mtu: 1.5k is no MTU (allowed: 68 to 1500 bytes)"),
        (
            ["link", "client-a1", "--down", "--restore"],
            (
                "lab link: how is it to be? --loss, --rate, --delay and --mtu, or --down, or --restore;"
                " see lab link --help"
            ),
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(up: Cli, arguments: list[str], message: str) -> None:
    done = up.inside(*arguments)
    assert (done.code, done.out, done.err) == (2, "", f"{message}\n")


@pytest.mark.parametrize("command", [["exec", "server", "true"], ["shell", "server"], ["link", "server", "--down"]])
def test_without_a_lab_the_message_says_how_to_get_one(cli: Cli, command: list[str]) -> None:
    done = cli.inside(*command)
    assert (done.code, done.out, done.err) == (2, "", "lab: no lab 'socket-lab' is up: lab up\n")
