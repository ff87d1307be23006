"""`lab record`: the transcripts of a scenario, written by running it."""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.cli import labs, library
from lab.cli.given import Given, lab_options
from lab.cli.programs import own_programs
from lab.document import load, shown
from lab.errors import DocumentError, UsageError
from lab.recording import (
    Rehearsals,
    Unrecordable,
    is_bare,
    rehearse,
    transcripts,
    with_transcripts,
    without_transcripts,
)
from lab.report.console import console, progress
from lab.report.terminal import print_story
from lab.scenario import load_scenario
from lab.trial import try_scenario
from lab.verdict import Verdict, judge_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lab.cli.programs import Programs
    from lab.document import Document, Loc
    from lab.engines.base import Lab
    from lab.record import Record
    from lab.scenario import Run, Scenario, Start
    from lab.topology import Topology
    from lab.verdict import Result

_FAILED, _ERROR = 1, 3
_REHEARSALS = 2


@click.command("record")
@click.argument("which", metavar="NAME")
@click.option("--update", is_flag=True, help="Record anew what is no longer right; prints the difference.")
@click.option("--program", "programs", multiple=True, metavar="ROLE=CMD", help="Your own program in a role.")
@click.option("--verbose", "-v", is_flag=True, help="Every step as it happens.")
@lab_options()
@click.pass_obj
def record_command(given: Given, which: str, update: bool, programs: tuple[str, ...], verbose: bool) -> int:
    """Run a scenario's steps and write its transcripts.

    NAME is one of `lab list`, or a path to a scenario file with steps and no transcripts. The steps run twice: what
    differs becomes a variable, and so do addresses and ephemeral ports. Then the file is tried, and only when it passes
    is it written; nothing else in it changes. Look at it afterwards: it says what is, not what should be.

    What is to be typed stands where the transcript will be, a line each; prompts are found by waiting for silence:

    \b
      - run: client
        host: client-a1
        command: python services/udp_echo.py client {server}
        transcript: |
          <<sally>>

    \b
    lab record scenarios/mine.yaml
    lab record udp-echo --update
    """
    topology = labs.topology_of(given)
    (scenario,) = library.named(topology, [which])
    chosen = _chosen(scenario, update=update)
    own = own_programs(programs, [scenario], topology)
    page = _Page.read(scenario)
    page.with_transcripts({step.role: ["x"] for step in chosen})  # can it be done at all?
    with _lab(given, topology, is_verbose=verbose) as lab, progress(is_verbose=verbose) as watch:
        session = _Session(scenario, lab, own, watch)
        failed, text = session.record(chosen, page)
    if failed is not None:
        print_story(console(sys.stdout), failed, topology)
        draft = "" if failed.scenario.file == scenario.file else f"; what did not pass is {failed.scenario.file}"
        click.echo(f"lab: nothing recorded: {shown(scenario.file)} is as it was{draft}", err=True)
        return _ERROR if failed.verdict is Verdict.ERROR else _FAILED
    if update:
        click.echo(page.difference(text), nl=False)
    page.write(text)
    return 0


def _chosen(scenario: Scenario, *, update: bool) -> list[Start | Run]:
    """Whose transcripts to write: of a file that has some already, those, because the others may print anything."""
    recorded = [step for step in scenario.programs() if not is_bare(step.template)]
    if recorded and not update and (template := recorded[0].template):
        raise DocumentError(
            [f"{template.place}: {recorded[0].role} has a transcript already (lab record --update records it anew)"]
        )
    return [step for step in scenario.programs() if step.template is not None or not recorded]


@dataclass(frozen=True)
class _Page:
    """A scenario file's text, and where in it each program stands."""

    document: Document
    text: str
    places: Mapping[str, Loc]

    @classmethod
    def read(cls, scenario: Scenario) -> _Page:
        path = scenario.file
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise UsageError(f"{shown(path)} cannot be written: it or its folder is not yours to change")
        document = load(path)
        return cls(document, path.read_bytes().decode(), dict(_places(document)))

    def with_transcripts(self, by_role: Mapping[str, Sequence[str]]) -> str:
        return with_transcripts(self.text, self.document, {self.places[role]: text for role, text in by_role.items()})

    def difference(self, text: str) -> str:
        name = shown(self.document.path)
        old, new = (one.splitlines(keepends=True) for one in (self.text, text))
        return "".join(difflib.unified_diff(old, new, name, name))

    def write(self, text: str) -> None:
        """Replace the file in one go: whoever reads it meanwhile sees the old one or the new one."""
        path = self.document.path
        name = shown(path)
        if text == self.text:
            click.echo(f"lab: {name} is right already", err=True)
            return
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_bytes(text.encode())
            shutil.copymode(path, beside)
            beside.replace(path)
        except OSError as error:
            raise UsageError(f"{name} cannot be written: {error.strerror}") from None
        finally:
            beside.unlink(missing_ok=True)
        click.echo(f"lab: wrote {name}", err=True)


