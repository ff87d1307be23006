"""The first process of one node (PID 1 of its own namespaces): sets the node up, then starts programs on it.

It starts programs only for whoever reaches its socket, which stands in a folder that is the user's alone. A program
whose connection closes is killed, with all it left behind: nothing outlives the command that asked for it.
Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import selectors
import shutil
import signal
import struct
import subprocess
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.engines.netns import filesystem, kernel, messages
from lab.host import start, supervise

if TYPE_CHECKING:
    import socket


class SetupError(Exception):
    """The node could not be set up; the message is for a person."""


@dataclass(frozen=True)
class Setup:
    """What the holder tells a node about itself."""

    name: str
    workspace: str
    user: int | None
    sysctls: dict[str, str]
    clean: list[str]
    ip: list[str]
    nft: list[str] | None
    rules: str
    hosts_file: str


def run(setup: Setup, parent: socket.socket, listener: socket.socket) -> None:
    """Set the node up, in step with the holder at the other end of `parent`, and serve until killed."""
    try:
        kernel.sethostname(setup.name)
        for key, value in setup.sysctls.items():
            set_sysctl(key, value)
        filesystem.enter_host(setup.workspace, setup.hosts_file)
        messages.send(parent, {})
        parent.recv(1)  # the links are there now
        start.finish_packets(setup.clean)
        run_ip(setup.ip)
        if setup.nft:
            _run(setup.nft, setup.rules)
        messages.send(parent, {})
    except (OSError, SetupError) as error:
        messages.send(parent, {"error": f"{setup.name}: {error}"})
        return
    parent.close()
    _Server(setup, listener).serve()


def set_sysctl(key: str, value: str) -> None:
    """Write one sysctl; one that this kernel does not have has nothing to say either."""
    with contextlib.suppress(FileNotFoundError):
        Path("/proc/sys", *key.split(".")).write_text(value)


def run_ip(lines: list[str]) -> None:
    """Run lines of ip(8) in one process; raises SetupError with the first line that failed."""
    _run(["ip", "-batch", "-"], "\n".join(lines) + "\n")


def _run(argv: list[str], given: str) -> None:
    program = shutil.which(argv[0], path=filesystem.PATH)
    if program is None:
        raise SetupError(f"no {argv[0]} on this machine")
    done = subprocess.run([program, *argv[1:]], input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"{argv[0]} failed: {_told(done.stderr, given)}")


def _told(stderr: str, given: str) -> str:
    """What the tool complains of; `Command failed -:3` is how ip(8) names the third line of its batch."""
    complaint, _, number = stderr.strip().partition("\nCommand failed -:")
    lines = given.splitlines()
    return (
        f"{complaint} (at: {lines[int(number) - 1]})" if number.isdigit() and int(number) <= len(lines) else complaint
    )


class _Server:
    """Connections and programs: one connection starts one program and hears its end."""

    def __init__(self, setup: Setup, listener: socket.socket) -> None:
        self._setup = setup
        self._listener = listener
        self._connections: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._wake_read, wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def serve(self) -> None:
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._reap)
        while True:
            for key, _ in self._selector.select():
                key.data(key.fileobj)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        self._selector.register(connection, selectors.EVENT_READ, self._hear)

    def _hear(self, connection: socket.socket) -> None:
        try:
            heard = messages.receive(connection)
            if heard is None:
                raise ConnectionResetError
            message, _ = heard
            if "argv" in message:
                self._start(connection, message)
            elif "signal" in message:
                self._signal(connection, int(message["signal"]))
        except OSError:
            self._forget(connection)

    def _start(self, connection: socket.socket, message: dict[str, Any]) -> None:
        try:
            ours, theirs = _ends(message)
        except OSError as error:
            messages.send(connection, {"error": f"{self._setup.name}: {error}"})
            return
        pid = os.fork()
        if pid == 0:
            _become(message, theirs, self._setup)
        self._connections[pid] = connection
        try:
            messages.send(connection, {"started": pid}, ours)
        finally:
            for fd in {*ours, *theirs}:
                os.close(fd)

    def _signal(self, connection: socket.socket, number: int) -> None:
        for supervisor in self._supervisors_of(connection):
            for child in _children(supervisor):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(child, number)

    def _forget(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()
        for supervisor in self._supervisors_of(connection):
            os.kill(supervisor, signal.SIGKILL)

    def _supervisors_of(self, connection: socket.socket) -> list[int]:
        return [pid for pid, asked_by in self._connections.items() if asked_by is connection]

    def _reap(self, wake: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(wake, 4096)
        while True:
            try:
                pid, wait_status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                break
            connection = self._connections.pop(pid, None)
            if connection is not None and connection.fileno() >= 0:
                with contextlib.suppress(OSError):
                    messages.send(connection, {"status": supervise.shell_status(wait_status)})
        self._kill_escaped()

    def _kill_escaped(self) -> None:
        """A child that is no supervisor outlived its own: nobody waits for it, so it goes."""
        for child in _children(os.getpid()):
            if child not in self._connections:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    """Its children; none when it has gone (proc_pid_task(5))."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _ends(message: dict[str, Any]) -> tuple[tuple[int, ...], tuple[int, int, int]]:
    """The lab's ends of the program's terminal or pipes, and the program's standard input, output and error."""
    if message["tty"]:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", message["rows"], message["columns"], 0, 0))
        return (master,), (slave, slave, slave)
    given_read, given_write = os.pipe()
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe()
    return (given_write, out_read, err_read), (given_read, out_write, err_write)


def _become(message: dict[str, Any], ends: tuple[int, int, int], setup: Setup) -> None:
    """Turn this new process into the program's supervisor; never returns."""
    status = 126
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        user = None if message["privileged"] else setup.user
        if user is not None:
            for fd in set(ends):
                os.fchown(fd, user, user)  # so that /dev/stdout and /dev/tty can be opened by name
        for number, fd in enumerate(ends):
            os.dup2(fd, number)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        if message["tty"]:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.umask(0o022)
        if not message["privileged"]:
            kernel.drop_all_privileges(user)
        os.chdir(message["cwd"])
        environment = {"PATH": filesystem.PATH, "HOME": "/tmp", **message["env"]}  # noqa: S108
        os.environ.clear()
        os.environ.update(environment)
        status = supervise.supervise(message["argv"])
    except OSError as error:
        os.write(2, f"the lab could not start {message['argv'][0]} in {message['cwd']}: {error}\n".encode())
    finally:
        os._exit(status)
