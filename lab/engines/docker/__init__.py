"""The Docker engine: every node a container, made by Docker Compose from the same file that the lab reads.

Compose makes and removes; all else goes through the engine's API (`daemon.py`). What belongs to a lab is known by
labels (`marks.py`), so a lab is found again without any file.
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lab.engines.docker import compose, marks
from lab.engines.docker.daemon import Bridge, Container, Daemon
from lab.engines.docker.lab import DockerLab, program_user
from lab.engines.docker.room import IMAGE, check_room, no_image
from lab.engines.docker.tether import Tether
from lab.errors import LabError, Unavailable, UsageError
from lab.host.start import READY_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engines.base import Running
    from lab.topology import Topology

NAME = "docker"
_START_S = 30.0
_LOOK_S = 0.05


def unavailable() -> str | None:
    """Why this engine cannot work on this machine, and what mends it."""
    if (reason := compose.no_command()) is not None:
        return reason
    try:
        with contextlib.closing(Daemon()) as daemon:
            return compose.missing() or (None if daemon.has_image(IMAGE) else no_image(IMAGE))
    except LabError as error:
        return str(error)


def up(topology: Topology, name: str, workspace: Path, *, tethered: bool = False, fast: bool = False) -> DockerLab:
    """Make the lab; see `lab.engines.base.Engine`."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) is None:
        raise UsageError(f"{name!r}: a lab on Docker has a name of small letters, digits, '-' and '_'")
    workspace = workspace.resolve()
    program_user(workspace)
    if (reason := compose.no_command() or compose.missing()) is not None:
        raise Unavailable(reason)
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(contextlib.closing(Daemon()))
        with _one_at_a_time(topology.file):
            _refuse_if_up(daemon, name)
            check_room(daemon, compose.resolve(topology))
            labels = marks.labels(topology, workspace, fast=fast)
            if tethered:
                stack.callback(Tether(name, labels[marks.ORIGIN]).release)
            undo = stack.enter_context(contextlib.ExitStack())
            undo.callback(_remove, daemon, name)
            compose.up(topology, name, workspace, labels, fast=fast)
            containers = _wait_until_ready(daemon, name, topology)
            if not tethered:
                undo.pop_all()
        return DockerLab(
            daemon, topology, name=name, workspace=workspace, containers=containers, connection=stack.pop_all()
        )


def attach(topology: Topology, name: str) -> DockerLab:
    """The lab of that name that is up already; see `lab.engines.base.Engine`."""
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(contextlib.closing(Daemon()))
        containers = daemon.containers(marks.of_project(name), marks.OURS)
        _check_same(topology, name, containers)
        return DockerLab(
            daemon,
            topology,
            name=name,
            workspace=Path(containers[0].labels[marks.WORKSPACE]),
            containers={container.service: container.id for container in containers},
            connection=stack.pop_all(),
        )


def down(name: str) -> bool:
    """Remove the lab of that name, whole or half; see `lab.engines.base.Engine`."""
    with contextlib.closing(Daemon()) as daemon:
        return _remove(daemon, name)


def down_from(name: str, origin: str) -> bool:
    """Remove what one certain `up` made, and not a later lab of the same name."""
    with contextlib.closing(Daemon()) as daemon:
        return _remove(daemon, name, marks.of_origin(origin))


def running() -> list[Running]:
    """All labs on this Docker Engine; see `lab.engines.base.Engine`."""
    with contextlib.closing(Daemon()) as daemon:
        return marks.labs(_parts(daemon, marks.OURS))


def _parts(daemon: Daemon, *labels: str) -> list[Container | Bridge]:
    return [*daemon.containers(*labels), *daemon.networks(*labels)]


@contextlib.contextmanager
def _one_at_a_time(file: Path) -> Iterator[None]:
    """Two `up` of one file at once: the second waits and then finds the first one's lab."""
    with file.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _refuse_if_up(daemon: Daemon, name: str) -> None:
    found = _parts(daemon, marks.of_project(name))
    if any(marks.OURS in part.labels for part in found):
        raise LabError(f"a lab {name!r} is up already")
    if found:
        raise LabError(f"Docker Compose has a project {name!r} up: docker compose -p {name} down, or another --name")


def _check_same(topology: Topology, name: str, containers: list[Container]) -> None:
    if not containers:
        raise UsageError(f"no lab {name!r} is up: lab up")
    found = containers[0].labels
    file = Path(found[marks.FILE])
    if file != topology.file.resolve():
        raise UsageError(f"lab {name!r} is up from {file}, not from {topology.file}: lab down, or another --name")
    if found[marks.DIGEST] != topology.digest:
        raise UsageError(f"{topology.file} has changed since lab {name!r} came up: lab down, then lab up")
    if (ailment := marks.ailment(found, containers)) is not None:
        raise LabError(f"lab {name!r} is broken ({ailment}): lab down, then lab up")


def _wait_until_ready(daemon: Daemon, name: str, topology: Topology) -> dict[str, str]:
    """Every node has set itself up: its container. LabError with the words of one that could not."""
    deadline = time.monotonic() + _START_S
    ready: dict[str, str] = {}
    while True:
        containers = daemon.containers(marks.of_project(name))
        for container in containers:
            if container.service not in ready and _is_ready(daemon, container):
                ready[container.service] = container.id
        waiting = set(topology.nodes) - set(ready)
        if not waiting:
            return ready
        if time.monotonic() > deadline:
            raise LabError(f"not ready after {_START_S:g} s: {', '.join(sorted(waiting))}")
        time.sleep(_LOOK_S)


def _is_ready(daemon: Daemon, container: Container) -> bool:
    log = daemon.log(container)
    if container.state not in {"created", "running"}:
        raise LabError(f"{container.service} did not start: {log.strip() or container.state}")
    return READY_LINE in log.splitlines()


def _remove(daemon: Daemon, name: str, *more: str) -> bool:
    """Remove what carries the name, our label and any more: Compose first, then what it left."""
    labels = (marks.of_project(name), marks.OURS, *more)
    if not _parts(daemon, *labels):
        return False
    with contextlib.suppress(LabError):
        compose.down(name)
    for part in _parts(daemon, *labels):  # containers come first, or their networks could not go
        daemon.remove(part)
    return True
