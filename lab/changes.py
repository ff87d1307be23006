"""What a scenario changes about the network: done step by step, and undone when the scenario is over."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.forwards import end_forward, forward_port
from lab.links import LinkChange, change_link
from lab.record import Change
from lab.routes import next_hop, set_gateway
from lab.scenario import Forward, Gateway, Hub, Link

if TYPE_CHECKING:
    from lab.engines.base import Lab
    from lab.scenario import NetworkStep


class Changes:
    """All changes so far; leaving its `with` block undoes those that still stand, the last one first."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._began_s = time.monotonic()
        self._standing: dict[tuple[str, str], NetworkStep] = {}
        self.made: list[Change] = []

    def __enter__(self) -> Changes:
        return self

    def __exit__(self, *_: object) -> None:
        for step in reversed(self._standing.values()):
            with contextlib.suppress(LabError):  # the lab failed already, and that is what is told
                _undo(self._lab, step)

    @property
    def standing(self) -> tuple[NetworkStep, ...]:
        """The steps that made the network what it is now."""
        return tuple(self._standing.values())

    def make(self, step: NetworkStep) -> None:
        """Do what the step says. Raises LabError."""
        of = step.kind, step.subject
        self._standing.pop(of, None)
        self._standing[of] = step  # what fails half-way is undone too
        _do(self._lab, step)
        if step.is_restoring:
            del self._standing[of]
        self._keep_gateway(step)
        self.made.append(
            Change(
                kind=step.kind,
                subject=step.subject,
                how=step.how,
                stands=not step.is_restoring,
                time_s=time.monotonic() - self._began_s,
            )
        )

    def _keep_gateway(self, step: NetworkStep) -> None:
        """A link that comes up again brings its host's own routes along; another gateway is still to hold."""
        if isinstance(step, Link) and (gateway := self._standing.get((Gateway.kind, step.host))) is not None:
            _do(self._lab, gateway)


def _do(lab: Lab, step: NetworkStep) -> None:
    match step:
        case Link():
            change_link(lab, step.host, step.network, step.change)
        case Gateway(restore=True):
            _undo(lab, step)
        case Gateway():
            set_gateway(lab, step.host, next_hop(lab.topology, step.host, step.to) if step.to else None)
        case Forward():
            forward_port(lab, step.at, step.host, step.port)
        case Hub():
            lab.set_hub(step.network, on=step.on)


def _undo(lab: Lab, step: NetworkStep) -> None:
    match step:
        case Link():
            change_link(lab, step.host, step.network, LinkChange())
        case Gateway():
            set_gateway(lab, step.host, lab.topology.node(step.host).gateway)
        case Forward():
            end_forward(lab, step.at)
        case Hub():
            lab.set_hub(step.network, on=False)
