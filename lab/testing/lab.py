"""The lab, as a test sees it: hosts by name, links to change, whole scenarios to run."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from lab.capabilities import lacks
from lab.capture import Capture
from lab.errors import LabError, Unavailable, UsageError
from lab.links import LinkChange, change_link
from lab.scenario import delay_ms, find_scenario, load_scenario, loss_percent, rate_kbit
from lab.testing.failures import ScenarioFailed
from lab.testing.hosts import Host
from lab.testing.traffic import Traffic
from lab.trial import try_scenario
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import TypeVar

    from lab.engines.base import Lab as Connection
    from lab.packets import Detail
    from lab.testing.programs import Running
    from lab.topology import Topology
    from lab.verdict import Result

    _Number = TypeVar("_Number", int, float)


class Lab:
    """A lab that is up, lent to one test: leaving its `with` block ends what the test started."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._programs: list[Running] = []
        self._links: dict[tuple[str, str], LinkChange] = {}

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self._connection.engine

    @property
    def topology(self) -> Topology:
        """What is connected to what."""
        return self._connection.topology

    @property
    def folder(self) -> Path:
        """The compose file's folder, in which programs start; hosts see it at the same path, read-only."""
        return self.topology.file.parent

    def __getitem__(self, host: str) -> Host:
        """The host, or router, of that name; UsageError says which one may have been meant."""
        __tracebackhide__ = True
        return Host(self._connection, self.topology.node(host), self.folder, self._programs.append)

    @contextlib.contextmanager
    def link(
        self,
        place: str,
        *,
        loss: str | None = None,
        rate: str | None = None,
        delay: str | None = None,
        down: bool = False,
    ) -> Iterator[None]:
        """The link `host/network` is so (`loss="30%"`, `rate="1mbit"`, `delay="50ms"`) in the block, then as before.

        What is not mentioned is perfect. Unavailable when this kernel cannot delay.
        """
        host, network = self._attachment(place)
        change = LinkChange(
            loss_percent=_number("loss", loss, loss_percent),
            rate_kbit=_number("rate", rate, rate_kbit),
            delay_ms=_number("delay", delay, delay_ms),
            down=down,
        )
        if change.delay_ms is not None and (reason := lacks(self._connection, host, "delay")) is not None:
            raise Unavailable(reason)
        before = self._links.get((host, network), LinkChange())
        self._change(host, network, change)
        try:
            yield
        finally:
            self._change(host, network, before)

    @contextlib.contextmanager
    def capture(self, place: str, *, only: Sequence[str] = (), show: Collection[Detail] = ()) -> Iterator[Traffic]:
        """What passes at the interface `host/network` in the block, from the first packet on.

        `only` are the sorts that count (`icmp`, `udp/3000`, …; all but ARP unless told), `show` what lines tell of
        each besides (`mac`, `ttl`, `id`).
        """
        host, network = self._attachment(place)
        with Capture.start(self._connection, host, [network]) as capture:
            yield Traffic(capture, only, show)

    def run_scenario(
        self, which: str | Path, programs: Mapping[str, str | Sequence[str]] | None = None, *, check: bool = True
    ) -> Result:
        """Run a scenario by its name, or by a path from the compose file's folder; `programs` are one's own, by role.

        One that does not pass is a ScenarioFailed with the report of `lab run` (unless `check` is off), one that this
        machine cannot offer is Unavailable, and a lab that fails a LabError.
        """
        __tracebackhide__ = True
        scenario = load_scenario(self._scenario_file(which), self.topology)
        own = {role: tuple(shlex.split(c) if isinstance(c, str) else c) for role, c in (programs or {}).items()}
        for role in own:
            scenario.program(role)
        result = try_scenario(scenario, self._connection, own, folder=self.folder, own_folder=self.folder)
        if result.verdict is Verdict.ERROR:
            raise LabError(result.reason)
        if result.verdict is Verdict.SKIPPED:
            raise Unavailable(result.reason)
        if check and result.verdict is Verdict.FAILED:
            raise ScenarioFailed(result, self.topology)
        return result

    def close(self) -> None:
        """End every program that was started."""
        while self._programs:
            self._programs.pop().close()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _scenario_file(self, which: str | Path) -> Path:
        path = str(self.folder / which) if isinstance(which, Path) or "/" in which else which
        return find_scenario(path, self.folder / "scenarios")

    def _attachment(self, place: str) -> tuple[str, str]:
        host, slash, network = place.partition("/")
        if not slash:
            raise UsageError(f"which link? {place!r} should be HOST/NETWORK")
        return host, self.topology.node(host).interface(network).network

    def _change(self, host: str, network: str, change: LinkChange) -> None:
        change_link(self._connection, host, network, change)
        self._links[host, network] = change


def _number(what: str, text: str | None, parse: Callable[[str], _Number]) -> _Number | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f"{what}: {error}") from None
