"""The labs of one test session: one an engine and compose file, made when first needed, gone with the process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lab.testing.turn import Turn

if TYPE_CHECKING:
    from pathlib import Path

    from lab.engines.base import Engine, Lab
    from lab.topology import Topology

ROOM_FOR_ONE = "docker"
"""The engine on which two labs of the same subnets cannot be up at once."""


class Pool:
    """Hands out labs that are up. `worker` tells processes of one session apart; `root` is the project's folder.

    Hosts see the project's folder, or the compose file's where that lies elsewhere.
    """

    def __init__(self, root: Path, worker: str = "") -> None:
        self._root = root.resolve()
        self._worker = worker
        self._labs: dict[tuple[str, Path], Lab] = {}
        self._made = 0
        self._turn: Turn | None = None

    def lab(self, engine: Engine, topology: Topology) -> Lab:
        """The lab of this compose file on this engine; LabError when it cannot be made."""
        key = engine.NAME, topology.file
        if key not in self._labs:
            if engine.NAME == ROOM_FOR_ONE:
                self._make_room()
            self._made += 1
            self._labs[key] = engine.up(topology, self._name(topology), self._workspace(topology), tethered=True)
        return self._labs[key]

    def give_up(self, engine: str) -> None:
        """No lab on this engine is trusted any more: something failed there."""
        for key in [key for key in self._labs if key[0] == engine]:
            self._labs.pop(key).close()

    def close(self) -> None:
        """Take all of them down."""
        for engine in {engine for engine, _ in self._labs}:
            self.give_up(engine)
        if self._turn is not None:
            self._turn.end()
            self._turn = None

    def _make_room(self) -> None:
        self.give_up(ROOM_FOR_ONE)
        if self._turn is None:
            self._turn = Turn.wait_for(ROOM_FOR_ONE)

    def _name(self, topology: Topology) -> str:
        """Like no other's: workers differ in their pid too, and a session may have several compose files."""
        return "-".join(filter(None, (topology.name[:15], "test", self._worker[:6], str(os.getpid()), str(self._made))))

    def _workspace(self, topology: Topology) -> Path:
        home = topology.file.parent
        return self._root if home.is_relative_to(self._root) else home
