"""Where one scenario after another is tried: a lab, and a new one after something failed on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.cli import labs
from lab.errors import LabError
from lab.trial import try_scenario
from lab.verdict import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.cli.programs import Programs
    from lab.engines.base import Lab
    from lab.scenario import Scenario

    Watch = Callable[[str], None]
    Attempt = Callable[["Task", Lab, Watch], Result]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A scenario to be tried, with programs of somebody's own in roles of it.

    These start in `own_folder`, or else in the current directory; `whose` says whose they are, when there are several.
    `everywhere` is how many bytes to keep of each packet on the way, not only of those the scenario speaks of.
    """

    scenario: Scenario
    programs: Programs = field(default_factory=dict)
    own_folder: Path | None = None
    whose: str = ""
    everywhere: int = 0

    @property
    def name(self) -> str:
        """What to call it while it is tried."""
        return f"{self.whose}: {self.scenario.name}" if self.whose else self.scenario.name


def attempt(task: Task, lab: Lab, watch: Watch) -> Result:
    """Run a task's scenario on a lab."""
    folder, here = labs.folders_inside(lab)
    return try_scenario(
        task.scenario, lab, task.programs, watch, folder=folder, own_folder=task.own_folder or here,
        everywhere=task.everywhere,
    )  # fmt: skip


class Bench:
    """Makes its lab when that is first needed; leaving its `with` block lets go of it.

    A lab on which something failed is not trusted with the next scenario, and with `anew` none is. One that cannot be
    made is an ERROR of the scenario that needed it.
    """

    def __init__(self, engine: str, make: Callable[[], Lab], *, anew: bool = False) -> None:
        self._engine = engine
        self._make = make
        self._anew = anew
        self._lab: Lab | None = None
        self._is_good = False

    def try_on(self, task: Task, attempt: Attempt, watch: Watch) -> Result:
        """Run one task, by means of `attempt`."""
        try:
            if not self._is_good:
                watch(f"bringing a lab up on {self._engine} …")
            result = attempt(task, self.lab(), watch)
        except LabError as error:
            result = Result(scenario=task.scenario, engine=self._engine, verdict=Verdict.ERROR, reason=str(error))
        self._is_good = result.verdict is not Verdict.ERROR and not self._anew
        return result

    def lab(self) -> Lab:
        """The lab that the next scenario runs on; LabError when there is none to be had."""
        if self._lab is None or not self._is_good:
            self._let_go()
            self._lab = self._make()
            self._is_good = True
        return self._lab

    def _let_go(self) -> None:
        lab, self._lab = self._lab, None
        if lab is not None:
            lab.close()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go()
