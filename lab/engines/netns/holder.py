"""The process that holds one lab: all its namespaces, and through them everything inside, end when it does.

It is started by `lab.engines.netns.up` with the plan on standard input, and answers there once: ready, or why not. It
is PID 1 of the lab's own PID namespace, so the kernel kills what is left when it goes, whatever the reason.
Standard library only, so that it starts in a blink.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.engines.netns import filesystem, kernel, messages
from lab.engines.netns.nodeinit import Setup, SetupError, run, run_ip, set_sysctl

_LAB_NAMESPACES = (
    kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
)


@dataclass(frozen=True)
class Order:
    """What to hold: written by the command line, read here."""

    state: str
    workspace: str
    user: int | None
    use_user_namespace: bool
    tethered: bool
    switch_sysctls: dict[str, str]
    switch_ip: list[str]
    settle_ip: list[str]
    nodes: list[dict[str, Any]]

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def main() -> None:
    """Entry of the holder's process: standard input is the socket to whoever brings the lab up."""
    starter = socket.socket(fileno=os.dup(0))
    order = Order(**_receive_order(starter))
    _leave_the_terminal(order.state)
    try:
        _enter_namespaces(order)
    except OSError as error:
        messages.send(starter, {"error": str(error)})
        return
    if os.fork() > 0:
        os._exit(0)  # the child is PID 1 of the new PID namespace
    _hold(order, starter)


def _receive_order(starter: socket.socket) -> dict[str, Any]:
    heard = messages.receive(starter)
    if heard is None:
        sys.exit(1)
    _, descriptors = heard
    with os.fdopen(descriptors[0], "rb") as file:
        file.seek(0)
        order: dict[str, Any] = json.load(file)
        return order


