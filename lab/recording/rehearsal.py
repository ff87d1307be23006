"""Running a scenario to find out what it prints: its steps and what is typed are given, its transcripts are not."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.capabilities import lacks
from lab.errors import Unavailable
from lab.recording.typist import SILENCE_S, Silence, Typist
from lab.runner import run
from lab.scenario import Run, Start, Together
from lab.transcript import Dialogue, Typed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.engines.base import Lab
    from lab.record import Record
    from lab.scenario import Scenario, Step
    from lab.transcript import Bindings, Setting, Template


def is_bare(template: Template | None) -> bool:
    """Does it hold nothing but what is typed, or not even that?"""
    if template is None:
        return True
    lines = list(template.lines())
    is_typed = all(line.typing is not None and not line.pieces and not line.typing.inline for line in lines)
    return is_typed and len(lines) == len(template.items)


def typed_lines(template: Template | None) -> list[tuple[str, bool]]:
    """What is typed, as it is written, and whether it is a key."""
    lines = template.lines() if template else ()
    return [
        (line.source[line.source.rindex("<<") + 2 : line.source.rindex(">>")], line.typing.is_key)
        for line in lines
        if line.typing
    ]


def rehearse(
    scenario: Scenario,
    lab: Lab,
    programs: Mapping[str, Sequence[str]],
    watch: Callable[[str], None],
    *,
    folder: Path,
    own_folder: Path,
) -> Record:
    """Run it once without expectations; what transcripts it has only say what to type, and bind variables.

    Raises Unavailable when the lab lacks what the scenario needs.
    """
    host = next(scenario.programs()).host
    for need in scenario.needs:
        if (reason := lacks(lab, host, need)) is not None:
            raise Unavailable(reason)
    templates = {program.role: program.template for program in scenario.programs()}
    silence = Silence(time.monotonic())

    def converse(step: Start | Run, bindings: Bindings, setting: Setting, index: int | None) -> Typist:
        template = templates[step.role]
        guide = None if template is None or is_bare(template) else Dialogue(template, bindings, setting, index)
        lines = [Typed(text, is_key) for text, is_key in typed_lines(template)]
        return Typist(lines, bindings, silence, guide, index=index)

    return run(
        without_transcripts(scenario), lab, programs, watch, folder=folder, own_folder=own_folder, converse=converse
    )


def without_transcripts(scenario: Scenario) -> Scenario:
    """The same steps without expectations, and with more time for those who must be typed to: it takes longer so."""
    typings = sum(len(program.template.typings) for program in scenario.programs() if program.template)
    return replace(scenario, steps=tuple(_bare(step, typings * SILENCE_S) for step in scenario.steps), checks=())


def _bare(step: Step, more_s: float) -> Step:
    match step:
        case Start():
            return replace(step, template=None)
        case Run():
            return _bare_run(step, more_s)
        case Together():
            return replace(step, together=tuple(_bare_run(one, more_s) for one in step.together))
    return step


def _bare_run(step: Run, more_s: float) -> Run:
    return replace(step, template=None, timeout_s=step.timeout_s + more_s)
