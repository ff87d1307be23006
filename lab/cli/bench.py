"""Where one scenario after another is tried: a lab, and a new one after something failed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.verdict import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engines.base import Lab
    from lab.scenario import Scenario

    Watch = Callable[[str], None]
    Attempt = Callable[[Scenario, Lab, Watch], Result]


class Bench:
    """Makes its lab when that is first needed; leaving its `with` block lets go of it.

    A lab on which something failed is not trusted with the next scenario. One that cannot be made is an ERROR of the
    scenario that needed it.
    """

    def __init__(self, engine: str, make: Callable[[], Lab]) -> None:
        self._engine = engine
        self._make = make
        self._lab: Lab | None = None
        self._is_good = False

    def try_on(self, scenario: Scenario, attempt: Attempt, watch: Watch) -> Result:
        """Run one scenario, by means of `attempt`."""
        try:
            if not self._is_good:
                watch(f"bringing a lab up on {self._engine} …")
            result = attempt(scenario, self.lab(), watch)
        except LabError as error:
            result = Result(scenario=scenario, engine=self._engine, verdict=Verdict.ERROR, reason=str(error))
        self._is_good = result.verdict is not Verdict.ERROR
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
