#!/usr/bin/env python3
"""Runs one program on a host, and when it ends, ends all that it started.

    supervise.py [--token T] [--cwd FOLDER] [--size COLUMNSxROWS] -- CMD...
                                         run CMD; the exit status is that of CMD, as a shell gives it
    supervise.py --signal N --token T    send signal N to the program that runs under this token

SIGTERM or SIGHUP to the supervisor ends the program: TERM to its group, after `PATIENCE_S` KILL to everything.
It is on the path of every program that starts, so it imports little.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

TYPE_CHECKING = False  # type checkers know this name; importing typing would cost a third of our start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import NoReturn

PATIENCE_S = 1.0
CLEAN_UP_S = 5.0
"""Longer than this nobody waits for killed processes that the kernel cannot end (man ps: state D)."""
TOKEN_S = 2.0
"""How long `--signal` waits for a program that is only just starting."""

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36

# Keys on the terminal are for the program. TTOU must not stop us while we hand the terminal over.
IGNORED = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE)
ENDING = (signal.SIGTERM, signal.SIGHUP)
USAGE = """usage: supervise.py [--token T] [--cwd FOLDER] [--size COLUMNSxROWS] -- CMD...
       supervise.py --signal N --token T"""


def supervise(argv: Sequence[str], started: Callable[[int], None] | None = None) -> int:
    """Run a program to its end and kill whatever it leaves behind; its status as a shell gives it.

    Call it in a process of its own: it takes over signals, children and standard input and output.
    `started` is told the program's pid, which is also that of its process group.
    """
    prctl = _prctl()
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # man PR_SET_CHILD_SUBREAPER: orphans become our children
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignoring it would lose the status
    signal.pthread_sigmask(signal.SIG_BLOCK, (*ENDING, signal.SIGALRM))
    terminal = os.isatty(0)
    supervisor = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == supervisor:
                _become(argv, terminal)
        finally:
            os._exit(126)
    _own_group(pid, pid, terminal)
    _name_after(pid)
    if not terminal:
        _let_go()
    for number in ENDING:
        signal.signal(number, lambda *_: _end(pid))
    signal.signal(signal.SIGALRM, lambda *_: _kill_children())
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if started:
        started(pid)
    status = _wait_for(pid, terminal)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGCHLD, signal.SIGALRM, *ENDING))
    _name_after(0)
    _clean_up()
    return shell_status(status)


def shell_status(wait_status: int) -> int:
    """What wait(2) tells, as a shell gives it: 128 + n for who was killed by signal n."""
    code = os.waitstatus_to_exitcode(wait_status)
    return 128 - code if code < 0 else code


def send(number: int, token: str) -> bool:
    """Send a signal to the process group of the program with that token; False when there is none."""
    deadline = time.monotonic() + TOKEN_S
    while (pid := _program_of(token)) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    if pid:
        _signal_group(pid, number)
    return bool(pid)


def _prctl() -> Callable[[int, int], int]:
    import ctypes  # noqa: PLC0415  # `--signal` has no need of it, and it costs a third of our start

    return ctypes.CDLL(None, use_errno=True).prctl


def _become(argv: Sequence[str], terminal: bool) -> NoReturn:
    """Turn this fresh child into the program; never returns to the caller's code."""
    _own_group(os.getpid(), 0, terminal)
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)  # Python ignores some (PIPE, XFSZ), and exec would hand that on
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    code = 127
    try:
        os.execvp(argv[0], list(argv))  # noqa: S606
    except FileNotFoundError:
        there = "/" in argv[0] and os.path.exists(argv[0])  # noqa: PTH110  # pathlib is slow to import
        why = "the interpreter that its first line names is not there" if there else "command not found"
    except (OSError, ValueError) as error:
        why, code = (error.strerror if isinstance(error, OSError) else None) or str(error), 126
    os.write(2, f"{argv[0]}: {why}\n".encode(errors="replace"))
    os._exit(code)


def _own_group(pid: int, group: int, terminal: bool) -> None:
    """A group of its own, in the foreground; both parent and child do it, so neither has to wait for the other."""
    with contextlib.suppress(PermissionError, ProcessLookupError):  # it runs already, so it has done this itself
        os.setpgid(pid, group)
    if terminal:
        _to_foreground(os.getpgid(pid) if group == 0 else group)


