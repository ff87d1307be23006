"""The lab's own commands on a host, with all of that host's privileges and none beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.process import Process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.engines.base import Lab

_TIMEOUT_S = 10.0


def as_root(lab: Lab, host: str, argv: Sequence[str], given: str = "", ignore: tuple[str, ...] = ()) -> str:
    """Run a command on a host; its standard output. LabError when it fails with anything but words to `ignore`."""
    with Process(lab.spawn(host, argv, env={}, tty=False, privileged=True), tty=False) as process:
        process.feed(given)
        status = process.wait(_TIMEOUT_S)
        pieces = process.output.pieces
    out, err = (b"".join(p.data for p in pieces if p.stream == name).decode() for name in ("stdout", "stderr"))
    if status != 0 and not any(words in err for words in ignore):
        raise LabError(f"{host}: {' '.join(argv)} failed ({status}): {err.strip() or 'no answer'}")
    return out
