"""The embedded engine: every node a set of Linux namespaces. No daemon, no image, no root where the kernel allows it.

A lab is one process, the holder (`holder.py`), with one first process a node inside it (`nodeinit.py`). This module is
their counterpart in the command line: it starts the holder, finds it again, and asks nodes for programs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.engines.base import Running
from lab.engines.netns import filesystem, messages, state
from lab.engines.netns.holder import Order
from lab.engines.netns.plan import NodePlan, Plan, hub_lines, make_plan
from lab.engines.netns.program import NetnsProgram
from lab.errors import LabError, Unavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.topology import Topology

NAME = "netns"
_NOBODY = 65534
_UP_TIMEOUT_S = 60.0
_TOOLS = {"ip": "iproute2", "nft": "nftables"}
_PACKAGE_ROOT = Path(__file__).parents[3]


class NetnsLab:
    """A lab of namespaces that is up."""

    engine = NAME
    can_be_hub = True

    def __init__(
        self, topology: Topology, name: str, workspace: Path, folder: Path, tether: socket.socket | None
    ) -> None:
        self.topology = topology
        self.name = name
        self.workspace = workspace
        self._folder = folder
        self._tether = tether
        self._numbers = {node: number for number, node in enumerate(topology.nodes)}

    def spawn(
        self,
        host: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        tty: bool = True,
        columns: int = 80,
        rows: int = 24,
        privileged: bool = False,
    ) -> NetnsProgram:
        number = self._numbers[self.topology.node(host).name]
        request = {
            "argv": list(argv),
            "env": dict(env),
            "cwd": str(cwd or self.workspace),
            "tty": tty,
            "columns": columns,
            "rows": rows,
            "privileged": privileged,
        }
        return NetnsProgram(self._folder / str(number), request)

    def set_hub(self, network: str, *, on: bool) -> None:
        state.order(self._folder, hub_lines(self.topology, network, on=on))

    def close(self) -> None:
        if self._tether is not None:
            self._tether.close()
            self._tether = None
            down(self.name)

    def __enter__(self) -> NetnsLab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def unavailable() -> str | None:
    """Why this engine cannot work on this machine, and what mends it."""
    if sys.platform != "linux":
        return "the netns engine needs Linux: use Docker, or a Linux machine"
    for tool, package in _TOOLS.items():
        if shutil.which(tool, path=filesystem.PATH) is None:
            return f"the netns engine needs {tool!r}: sudo apt-get install {package}"
    if os.geteuid() != 0 and not _user_namespaces_work():
        return (
            "this machine allows ordinary users no user namespaces: run as root, or "
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 kernel.unprivileged_userns_clone=1"
        )
    return None


def up(topology: Topology, name: str, workspace: Path, *, tethered: bool = False, fast: bool = False) -> NetnsLab:
    """Make the lab; see `lab.engines.base.Engine`."""
    if (reason := unavailable()) is not None:
        raise Unavailable(reason)
    workspace = workspace.resolve()
    user = _program_user(workspace)
    with state.locked(name) as folder:
        if state.is_alive(folder):
            raise LabError(f"a lab {name!r} is up already")
        state.remove(folder)
        folder.mkdir(mode=0o700)
        try:
            tether = _start_holder(_order(make_plan(topology, fast=fast), folder, workspace, user, tethered=tethered))
            description = state.Description(
                name=name,
                file=str(topology.file.resolve()),
                digest=topology.digest,
                workspace=str(workspace),
                nodes=tuple(topology.nodes),
                tethered=tethered,
                fast=fast,
            )
            state.write(folder, description)
        except BaseException:
            state.remove(folder)
            raise
    if not tethered:
        tether.close()
    return NetnsLab(topology, name, workspace, folder, tether if tethered else None)


def attach(topology: Topology, name: str) -> NetnsLab:
    """The lab of that name that is up already; see `lab.engines.base.Engine`."""
    folder = state.root() / name
    found = state.read(folder) if state.is_alive(folder) else None
    if found is None:
        raise UsageError(f"no lab {name!r} is up: lab up")
    if Path(found.file) != topology.file.resolve():
        raise UsageError(f"lab {name!r} is up from {found.file}, not from {topology.file}: lab down, or another --name")
    if found.digest != topology.digest:
        raise UsageError(f"{topology.file} has changed since lab {name!r} came up: lab down, then lab up")
    return NetnsLab(topology, name, Path(found.workspace), folder, None)


def down(name: str) -> bool:
    """Remove the lab of that name, whole or half; see `lab.engines.base.Engine`."""
    with state.locked(name) as folder:
        return state.remove(folder)


def running() -> list[Running]:
    """All netns labs of this user; see `lab.engines.base.Engine`."""
    return [_running(folder) for folder in state.folders() if not _was_left(folder)]


def _was_left(folder: Path) -> bool:
    """The rest of a lab whose maker was killed, and which went with him: nobody misses it, so it goes."""
    found = state.read(folder)
    if found is None or not found.tethered or state.is_alive(folder):
        return False
    return down(folder.name)


def _running(folder: Path) -> Running:
    found = state.read(folder)
    alive = state.is_alive(folder)
    return Running(
        name=folder.name,
        engine=NAME,
        file=Path(found.file) if found else Path(),
        digest=found.digest if found else "",
        workspace=Path(found.workspace) if found else Path(),
        fast=found.fast if found else False,
        ailment=None if found and alive else "it ended without lab down" if found else "it was never finished",
    )


def _order(plan: Plan, folder: Path, workspace: Path, user: int | None, *, tethered: bool) -> Order:
    return Order(
        state=str(folder),
        workspace=str(workspace),
        user=user,
        use_user_namespace=_user_namespaces_work(),
        tethered=tethered,
        switch_sysctls=plan.switch_sysctls,
        switch_ip=list(plan.switch_ip),
        settle_ip=list(plan.settle_ip),
        nodes=[_node_order(node) for node in plan.nodes],
    )


def _node_order(node: NodePlan) -> dict[str, Any]:
    """The node's plan with the rules themselves: the file that holds them is not on the node."""
    order = dataclasses.asdict(node)
    order["rules"] = ""
    if node.nft:
        order["rules"] = Path(node.nft[-1]).read_text()
        order["nft"] = [*node.nft[:-1], "-"]
    return order


