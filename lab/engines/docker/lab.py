"""A lab of containers that is up: where each host's container is, and the programs started in them."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from lab.engines.docker.program import DockerProgram
from lab.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from lab.engines.docker.daemon import Daemon
    from lab.topology import Topology

_STUDENT = "1000:1000"


class DockerLab:
    """A lab of containers that is up; `connection` undoes, at close, what was done for this connection only."""

    engine = "docker"
    can_be_hub = False

    def __init__(
        self,
        daemon: Daemon,
        topology: Topology,
        *,
        name: str,
        workspace: Path,
        containers: Mapping[str, str],
        connection: ExitStack,
    ) -> None:
        self.topology = topology
        self.name = name
        self.workspace = workspace
        self._daemon = daemon
        self._containers = containers
        self._connection = connection
        self._user = program_user(workspace)
        self._programs: weakref.WeakSet[DockerProgram] = weakref.WeakSet()

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
    ) -> DockerProgram:
        program = DockerProgram(
            self._daemon,
            self._containers[self.topology.node(host).name],
            argv,
            env={"HOME": "/tmp", **env},  # noqa: S108  each host has its own
            user="0:0" if privileged else self._user,
            cwd=cwd or self.workspace,
            tty=tty,
            columns=columns,
            rows=rows,
        )
        self._programs.add(program)
        return program

    def set_hub(self, network: str, *, on: bool) -> None:  # noqa: ARG002  the contract's
        raise Unavailable(f"{network} stays a switch: a Docker network's bridge is the engine's; use --engine netns")

    def close(self) -> None:
        for program in list(self._programs):
            program.close()
        self._connection.close()

    def __enter__(self) -> DockerLab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def program_user(workspace: Path) -> str:
    """Whom programs run as: the workspace's owner, who can read it; never root."""
    try:
        found = workspace.stat()
    except OSError as error:
        raise UsageError(f"{workspace} cannot be read: {error.strerror}") from None
    if found.st_uid != 0:
        return f"{found.st_uid}:{found.st_gid}"
    if found.st_mode & 0o005 != 0o005:
        raise UsageError(
            f"programs on hosts run as an ordinary user, who may not read {workspace}: chmod o+rx {workspace}"
        )
    return _STUDENT
