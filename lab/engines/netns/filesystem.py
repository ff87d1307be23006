"""What programs on hosts see of the file system: the machine's programs, the workspace, and little else.

The holder builds one root for the whole lab: system folders read-only, no home folders, no /run, no sockets of the
machine's. Each host then lays its own /tmp, /run, /proc, /dev/pts and /etc/hosts over a copy of it. Standard library
only.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from lab.engines.netns import kernel

ROOT = "/tmp"  # noqa: S108  where the new root is put together; a tmpfs of our own lies there by then
WORKSPACE_STAGE = "/.workspace"
BIN = "/run/socket-lab/bin"
PATH = f"{BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_PYTHON = Path(sys.executable).resolve()  # found now: a virtual environment need not be visible on hosts
_SYSTEM_FOLDERS = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "opt", "nix", "gnu")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_TMP_SIZE = "size=256m"


def build_root(workspace: str) -> None:
    """Put together the lab's root file system and move into it. Must run in a mount namespace of its own."""
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    sources = [_Source(path) for path in (workspace, *_python_folders())]
    kernel.mount("lab", ROOT, "tmpfs", kernel.MS_NOSUID, "mode=755,size=16m")
    for name in _SYSTEM_FOLDERS:
        _bring(Path("/", name))
    for source in sources[1:]:
        source.bind(ROOT + source.path)
    sources[0].bind(ROOT + WORKSPACE_STAGE)
    _make_devices(Path(ROOT, "dev"))
    for name in ("tmp", "run", "proc", "sys", "var", "home", "root"):
        Path(ROOT, name).mkdir(exist_ok=True)
    _bring(Path("/proc"))
    _bring(Path("/sys"))
    kernel.pivot_root(ROOT)


def enter_host(workspace: str, hosts_file: str) -> None:
    """Lay over the lab's root what is one host's own. Must run in a new mount, PID and network namespace."""
    _mount_own("/tmp", f"mode=1777,{_TMP_SIZE}")  # noqa: S108
    _mount_own("/run", "mode=755,size=16m")
    _mount_own("/var", "mode=755,size=16m")
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    _mount_sys()
    kernel.mount("devpts", "/dev/pts", "devpts", kernel.MS_NOSUID, "newinstance,mode=620,ptmxmode=666")
    _mount_own("/dev/shm", f"mode=1777,{_TMP_SIZE}")  # noqa: S108
    for name in ("tmp", "log", "cache"):
        Path("/var", name).mkdir()
    Path("/var/tmp").chmod(0o1777)  # noqa: S108
    Path("/var/run").symlink_to("/run")
    _lay_file("/etc/hosts", hosts_file)
    _lay_file("/etc/resolv.conf", "# no name server: names are in /etc/hosts\n")
    _show_workspace(workspace)
    _offer_python()
    # The root keeps its shape: what is mounted above stays writable, the tmpfs below it does not.
    kernel.mount("none", "/", "", _MS_REMOUNT_BIND_RO)


_MS_REMOUNT_BIND_RO = 1 | 32 | kernel.MS_BIND | kernel.MS_NOSUID


class _Source:
    """A folder that is still reachable after something was mounted over its path."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._fd = os.open(path, os.O_PATH)

    def bind(self, target: str) -> None:
        Path(target).mkdir(parents=True, exist_ok=True)
        kernel.mount(f"/proc/self/fd/{self._fd}", target, "", kernel.MS_BIND | kernel.MS_REC)
        kernel.make_read_only(target)
        os.close(self._fd)


def _python_folders() -> list[str]:
    """Where this Python keeps itself, unless a system folder holds it anyway."""
    prefixes = {str(Path(prefix).resolve()) for prefix in (sys.base_prefix, sys.base_exec_prefix)}
    return sorted(prefix for prefix in prefixes if Path(prefix).parts[1:2] not in [(name,) for name in _SYSTEM_FOLDERS])


def _bring(path: Path) -> None:
    """Show a folder of the machine's, read-only, in the new root; a symbolic link stays one."""
    target = Path(ROOT + str(path))
    if path.is_symlink():
        target.symlink_to(path.readlink())
    elif path.is_dir():
        target.mkdir(exist_ok=True)
        kernel.mount(str(path), str(target), "", kernel.MS_BIND | kernel.MS_REC)
        kernel.make_read_only(str(target))


def _make_devices(dev: Path) -> None:
    """Nodes cannot be made in a user namespace, but the machine's harmless ones can be bound."""
    dev.mkdir()
    for name in _DEVICES:
        (dev / name).touch()
        kernel.mount(f"/dev/{name}", str(dev / name), "", kernel.MS_BIND)
    for name in ("pts", "shm"):
        (dev / name).mkdir()
    (dev / "ptmx").symlink_to("pts/ptmx")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (dev / name).symlink_to(f"/proc/self/fd/{number}")
    (dev / "fd").symlink_to("/proc/self/fd")


def _mount_own(target: str, options: str) -> None:
    kernel.mount("lab", target, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)


def _mount_sys() -> None:
    """/sys of this host's own network; where the kernel does not allow that, none, rather than the machine's."""
    try:
        kernel.mount("sysfs", "/sys", "sysfs", 1 | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    except OSError:
        _mount_own("/sys", "mode=555,size=4k")


def _lay_file(path: str, text: str) -> None:
    """Put our text over a file of the read-only /etc; where the machine has no such file, nothing reads it either."""
    own = Path("/run", Path(path).name)
    own.write_text(text)
    with contextlib.suppress(FileNotFoundError):
        kernel.mount(str(own), path, "", kernel.MS_BIND)


def _show_workspace(workspace: str) -> None:
    Path(workspace).mkdir(parents=True, exist_ok=True)
    kernel.mount(WORKSPACE_STAGE, workspace, "", kernel.MS_BIND | kernel.MS_REC)
    kernel.unmount(WORKSPACE_STAGE)


def _offer_python() -> None:
    """`python` is the Python that the lab itself runs on, whatever the machine calls it."""
    folder = Path(BIN)
    folder.mkdir(parents=True)
    for name in ("python", "python3"):
        (folder / name).symlink_to(_PYTHON)