def _start_holder(order: Order) -> socket.socket:
    """Start the holder and wait until the lab is made; returns this end of the tether."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        program = (
            f"import sys; sys.path.insert(0, {str(_PACKAGE_ROOT)!r}); from lab.engines.netns.holder import main; main()"
        )
        process = subprocess.Popen([sys.executable, "-I", "-S", "-c", program], stdin=theirs.fileno(), close_fds=True)
    try:
        with os.fdopen(os.memfd_create("order"), "w+b") as file:
            file.write(order.to_json())
            file.flush()
            messages.send(ours, {}, (file.fileno(),))
        ours.settimeout(_UP_TIMEOUT_S)
        heard = messages.receive(ours)
        process.wait(_UP_TIMEOUT_S)  # it leaves its child, the holder proper, behind
    except OSError as error:
        ours.close()
        process.kill()
        raise LabError(f"the lab's holder did not answer: {error}") from error
    except BaseException:
        ours.close()
        raise
    if heard is None or "error" in heard[0]:
        ours.close()
        log = Path(order.state, "holder.log")
        told = heard[0]["error"] if heard else (log.read_text(errors="replace").strip() if log.exists() else "")
        raise LabError(f"the lab could not be made: {told or 'its holder ended without a word'}")
    return ours


@functools.cache
def _user_namespaces_work() -> bool:
    """Try it, in a process of its own: settings that forbid them differ from one distribution to the next."""
    unshare = shutil.which("unshare", path=filesystem.PATH)
    if unshare is None:
        return False
    argv = [unshare, "--user", "--map-root-user", "--net", "--mount", "true"]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def _program_user(workspace: Path) -> int | None:
    """Whom programs run as: for root the workspace's owner, or nobody; an ordinary user stays what he is."""
    with contextlib.suppress(OSError):
        found = workspace.stat()
        if os.geteuid() != 0:
            return None
        if found.st_uid != 0:
            return found.st_uid
        if found.st_mode & 0o005 != 0o005:
            raise UsageError(f"programs on hosts run as nobody, who may not read {workspace}: chmod o+rx {workspace}")
        return _NOBODY
    raise UsageError(f"{workspace} cannot be read")
