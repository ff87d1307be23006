"""The labels by which a lab's containers and networks are known, and what they tell of it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from lab.engines.base import Running
from lab.engines.docker.daemon import PROJECT_LABEL, Bridge, Container

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lab.topology import Topology

FILE, DIGEST, WORKSPACE, NODES, ORIGIN, FAST = (
    f"socket-lab.{word}" for word in ("file", "digest", "workspace", "nodes", "origin", "fast")
)
OURS = DIGEST
"""Whatever carries this label was made by a lab, and not by Compose alone."""


def labels(topology: Topology, workspace: Path, *, fast: bool) -> dict[str, str]:
    """What everything of this lab shall carry; Compose adds the lab's name as its project.

    The origin is another one each time: it tells a lab from an earlier one of the same name.
    """
    return {
        FILE: str(topology.file.resolve()),
        DIGEST: topology.digest,
        WORKSPACE: str(workspace),
        NODES: ",".join(topology.nodes),
        ORIGIN: secrets.token_hex(8),
        FAST: str(fast).lower(),
    }


def of_project(name: str) -> str:
    """The filter for what carries a lab's name."""
    return f"{PROJECT_LABEL}={name}"


def of_origin(origin: str) -> str:
    """The filter for what one `up` made."""
    return f"{ORIGIN}={origin}"


def labs(parts: Iterable[Container | Bridge]) -> list[Running]:
    """The labs that these parts make up, whole or half."""
    found: dict[str, list[Container | Bridge]] = {}
    for part in parts:
        if PROJECT_LABEL in part.labels:
            found.setdefault(part.labels[PROJECT_LABEL], []).append(part)
    return [_lab(name, parts) for name, parts in sorted(found.items())]


def ailment(marks: Mapping[str, str], containers: Iterable[Container]) -> str | None:
    """What keeps a lab from being whole: hosts that are missing or not running."""
    well = {container.service for container in containers if container.state == "running"}
    lacking = [node for node in marks.get(NODES, "").split(",") if node not in well]
    return f"not running: {', '.join(lacking)}" if lacking else None


def _lab(name: str, parts: Sequence[Container | Bridge]) -> Running:
    marks = parts[0].labels
    return Running(
        name=name,
        engine="docker",
        file=Path(marks.get(FILE, "")),
        digest=marks.get(DIGEST, ""),
        workspace=Path(marks.get(WORKSPACE, "")),
        fast=marks.get(FAST) == "true",
        ailment=ailment(marks, (part for part in parts if isinstance(part, Container))),
    )