def _places(document: Document) -> Iterator[tuple[str, Loc]]:
    for index, step in enumerate(document.data["steps"]):
        programs: list[tuple[Loc, Any]] = [(("steps", index), step)]
        programs += [(("steps", index, "together", number), run) for number, run in enumerate(step.get("together", ()))]
        for loc, program in programs:
            if (role := program.get("start") or program.get("run")) is not None:
                yield role, loc


@dataclass(frozen=True)
class _Session:
    """One scenario on one lab, until its new text has passed."""

    scenario: Scenario
    lab: Lab
    programs: Programs
    watch: Callable[[str], None]

    def record(self, chosen: Sequence[Start | Run], page: _Page) -> tuple[Result | None, str]:
        """The new text; or how it came to nothing."""
        records = []
        for number in range(1, _REHEARSALS + 1):
            self.watch(f"{self.scenario.name}: rehearsal {number} of {_REHEARSALS} …")
            records.append(self._rehearsed())
            bare = without_transcripts(self.scenario)
            result = judge_record(bare, self.lab.topology, records[-1], self.lab.engine)
            if result.verdict is not Verdict.PASSED:
                return result, ""
        _check_typed(records[-1], self.scenario)
        text = page.with_transcripts(transcripts(Rehearsals(self.scenario, self.lab.topology, tuple(records)), chosen))
        failed: Result | None = None
        draft_file = Path(tempfile.mkdtemp(prefix="socket-lab-draft-")) / self.scenario.file.name
        try:
            draft = self._draft(draft_file, text, page)
            results = (*(self._judged(draft, record) for record in records), self._tried(draft))
            failed = next((one for one in results if one.verdict is not Verdict.PASSED), None)
        finally:
            if failed is None:  # otherwise the story tells of its lines
                shutil.rmtree(draft_file.parent)
        return failed, text

    def _rehearsed(self) -> Record:
        folder, own_folder = labs.folders_inside(self.lab)
        return rehearse(self.scenario, self.lab, self.programs, self._told, folder=folder, own_folder=own_folder)

    def _tried(self, draft: Scenario) -> Result:
        self.watch(f"{self.scenario.name}: does it pass? …")
        folder, own_folder = labs.folders_inside(self.lab)
        return try_scenario(draft, self.lab, self.programs, self._told, folder=folder, own_folder=own_folder)

    def _judged(self, draft: Scenario, record: Record) -> Result:
        executions = tuple(replace(one, step=draft.program(one.role)) for one in record.executions)
        return judge_record(draft, self.lab.topology, replace(record, executions=executions), self.lab.engine)

    def _told(self, text: str) -> None:
        self.watch(f"{self.scenario.name}: {text}")

    def _draft(self, path: Path, text: str, page: _Page) -> Scenario:
        """The new text as a scenario, read from a file of the same name."""
        path.write_bytes(text.encode())
        try:
            draft = load_scenario(path, self.lab.topology)
        except DocumentError as error:
            said = str(error).replace(shown(path), shown(self.scenario.file))
            raise Unrecordable(f"nothing recorded: the file would be wrong:\n{said}") from None
        if _without(load(path)) != _without(page.document):
            raise Unrecordable("nothing recorded: more than the transcripts would change in this file")
        return draft


def _without(document: Document) -> object:
    """The file without its transcripts."""

    def strip(data: object) -> object:
        if isinstance(data, dict):
            return {key: strip(value) for key, value in data.items() if key != "transcript"}
        return [strip(one) for one in data] if isinstance(data, list) else data

    return strip(document.data)


def _check_typed(record: Record, scenario: Scenario) -> None:
    for execution in record.executions:
        template = scenario.program(execution.role).template
        typings = template.typings if template else ()
        if len(execution.typed) < len(typings):
            number = len(execution.typed) + 1
            raise Unrecordable(
                f"nothing recorded: {execution.transcript.source} was over before line {number} of what is to be typed"
            )


@contextlib.contextmanager
def _lab(given: Given, topology: Topology, *, is_verbose: bool) -> Iterator[Lab]:
    """The lab that is up, or one that is made for this and removed afterwards."""
    supply = labs.supply(given, topology, "record", only_here=True)
    with progress(is_verbose=is_verbose) as watch:
        if not supply.was_up:
            watch(f"bringing a lab up on {supply.engine.NAME} …")
        made = supply.make()
    with made as lab:
        yield lab
