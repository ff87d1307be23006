"""The supervisor of one program, as a real process: what it passes on, and that nothing outlives the program."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

SUPERVISE = [sys.executable, "-I", "-S", str(Path(__file__).parents[2] / "lab/host/supervise.py")]
DEADLINE_S = 10

STUBBORN = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
os.write(1, b"%d\\n" % os.getpid())
time.sleep(60)
"""
DAEMON = """
import os, sys, time
out, back = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(back, str(os.getpid()).encode())
        time.sleep(60)
    os._exit(0)
print(os.read(out, 20).decode(), flush=True)
sys.exit(3)
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SUPERVISE, *words], capture_output=True, text=True, check=False, timeout=DEADLINE_S)


@contextlib.contextmanager
def started(*words: str, **how: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([*SUPERVISE, *words], text=True, stdout=how.get("stdout", subprocess.PIPE), **how) as process:
        try:
            yield process
        finally:
            process.kill()


def is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
)
def test_the_status_is_the_programs_as_a_shell_gives_it(script: str, status: int) -> None:
    assert run("--", "sh", "-c", script).returncode == status


def test_a_command_that_is_not_there_ends_with_127() -> None:
    done = run("--", "no-such-program", "x")
    assert (done.returncode, done.stdout, done.stderr) == (127, "", "no-such-program: command not found\n")


def test_a_file_that_may_not_be_run_ends_with_126(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    assert (run("--", str(plain)).returncode, run("--", str(plain)).stderr) == (126, f"{plain}: Permission denied\n")


def test_a_script_whose_interpreter_is_not_there_is_told_from_a_missing_one(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    assert "interpreter" in run("--", str(script)).stderr


@pytest.mark.parametrize(
    "words", [[], ["--"], ["true"], ["--token"], ["--signal", "9"], ["--signal", "x", "--token", "t"]]
)
def test_a_wrong_command_line_is_a_usage_error(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")


def test_it_can_set_the_folder_and_refuses_one_that_is_not_there(tmp_path: Path) -> None:
    assert run("--cwd", str(tmp_path), "--", "pwd").stdout == f"{tmp_path}\n"
    done = run("--cwd", "/no/such", "--", "pwd")
    assert done.returncode == 126
    assert done.stderr == "pwd could not be started: [Errno 2] No such file or directory: '/no/such'\n"


def test_the_program_gets_default_signals_and_no_foreign_descriptors() -> None:
    code = "import os; print(sorted(os.listdir('/proc/self/fd')), [l for l in open('/proc/self/status') if 'Sig' in l])"
    with open(os.devnull) as inherited:  # noqa: PTH123
        argv = [*SUPERVISE, "--", sys.executable, "-I", "-S", "-c", code]
        done = subprocess.run(argv, capture_output=True, text=True, check=True, pass_fds=[inherited.fileno()])
    assert done.stdout.startswith("['0', '1', '2', '3']")  # 3 is the folder it lists
    assert "SigBlk:\\t0000000000000000" in done.stdout
    # Python itself ignores PIPE (13) and XFSZ (25) again, and nothing else may be ignored. Signals 32 and 33 are the C
    # library's own: whoever was started by posix_spawn(3), as under make, has them ignored, and nobody can change it.
    ignored = int(done.stdout.partition("SigIgn:\\t")[2][:16], 16) & ~(0b11 << 31)
    assert ignored == 1 << 12 | 1 << 24


def test_daemons_do_not_outlive_the_program() -> None:
    done = run("--", sys.executable, "-c", DAEMON)
    assert done.returncode == 3
    assert not is_alive(int(done.stdout))


def test_term_ends_even_who_ignores_it_within_two_seconds() -> None:
    with started("--", sys.executable, "-c", STUBBORN) as process:
        assert process.stdout is not None
        family = [int(process.stdout.readline()) for _ in range(2)]
        began = time.monotonic()
        process.terminate()
        assert process.wait(DEADLINE_S) == 137
        assert time.monotonic() - began < 2
    assert not any(map(is_alive, family))


def test_a_whole_tree_of_daemons_is_gone() -> None:
    seconds = str(60 + os.getpid() / 10**8)
    script = (
        'for i in 1 2 3; do setsid sh -c \'setsid sleep "$1" & setsid sleep "$1" & wait\' sh "$1" & done; sleep 0.2'
    )
    assert run("--", "sh", "-c", script, "sh", seconds).returncode == 0
    assert seconds not in subprocess.run(["ps", "ax"], capture_output=True, text=True, check=True).stdout


def test_the_program_does_not_outlive_a_supervisor_that_is_killed() -> None:
    with started("--", "sh", "-c", "echo $$; exec sleep 60") as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
        until(lambda: not is_alive(pid), "the program to end")


def test_an_interrupt_is_for_the_program_alone() -> None:
    with started("--", "sh", "-c", "echo ready; read line; echo $line", stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGQUIT)
        process.stdin.write("still here\n")
        process.stdin.close()
        assert process.stdout.readline() == "still here\n"
        assert process.wait(DEADLINE_S) == 0


def test_term_reaches_a_stopped_program() -> None:
    with started("--token", "stopped", "--", "sh", "-c", "echo $$; kill -STOP $$") as process:
        assert process.stdout is not None
        pid = process.stdout.readline().strip()
        until(lambda: " T " in Path(f"/proc/{pid}/stat").read_text(), "the program to stop")
        process.terminate()
        assert process.wait(DEADLINE_S) == 143


def test_a_signal_finds_the_program_by_its_token_only() -> None:
    with started("--token", "one", "--", "sleep", "60") as one, started("--token", "two", "--", "sleep", "60") as two:
        assert run("--signal", "10", "--token", "two").returncode == 0
        assert two.wait(DEADLINE_S) == 128 + signal.SIGUSR1
        assert one.poll() is None
        assert run("--signal", "9", "--token", "one").returncode == 0
        assert one.wait(DEADLINE_S) == 137
    assert run("--signal", "9", "--token", "one").returncode == 1


def test_nobody_holds_the_pipes_that_the_program_has_closed() -> None:
    with started("--", "sh", "-c", "exec >&- 2>&-; exec sleep 60") as process:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], DEADLINE_S)[0]
        assert process.stdout.read() == ""
        assert process.poll() is None


@pytest.mark.parametrize(("key", "status"), [(b"\x03", 130), (b"\x1c", 131)])
def test_keys_on_the_terminal_reach_the_program(key: bytes, status: int) -> None:
    with on_terminal("--", "sh", "-c", "stty -echo; echo ready; exec sleep 60") as (pid, terminal):
        read_until(terminal, b"ready")
        os.write(terminal, key)
        assert status_of(pid) == status


def test_control_z_wedges_nothing() -> None:
    with on_terminal("--", "sh", "-c", "echo ready; read line; echo got $line") as (pid, terminal):
        read_until(terminal, b"ready")
        os.write(terminal, b"\x1a")
        os.write(terminal, b"on\n")
        read_until(terminal, b"got on")
        assert status_of(pid) == 0


def test_a_terminal_that_is_gone_ends_the_program() -> None:
    with on_terminal("--", sys.executable, "-c", STUBBORN) as (pid, terminal):
        family = [int(word) for word in read_until(terminal, b"\n", count=2).split()]
        os.close(terminal)
        status_of(pid)
    assert not any(map(is_alive, family))


def test_the_terminal_has_its_size_before_the_program_starts() -> None:
    with on_terminal("--size", "77x11", "--", "stty", "size") as (pid, terminal):
        read_until(terminal, b"11 77")
        assert status_of(pid) == 0


@contextlib.contextmanager
def on_terminal(*words: str) -> Iterator[tuple[int, int]]:
    """The supervisor as the leader of a session on a terminal of its own, as an engine starts it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(SUPERVISE[0], [*SUPERVISE, *words])
    try:
        yield pid, terminal
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            os.close(terminal)


def read_until(terminal: int, text: bytes, count: int = 1) -> bytes:
    seen = b""
    while seen.count(text) < count:
        assert select.select([terminal], [], [], DEADLINE_S)[0], f"waited for {text!r}, saw {seen!r}"
        seen += os.read(terminal, 1000)
    return seen


def status_of(pid: int) -> int:
    ended: list[int] = []

    def has_ended() -> bool:
        found, status = os.waitpid(pid, os.WNOHANG)
        ended.append(status)
        return found == pid

    until(has_ended, "the supervisor to end")
    return os.waitstatus_to_exitcode(ended[-1])
