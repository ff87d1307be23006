"""Which scenarios there are, and where."""

from __future__ import annotations

from pathlib import Path

from lab.document import shown
from lab.errors import UsageError, did_you_mean

SUFFIX = ".yaml"


def list_scenarios(folder: Path) -> tuple[Path, ...]:
    """All scenario files of a folder, by name."""
    return tuple(sorted(folder.glob(f"*{SUFFIX}")))


def find_scenario(name: str, folder: Path) -> Path:
    """The file of that name in the folder; a path to a file is itself. UsageError when there is none."""
    if "/" in name or name.endswith((SUFFIX, ".yml")):
        if not Path(name).is_file():
            raise UsageError(f"no scenario file {name}")
        return Path(name)
    known = {file.stem: file for file in list_scenarios(folder)}
    if name not in known:
        raise UsageError(f"no scenario {name!r} in {shown(folder)}{did_you_mean(name, known)}")
    return known[name]
