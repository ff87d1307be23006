"""Where this user's netns labs are found again: a private folder with one folder a lab.

A lab's folder holds `lab.json` (what it is), `control` (the holder's socket), one numbered socket a node, and
`holder.log`. A lab lives as long as its holder answers at `control`; a folder without one is stale.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import struct
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.engines.netns import messages
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DOWN_TIMEOUT_S = 10.0
_UP_TIMEOUT_S = 60.0
_ORDER_TIMEOUT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a lab is; `nodes` in the order of their sockets' numbers. A tethered one ends with its maker."""

    name: str
    file: str
    digest: str
    workspace: str
    nodes: tuple[str, ...]
    tethered: bool
    fast: bool


def root() -> Path:
    """The folder of this user's labs, made when missing; LabError when somebody else could reach into it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir() and Path(runtime).stat().st_uid == os.getuid():
        folder = Path(runtime, "socket-lab")
    else:
        folder = Path(f"/tmp/socket-lab-{os.getuid()}")  # noqa: S108  checked below
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise LabError(f"{folder} must be a folder of yours that nobody else can enter: remove it and try again")
    return folder


@contextlib.contextmanager
def locked(name: str) -> Iterator[Path]:
    """The lab's folder, while nobody else brings a lab of that name up or down."""
    lock = root() / f"{name}.lock"
    folder = root() / name
    fd = _lock(lock, name)
    try:
        yield folder
    finally:
        if not folder.exists():
            lock.unlink(missing_ok=True)
        os.close(fd)


def _lock(path: Path, name: str) -> int:
    """The lock file, open and locked. One that was removed by whoever had it before us locks nobody out: again."""
    deadline = time.monotonic() + _UP_TIMEOUT_S
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(fd), path.stat()):
                    return fd
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(fd)
                raise LabError(f"another command has been bringing lab {name!r} up or down for a minute") from None
            time.sleep(0.02)
        os.close(fd)


def write(folder: Path, description: Description) -> None:
    (folder / "lab.json").write_text(json.dumps(asdict(description)))


def read(folder: Path) -> Description | None:
    """What the lab in this folder is; None when it was never finished."""
    try:
        found = json.loads((folder / "lab.json").read_text())
        return Description(**{**found, "nodes": tuple(found["nodes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def folders() -> list[Path]:
    """The folders of all labs of this user, stale ones too."""
    return sorted(path for path in root().iterdir() if path.is_dir())


def is_alive(folder: Path) -> bool:
    """Does a holder answer?"""
    connection = _connect(folder / "control")
    if connection is None:
        return False
    connection.close()
    return True


def remove(folder: Path) -> bool:
    """End the lab and forget it; False when there was nothing. Returns when its processes are gone."""
    connection = _connect(folder / "control")
    if connection is not None:
        with connection:
            _end(connection)
    existed = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    return existed


def order(folder: Path, switch_ip: Sequence[str]) -> None:
    """Have the holder run lines of ip(8) where the bridges are. Raises LabError."""
    connection = _connect(folder / "control")
    if connection is None:
        raise LabError("the lab is not up any more: lab up")
    with connection:
        connection.settimeout(_ORDER_TIMEOUT_S)
        try:
            messages.send(connection, {"switch_ip": list(switch_ip)})
            heard = messages.receive(connection)
        except OSError as error:
            raise LabError(f"the lab's holder did not answer: {error}") from error
    if heard is None or "error" in heard[0]:
        raise LabError(f"the lab's holder failed: {heard[0]['error'] if heard else 'it ended without a word'}")


def _end(connection: socket.socket) -> None:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, _, _ = struct.unpack("3i", credentials)
    with contextlib.suppress(ProcessLookupError):
        holder = os.pidfd_open(pid)
        try:
            with contextlib.suppress(OSError):
                messages.send(connection, {"end": True})
            if not _has_ended(holder, _DOWN_TIMEOUT_S):
                signal.pidfd_send_signal(holder, signal.SIGKILL)
                if not _has_ended(holder, _DOWN_TIMEOUT_S):
                    raise LabError(f"the lab's holder, process {pid}, does not end")
        finally:
            os.close(holder)


def _has_ended(pidfd: int, timeout_s: float) -> bool:
    return bool(select.select([pidfd], [], [], timeout_s)[0])


def _connect(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        return None
    return connection
