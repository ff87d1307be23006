"""Tasks side by side: a few workers, each with a lab of its own and one task after another on it."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lab.cli.bench import Bench
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lab.cli.bench import Attempt, Task
    from lab.engines.base import Engine
    from lab.topology import Topology
    from lab.verdict import Result


@dataclass(frozen=True)
class Doing:
    """What a worker is at."""

    worker: int
    task: Task
    what: str


@dataclass(frozen=True)
class Tried:
    """A task, by its number, that a worker has done with."""

    worker: int
    number: int
    task: Task
    result: Result


class Workers:
    """As many as there are names for their labs; leaving the `with` block because of an error ends them at once.

    `attempt` runs one task on one lab and is called in the workers' threads. With `anew` each task has a new lab.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        topology: Topology,
        workspace: Path,
        names: Sequence[str],
        tasks: Sequence[Task],
        attempt: Attempt,
        anew: bool = False,
        fast: bool = False,
    ) -> None:
        self._engine = engine
        self._topology = topology
        self._workspace = workspace
        self._names = names
        self._tasks = tasks
        self._attempt = attempt
        self._anew = anew
        self._fast = fast
        self._waiting = iter(list(enumerate(tasks)))
        self._taking = threading.Lock()
        self._stopping = threading.Event()
        self._events: queue.SimpleQueue[Doing | Tried | BaseException] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, args=(worker,), name=name, daemon=True)
            for worker, name in enumerate(names)
        ]

    def events(self) -> Iterator[Doing | Tried]:
        """Start, and tell what happens until every task was tried. What broke a worker is raised here."""
        for thread in self._threads:
            thread.start()
        left = len(self._tasks)
        while left:
            event = self._events.get()
            if isinstance(event, BaseException):
                raise event
            left -= isinstance(event, Tried)
            yield event

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._stop()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _stop(self) -> None:
        """Signals reach the main thread only, so a worker is stopped by taking away the lab it works on."""
        self._stopping.set()
        for name in self._names:
            with contextlib.suppress(LabError):  # what happened first is what is told
                self._engine.down(name)

    def _work(self, worker: int) -> None:
        name = self._names[worker]
        try:
            with Bench(
                self._engine.NAME,
                lambda: self._engine.up(self._topology, name, self._workspace, tethered=True, fast=self._fast),
                anew=self._anew,
            ) as bench:
                while (taken := self._take()) is not None:
                    number, task = taken
                    result = bench.try_on(task, self._attempt, partial(self._tell, worker, task))
                    self._events.put(Tried(worker, number, task, result))
        except BaseException as error:  # noqa: BLE001  raised again in the main thread
            self._events.put(error)

    def _take(self) -> tuple[int, Task] | None:
        with self._taking:
            return None if self._stopping.is_set() else next(self._waiting, None)

    def _tell(self, worker: int, task: Task, what: str) -> None:
        if self._stopping.is_set():  # this lab came up too late to be taken away
            raise LabError("the run is at its end")
        self._events.put(Doing(worker, task, what))
