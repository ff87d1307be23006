"""A report's file: there whole, or as it was before. Nobody finds half of one, whatever happens while it is written."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError, UsageError


@dataclass(frozen=True)
class ReportFile:
    """Where a report goes, and the option that said so; the path `-` is standard output."""

    option: str
    path: Path

    @property
    def is_stdout(self) -> bool:
        """Does it go where data go?"""
        return str(self.path) == "-"

    def check(self) -> None:
        """Find out before anything runs whether it can be written; UsageError says why not. Leaves nothing behind."""
        if self.is_stdout:
            return
        try:
            if not self.path.absolute().parent.is_dir():
                raise UsageError(f"{self.option} {self.path}: there is no folder {self.path.absolute().parent}")
            before = self._before()
            if before is not None and not os.access(self.path, os.W_OK):
                raise UsageError(f"{self.option} {self.path}: it may not be written")
            if _is_replaceable(self.path, before):
                os.close(os.open(beside := _beside(self._target), _NEW, 0o600))
                beside.unlink()
        except OSError as error:
            raise UsageError(f"{self.option} {self.path}: {error.strerror}") from None

    def write(self, content: str | bytes) -> None:
        """All of it, at once; LabError when that fails, and then nothing has changed."""
        data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        if self.is_stdout:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        try:
            before = self._before()
            if _is_replaceable(self.path, before):
                _replace(self._target, data, before)
            else:
                self.path.write_bytes(data)
        except OSError as error:
            raise LabError(f"{self.option} {self.path}: {error.strerror}; the report is not written") from None

    @property
    def _target(self) -> Path:
        """Behind links: what they point at is replaced, not they."""
        return Path(os.path.realpath(self.path))

    def _before(self) -> os.stat_result | None:
        """What is there already; UsageError when that is a folder."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(found.st_mode):
            raise UsageError(f"{self.option} {self.path}: that is a folder; name a file in it")
        return found


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def _is_replaceable(path: Path, before: os.stat_result | None) -> bool:
    """A terminal, a pipe or /dev/null is written to; there is no other in its place."""
    return not path.is_relative_to("/dev") and (before is None or stat.S_ISREG(before.st_mode))


def _beside(target: Path) -> Path:
    """A name in the same folder that nobody else has."""
    return target.with_name(f".lab-{secrets.token_hex(8)}.tmp")


def _replace(target: Path, data: bytes, before: os.stat_result | None) -> None:
    beside = _beside(target)
    try:
        with os.fdopen(os.open(beside, _NEW, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            if before is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