def _to_foreground(group: int) -> bool:
    try:
        os.tcsetpgrp(0, group)
    except OSError:
        return False  # the terminal is not ours to control, or the program has ended
    return True


def _name_after(pid: int) -> None:
    """Put the program's pid, 0 when it has ended, into our own name (man proc_pid_comm): `--signal` finds it there."""
    with open("/proc/self/comm", "wb") as name:  # noqa: PTH123
        name.write(b"super:%d" % pid)


def _let_go() -> None:
    """Keep no end of the program's pipes: who reads or writes them must see it when the program closes its own."""
    null = os.open(os.devnull, os.O_RDWR)
    for end in (0, 1, 2):
        os.dup2(null, end)
    if null > 2:
        os.close(null)


def _wait_for(pid: int, terminal: bool) -> int:
    """Reap everything until the program ends."""
    while True:
        found, status = os.waitpid(-1, os.WUNTRACED)
        if found != pid:
            continue
        if not os.WIFSTOPPED(status):
            return status
        # Nobody here could type `fg`: what the terminal stopped goes on. A SIGSTOP was meant, and stays.
        reason = os.WSTOPSIG(status)
        if reason == signal.SIGTSTP or (
            reason in (signal.SIGTTIN, signal.SIGTTOU) and terminal and _to_foreground(pid)
        ):
            _signal_group(pid, signal.SIGCONT)


def _end(pid: int) -> None:
    _signal_group(pid, signal.SIGTERM)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)


def _signal_group(pid: int, number: int) -> None:
    """To the group, and to the program itself should it have left the group; TERM also wakes what is stopped."""
    for one in (number, signal.SIGCONT) if number == signal.SIGTERM else (number,):
        try:
            os.killpg(pid, one)
        except (ProcessLookupError, PermissionError):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, one)


def _kill_children() -> None:
    """Their own children then become ours (we are their reaper), and are next."""
    for pid, parent in _processes():
        if parent == os.getpid():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _clean_up() -> None:
    """Kill and reap until no child is left; being the reaper of all orphans, no child means no descendant."""
    deadline = time.monotonic() + CLEAN_UP_S
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        _kill_children()
        signal.sigtimedwait((signal.SIGCHLD,), 0.05)


def _processes() -> Iterator[tuple[int, int]]:
    """(pid, parent's pid) of every process we can see; man proc_pid_stat."""
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit() and (text := _read(f"/proc/{name}/stat")):
            # The command stands in parentheses and may itself contain any character.
            yield int(name), int(text.rpartition(b")")[2].split()[1])


def _program_of(token: str) -> int | None:
    """The pid that the supervisor with this token has put into its name; 0 when the program has ended.

    The token is the last option before `--`: no argument of a program can be taken for it.
    """
    wanted = [b"--token", token.encode()]
    for pid, _ in _processes():
        words = _read(f"/proc/{pid}/cmdline").split(b"\0")
        if b"--" in words and wanted == words[(at := words.index(b"--")) - 2 : at]:
            name = _read(f"/proc/{pid}/comm").strip()
            if name.startswith(b"super:"):
                return int(name.removeprefix(b"super:"))
    return None


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""  # it has ended meanwhile


def main(argv: Sequence[str]) -> int:
    """The command line; 2 when it is wrong."""
    words = list(argv)
    options: dict[str, str] = {}
    while len(words) > 1 and words[0] in ("--token", "--cwd", "--size", "--signal"):
        options[words[0]] = words[1]
        words = words[2:]
    number, token = options.get("--signal", ""), options.get("--token")
    if number.isdigit() and token and not words:
        return 0 if send(int(number), token) else 1
    if "--signal" in options or len(words) < 2 or words[0] != "--":
        print(USAGE, file=sys.stderr)
        return 2
    try:
        _set_scene(options)
    except (OSError, ValueError) as error:
        print(f"{words[1]} could not be started: {error}", file=sys.stderr)
        return 126
    return supervise(words[1:])


def _set_scene(options: dict[str, str]) -> None:
    if folder := options.get("--cwd"):
        os.chdir(folder)
    if size := options.get("--size"):
        import termios  # noqa: PLC0415  # not on the path of those who bring a terminal of their own

        columns, _, rows = size.partition("x")
        termios.tcsetwinsize(0, (int(rows), int(columns)))


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # nothing is buffered, and taking an interpreter down politely costs milliseconds