def _leave_the_terminal(state: str) -> None:
    os.setsid()
    os.umask(0o022)
    null = os.open("/dev/null", os.O_RDWR)
    log = os.open(f"{state}/holder.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, fd in enumerate((null, null, log)):
        os.dup2(fd, number)
    os.close(null)
    os.close(log)


def _enter_namespaces(order: Order) -> None:
    if order.use_user_namespace:
        _enter_user_namespace(order.user)
    kernel.unshare(_LAB_NAMESPACES)


def _enter_user_namespace(user: int | None) -> None:
    """Become root of a new user namespace (user_namespaces(7)).

    Root may map a second, ordinary user for the programs; that must be written from outside, so a child stays there.
    """
    pid, uid, gid = os.getpid(), os.geteuid(), os.getegid()
    go_read, go_write = os.pipe()
    writer = os.fork()
    if writer == 0:
        os.close(go_write)
        os.read(go_read, 1)
        os._exit(_write_maps(pid, uid, gid, user))
    os.close(go_read)
    kernel.unshare(kernel.CLONE_NEWUSER)
    os.close(go_write)
    _, status = os.waitpid(writer, 0)
    if status != 0:
        raise PermissionError(1, "the user namespace's uid_map could not be written")


def _write_maps(pid: int, uid: int, gid: int, user: int | None) -> int:
    second = "" if user is None else f"\n{user} {user} 1"
    try:
        if user is None:
            Path(f"/proc/{pid}/setgroups").write_text("deny")
        Path(f"/proc/{pid}/uid_map").write_text(f"0 {uid} 1{second}")
        Path(f"/proc/{pid}/gid_map").write_text(f"0 {gid} 1{second}")
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _hold(order: Order, starter: socket.socket) -> None:
    """Make everything, say so, and stay until told to go."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    control = _listen(f"{order.state}/control")
    try:
        _make(order)
    except (OSError, SetupError) as error:
        messages.send(starter, {"error": str(error)})
        os._exit(1)
    with contextlib.suppress(BrokenPipeError):
        messages.send(starter, {})
        if not order.tethered:
            starter.close()
        _wait_for_the_end(control, starter if order.tethered else None)
    os._exit(1)


def _make(order: Order) -> None:
    listeners = [_listen(f"{order.state}/{number}") for number in range(len(order.nodes))]
    kernel.sethostname("switch")
    filesystem.build_root(order.workspace)
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    nodes = [
        _start_node(Setup(workspace=order.workspace, user=order.user, **node), listener)
        for node, listener in zip(order.nodes, listeners, strict=True)
    ]
    for key, value in order.switch_sysctls.items():
        set_sysctl(key, value)
    for _, channel in nodes:
        _expect_done(channel)  # its namespaces and files are ready
    pids = {node["name"]: pid for node, (pid, _) in zip(order.nodes, nodes, strict=True)}
    run_ip([line.format_map(pids) for line in order.switch_ip])
    for _, channel in nodes:
        channel.send(b"\0")
    for _, channel in nodes:
        _expect_done(channel)  # its addresses, routes and rules are ready
    run_ip(order.settle_ip)
    for listener in listeners:
        listener.close()


def _start_node(setup: Setup, listener: socket.socket) -> tuple[int, socket.socket]:
    """Its first process, in namespaces of its own, and the channel on which it says when it is set up.

    A process in between enters the new PID namespace's parent role and goes: unshare(2) works for children only.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid_read, pid_write = os.pipe()
    between = os.fork()
    if between == 0:
        ours.close()
        try:
            kernel.unshare(_LAB_NAMESPACES)
            first = os.fork()
            if first == 0:
                _close_all_but(theirs.fileno(), listener.fileno())
                run(setup, theirs, listener)
                os._exit(1)
            os.write(pid_write, str(first).encode())
        except OSError as error:
            messages.send(theirs, {"error": f"{setup.name}: {error}"})
        finally:
            os._exit(0)
    theirs.close()
    os.close(pid_write)
    told = os.read(pid_read, 32)
    os.close(pid_read)
    os.waitpid(between, 0)
    if not told:
        _expect_done(ours)
    return int(told), ours


def _close_all_but(*keep: int) -> None:
    """Leave open only what a node needs: the lab's control socket must close when the holder ends."""
    beyond = os.sysconf("SC_OPEN_MAX")
    for before, after in itertools.pairwise([2, *sorted(keep), beyond]):
        os.closerange(before + 1, after)


def _expect_done(channel: socket.socket) -> dict[str, Any]:
    heard = messages.receive(channel)
    if heard is None:
        raise SetupError("a node's first process ended at once")
    message, _ = heard
    if "error" in message:
        raise SetupError(message["error"])
    return message


def _wait_for_the_end(control: socket.socket, tether: socket.socket | None) -> None:
    """Go when asked at the control socket, when the tether's other end closes, or when a node's first process died."""
    died_read, died_write = os.pipe()
    os.set_blocking(died_write, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(died_write, warn_on_full_buffer=False)
    with selectors.DefaultSelector() as selector:
        for source in (control, died_read, tether):
            if source is not None:
                selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is tether or (key.fileobj is control and _answer(control)):
                    os._exit(0)
                if key.fd == died_read:
                    os.read(died_read, 4096)
                    _go_if_a_node_died()


def _answer(control: socket.socket) -> bool:
    """Do what somebody asks; True when it is to go. Whoever only connects wants to know whether the lab lives."""
    connection, _ = control.accept()
    with connection, contextlib.suppress(OSError, ValueError, TypeError):
        connection.settimeout(1)
        heard = messages.receive(connection)
        message = heard[0] if heard else {}
        if "switch_ip" in message:
            messages.send(connection, _order(message["switch_ip"]))
        return "end" in message
    return False


def _order(switch_ip: list[str]) -> dict[str, Any]:
    try:
        run_ip(switch_ip)
    except SetupError as error:
        return {"error": str(error)}
    return {}


def _go_if_a_node_died() -> None:
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(-1, os.WNOHANG)[0] == 0:
            return
    print("a node's first process ended; the lab ends with it", file=sys.stderr)
    os._exit(1)


def _listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen(128)
    return listener


if __name__ == "__main__":
    main()
