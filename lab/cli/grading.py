"""`lab grade`: everybody's programs in the roles of scenarios, each in a lab of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli import labs, library
from lab.cli.bench import Task, attempt
from lab.cli.given import Given, jobs_option, lab_options
from lab.cli.programs import own_programs
from lab.cli.reports import check_reports
from lab.cli.workers import Doing, Workers
from lab.errors import UsageError
from lab.grading import STUDENT, Grade, Pattern, commands_of, find_students
from lab.report import json
from lab.report.board import Board
from lab.report.console import console
from lab.report.file import ReportFile
from lab.report.grades import UNGRADED, as_csv, as_json, print_grades
from lab.verdict import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.engines.base import Engine
    from lab.grading import Student
    from lab.scenario import Scenario
    from lab.topology import Topology

_UNGRADED = 3
_FILE = click.Path(path_type=Path, allow_dash=True)


@click.command("grade")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--program", "programs", multiple=True, required=True, metavar="ROLE=CMD",
    help="A student's program in a role, with {student} in it; of several for a role, the first that is there.",
)  # fmt: skip
@jobs_option
@click.option("--csv", "csv_file", type=_FILE, metavar="FILE", help="The grades for a spreadsheet.")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="All as JSON; for both, - is standard output.")
@click.option("--verbose", "-v", is_flag=True, help="Every step as it happens.")
@lab_options()
@click.pass_obj
def grade_command(  # noqa: PLR0917
    given: Given,
    names: tuple[str, ...],
    folder: Path,
    programs: tuple[str, ...],
    jobs: int,
    csv_file: Path | None,
    json_file: Path | None,
    verbose: bool,
) -> int:
    """Run everybody's programs and say who passes what.

    FOLDER has a folder for each student ({student}/server.py), or a file ({student}.py). NAME is one of `lab list`, or
    a path to a scenario file. A student's programs start in the student's folder, and play their roles of each scenario
    in a lab made for that and removed afterwards: nobody meets what another one has left behind.

    The exit code is 0 when everybody was graded, whatever came of it, and 3 when the lab failed for somebody.

    \b
    lab grade udp-echo --program server='python {student}/server.py' students
    lab grade udp-echo tcp-echo students --jobs 4 --csv grades.csv \\
        --program server='python {student}.py' --program server='sh {student}.sh'
    """
    topology = labs.topology_of(given)
    scenarios = library.named(topology, names)
    class_ = _Class.read(topology, scenarios, folder, programs)
    reports = [ReportFile(option, file) for option, file in (("--csv", csv_file), ("--json", json_file)) if file]
    check_reports(reports)
    engine = labs.choose_engine(given)
    grades = _graded(class_, given, engine, jobs, is_verbose=verbose)
    print_grades(console(sys.stderr if any(report.is_stdout for report in reports) else sys.stdout), grades)
    for report in reports:
        is_csv = report.option == "--csv"
        report.write(as_csv(grades) if is_csv else json.dumped(as_json(grades, topology)) + "\n")
    return _UNGRADED if any(grade.result.verdict in UNGRADED for grade in grades) else 0


@dataclass(frozen=True, kw_only=True)
class _Class:
    """Everybody, what they are to do, and which commands may do it."""

    topology: Topology
    scenarios: Sequence[Scenario]
    students: tuple[Student, ...]
    patterns: Mapping[str, Sequence[Pattern]]

    @classmethod
    def read(cls, topology: Topology, scenarios: Sequence[Scenario], folder: Path, programs: Sequence[str]) -> _Class:
        """UsageError when nobody could be graded so."""
        patterns: dict[str, list[Pattern]] = {}
        for text in programs:
            own_programs([text.replace(STUDENT, "student")], scenarios, topology)
            role, _, command = text.partition("=")
            patterns.setdefault(role, []).append(Pattern.of(role, command))
        for scenario in scenarios:
            if not any(program.role in patterns for program in scenario.programs()):
                raise UsageError(f"no --program has a role in {scenario.name}, so nobody would be graded by it")
        folder = folder.resolve()
        students = find_students(folder, [one for several in patterns.values() for one in several])
        workspace = labs.workspace_for(topology).resolve()
        for path in (folder, *(student.folder.resolve() for student in students)):
            if not path.is_relative_to(workspace):
                raise UsageError(f"hosts see {workspace}, and {path} lies outside: copy it there, or go where both are")
        return cls(topology=topology, scenarios=scenarios, students=students, patterns=patterns)

    def tasks(self, engine: str) -> list[Task | Grade]:
        """Everybody's tasks; the grade itself where nothing was handed in."""
        return [self._task(student, scenario, engine) for student in self.students for scenario in self.scenarios]

    def _task(self, student: Student, scenario: Scenario, engine: str) -> Task | Grade:
        roles = {program.role for program in scenario.programs()}
        wanted = {role: patterns for role, patterns in self.patterns.items() if role in roles}
        commands, missing = commands_of(student, wanted)
        if missing is not None:
            result = Result(scenario=scenario, engine=engine, verdict=Verdict.FAILED, reason=missing)
            return Grade(student=student.name, result=result)
        return Task(scenario=scenario, programs=commands, own_folder=student.folder, whose=student.name)


def _graded(class_: _Class, given: Given, engine: Engine, jobs: int, *, is_verbose: bool) -> list[Grade]:
    """In the order of students and scenarios, whoever ends first."""
    graded = class_.tasks(engine.NAME)
    numbers = [number for number, one in enumerate(graded) if isinstance(one, Task)]
    tasks = [one for one in graded if isinstance(one, Task)]
    for number, result in _results(class_.topology, tasks, given, engine, jobs, is_verbose=is_verbose).items():
        graded[numbers[number]] = Grade(student=tasks[number].whose, result=result)
    return [one for one in graded if isinstance(one, Grade)]


def _results(
    topology: Topology, tasks: Sequence[Task], given: Given, engine: Engine, jobs: int, *, is_verbose: bool
) -> dict[int, Result]:
    """What came of each task, by its number."""
    workers = min(labs.at_once(engine, jobs), len(tasks))
    name = given.name or topology.name
    results: dict[int, Result] = {}
    with (
        Workers(
            engine=engine,
            topology=topology,
            workspace=labs.workspace_for(topology),
            names=[labs.temporary_name(name, "grade", number) for number in range(1, workers + 1)],
            tasks=tasks,
            attempt=attempt,
            anew=True,
        ) as at_work,
        Board(workers, len(tasks), is_verbose=is_verbose) as board,
    ):
        for event in at_work.events():
            if isinstance(event, Doing):
                board.doing(event.worker, event.task.name, event.what)
            else:
                board.tried(event.worker, event.task.name, event.result.verdict)
                results[event.number] = event.result
    return results
