"""The pytest plugin, in projects of other people: pytest in a process of its own, on the embedded engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from lab.engines import netns

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
LESSON = """\
name: {name}
title: A test
topics: [greeting, test]
story: A test.
steps:
- run: program
  host: {host}
  command: echo {said}
  transcript: hello
"""
NO_DOCKER = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


@dataclass(frozen=True)
class Ran:
    """What pytest said."""

    code: int
    out: str

    @property
    def verdicts(self) -> dict[str, str]:
        """Test to verdict, of a run with -v."""
        return dict(re.findall(r"^(\S+::\S+) ([A-Z]+)", self.out, re.MULTILINE))


@dataclass(frozen=True)
class Project:
    """Somebody's project: a folder with our compose file, and nothing else yet."""

    folder: Path
    labs: Path

    def write(self, name: str, text: str) -> None:
        """A file in it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def lesson(self, name: str, said: str = "hello", host: str = "server") -> None:
        """A scenario that passes when its program says hello."""
        self.write(f"scenarios/{name}.yaml", LESSON.format(name=name, said=said, host=host))

    def pytest(self, *arguments: str, engine: str | None = "netns", **env: str) -> Ran:
        """Run it."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("LAB_", "PYTEST_", "CI"))}
        clean |= {"XDG_RUNTIME_DIR": str(self.labs), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120", **env}
        clean["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # others take their time to start; tests/test_wheel.py finds ours
        chosen = [] if engine is None else ["--lab-engine", engine]
        argv = [sys.executable, "-m", "pytest", "-v", "-ra", "-p", "lab.pytest_plugin", *chosen, *arguments]
        done = subprocess.run(
            argv, cwd=self.folder, env=clean, capture_output=True, text=True, timeout=100, check=False
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    @property
    def left(self) -> list[str]:
        """The labs of which something is there."""
        return [path.name for path in self.labs.glob("socket-lab/*") if path.is_dir()]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    if (reason := netns.unavailable()) is not None:
        pytest.skip(reason)
    folder = tmp_path / "project"
    folder.mkdir()
    for path in (folder, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)  # programs on hosts may read it, whoever they run as
    shutil.copy(ROOT / "docker-compose.yml", folder)
    labs = Path(tempfile.mkdtemp(prefix="lab-"))  # short: sockets lie in it
    found = Project(folder, labs)
    yield found
    left = found.left
    shutil.rmtree(labs)
    assert left == []


# Scenario files


def test_a_scenario_is_a_test_on_each_engine(project: Project) -> None:
    project.lesson("one")
    ran = project.pytest()
    assert (ran.code, ran.verdicts) == (0, {"scenarios/one.yaml::one[netns]": "PASSED"})
    listed = project.pytest("--collect-only", "-qq", engine="all").out
    assert re.findall(r"^scenarios\S+", listed, re.MULTILINE) == [
        "scenarios/one.yaml::one[docker]",
        "scenarios/one.yaml::one[netns]",
    ]


def test_a_failure_is_the_report_of_lab_run_and_no_traceback(project: Project) -> None:
    project.lesson("one", said="hallo")
    ran = project.pytest()
    assert (ran.code, ran.verdicts) == (1, {"scenarios/one.yaml::one[netns]": "FAILED"})
    for part in ("Who runs what", "What happened", "What went wrong", "  program on server  scenarios/one.yaml:9"):
        assert f"\n{part}" in ran.out
    assert re.search(r"^✗ FAILED  one  \d", ran.out, re.MULTILINE)
    assert "lab/testing" not in ran.out
    assert re.search(
        r"^FAILED scenarios/one.yaml::one\[netns\] - program on server: expected 'hello'", ran.out, re.MULTILINE
    )


def test_a_wrong_scenario_is_an_error_before_anything_runs(project: Project) -> None:
    project.lesson("fine")
    project.lesson("wrong", host="sever")
    ran = project.pytest()
    assert ran.code == 2
    message = "scenarios/wrong.yaml:7: steps[0].host: no host 'sever' (did you mean 'server'?)"
    assert re.search(rf"^{re.escape(message)}$", ran.out, re.MULTILINE)
    assert "Traceback" not in ran.out
    assert ran.verdicts == {}


def test_a_wrong_compose_file_is_one_too(project: Project) -> None:
    project.lesson("one")
    compose = project.folder / "docker-compose.yml"
    compose.write_text(compose.read_text().replace("hostname: server\n", "hostnam: server\n"))
    ran = project.pytest()
    assert ran.code == 2
    assert re.search(r"^docker-compose.yml:\d+: .*did you mean 'hostname'", ran.out, re.MULTILINE)


def test_other_yaml_is_left_alone(project: Project) -> None:
    project.write("scenarios/notes.yaml", "title: nothing to do here\n")
    project.write("elsewhere/one.yaml", LESSON.format(name="one", said="hello", host="server"))
    project.write("scenarios/broken.yaml", "{[")
    assert project.pytest().code == pytest.ExitCode.NO_TESTS_COLLECTED


def test_without_a_compose_file_nothing_is_a_scenario(project: Project) -> None:
    project.lesson("one")
    (project.folder / "docker-compose.yml").rename(project.folder / "other.yml")
    assert project.pytest().code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert project.pytest("--lab-file", "other.yml").verdicts == {"scenarios/one.yaml::one[netns]": "PASSED"}
    assert project.pytest(LAB_FILE="other.yml").verdicts == {"scenarios/one.yaml::one[netns]": "PASSED"}


def test_the_folders_name_can_be_another(project: Project) -> None:
    project.write("lessons/one.yaml", LESSON.format(name="one", said="hello", host="server"))
    project.lesson("two")
    project.write("pytest.ini", "[pytest]\nlab_scenarios = lessons\n")
    assert list(project.pytest("--collect-only").verdicts) == []
    assert project.pytest().verdicts == {"lessons/one.yaml::one[netns]": "PASSED"}


def test_topics_select(project: Project) -> None:
    project.lesson("one")
    project.write("scenarios/two.yaml", LESSON.format(name="two", said="hello", host="server").replace("greeting", "x"))
    assert project.pytest("-k", "greeting").verdicts == {"scenarios/one.yaml::one[netns]": "PASSED"}


def test_what_this_machine_lacks_is_skipped_with_the_reason(project: Project) -> None:
    project.lesson("one")
    one = project.folder / "scenarios/one.yaml"
    one.write_text(one.read_text().replace("steps:", "needs: [delay]\nsteps:"))
    project.write("conftest.py", "import lab.trial\nlab.trial.lacks = lambda *_: 'no such thing here'\n")
    ran = project.pytest()
    assert ran.verdicts == {"scenarios/one.yaml::one[netns]": "SKIPPED"}
    assert "SKIPPED [1] scenarios/one.yaml:1: no such thing here" in ran.out


def test_a_lab_that_fails_is_an_error_and_the_next_test_has_a_new_one(project: Project) -> None:
    project.write(
        "tests/test_it.py",
        """
        def test_it_is_taken_away(lab):
            from lab.engines import netns
            (found,) = netns.running()
            netns.down(found.name)
            lab["server"].run("true")

        def test_and_there_is_another(lab):
            lab["server"].run("true")
        """,
    )
    ran = project.pytest("--junitxml", "report.xml")
    assert list(ran.verdicts.values()) == ["ERROR", "PASSED"]
    assert "1 passed, 1 error" in ran.out
    assert "Traceback" not in ran.out
    (suite,) = ET.parse(project.folder / "report.xml").getroot()
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")


# Engines


def test_an_engine_that_does_not_work_is_skipped_with_the_reason(project: Project) -> None:
    project.lesson("one")
    ran = project.pytest(engine="all", **NO_DOCKER)
    assert ran.verdicts == {"scenarios/one.yaml::one[docker]": "SKIPPED", "scenarios/one.yaml::one[netns]": "PASSED"}
    assert re.search(r"^SKIPPED \[1\] scenarios/one.yaml:1: docker: ", ran.out, re.MULTILINE)


@pytest.mark.parametrize(("engine", "env"), [("docker", {}), ("all", {"CI": "true"})])
def test_asked_for_by_name_or_in_ci_it_is_an_error(project: Project, engine: str, env: dict[str, str]) -> None:
    project.lesson("one")
    ran = project.pytest(engine=engine, **NO_DOCKER, **env)
    assert ran.code == 1
    assert ran.verdicts["scenarios/one.yaml::one[docker]"] == "ERROR"
    assert ran.out.count("\nno Docker Engine answers at unix:///nowhere/docker.sock") == 1
    assert "Traceback" not in ran.out


def test_the_first_that_works_is_taken_unless_it_is_said(project: Project) -> None:
    project.lesson("one")
    assert list(project.pytest(engine=None, **NO_DOCKER).verdicts) == ["scenarios/one.yaml::one[netns]"]
    project.write("pytest.ini", "[pytest]\nlab_engine = docker\n")
    for engine, env, names in (
        (None, {}, "docker"),
        (None, {"LAB_ENGINE": "netns"}, "netns"),
        ("docker,netns", {"LAB_ENGINE": "netns"}, "docker netns"),
    ):
        listed = project.pytest("--collect-only", "-qq", engine=engine, **env).out
        assert re.findall(r"one\[(\w+)\]", listed) == names.split()


def test_an_engine_that_does_not_exist_is_refused_at_once(project: Project) -> None:
    ran = project.pytest(engine="netsn")
    assert ran.code == pytest.ExitCode.USAGE_ERROR
    assert ran.out == "ERROR: --lab-engine netsn: no engine 'netsn' (did you mean 'netns'?)\n\n"


# The fixture


def test_a_test_has_the_lab_and_a_clear_message_when_it_fails(project: Project) -> None:
    project.write(
        "tests/test_it.py",
        """
        import pytest
        from lab.testing import Lab

        def test_right(lab: Lab) -> None:
            assert lab["server"].run("hostname").stdout == "server\\n"

        def test_wrong(lab: Lab) -> None:
            lab["server"].run("sh -c 'echo alas; exit 1'")

        def test_lacking(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
            monkeypatch.setattr("lab.testing.lab.lacks", lambda *_: "no delay here")
            with lab.link("server/datacenter", delay="5ms"):
                pass

        def test_typo(lab: Lab) -> None:
            lab["sever"]
        """,
    )
    ran = project.pytest()
    assert list(ran.verdicts.values()) == ["PASSED", "FAILED", "SKIPPED", "FAILED"]
    assert (
        "E       lab.testing.failures.Failed: sh -c 'echo alas; exit 1' on server ended with exit status 1" in ran.out
    )
    assert "lab/testing/hosts.py" not in ran.out
    assert "SKIPPED [1] tests/test_it.py:11: no delay here" in ran.out
    assert "lab.errors.UsageError: no host 'sever' in docker-compose.yml (did you mean 'server'?)" in ran.out


def test_what_a_test_started_or_changed_is_as_before_in_the_next(project: Project) -> None:
    project.write(
        "tests/test_it.py",
        """
        LISTEN = "import socket as s; x = s.socket(s.AF_INET, s.SOCK_DGRAM); x.bind(('', 5000)); input()"

        KEPT = []

        def test_leaves_something(lab):
            KEPT.append(lab["server"].start(["python", "-c", LISTEN]))
            lab["server"].wait_until_listening("udp/5000")
            with lab.link("server/datacenter", down=True):
                assert "DOWN" in lab["server"].run("ip -brief link show eth0").stdout
                assert False

        def test_finds_nothing(lab):
            assert lab["server"].run(["python", "-c", LISTEN], input="\\n").status == 0
            assert "UP" in lab["server"].run("ip -brief link show eth0").stdout
        """,
    )
    assert list(project.pytest().verdicts.values()) == ["FAILED", "PASSED"]


def test_it_is_one_lab_for_all_tests_of_a_session(project: Project) -> None:
    project.lesson("one")
    project.write(
        "tests/test_it.py",
        """
        import pytest

        @pytest.mark.parametrize("number", range(3))
        def test_it(lab, number):
            lab["server"].run(["sh", "-c", "echo x >> /tmp/visits"])
            assert len(lab["server"].run("cat /tmp/visits").lines) == number + 1
        """,
    )
    assert set(project.pytest().verdicts.values()) == {"PASSED"}


def test_without_a_compose_file_the_fixture_says_so(project: Project) -> None:
    (project.folder / "docker-compose.yml").unlink()
    project.write("tests/test_it.py", "def test_it(lab): pass\n")
    ran = project.pytest()
    assert list(ran.verdicts.values()) == ["ERROR"]
    assert "no docker-compose.yml in" in ran.out


# Beside others


def test_labs_of_workers_never_meet(project: Project) -> None:
    project.write(
        "tests/test_it.py",
        """
        import os
        import time
        from pathlib import Path
        import pytest
        from lab.engines import netns

        def meet(where):
            Path(where + os.environ["PYTEST_XDIST_WORKER"]).touch()
            deadline = time.monotonic() + 30
            while len(list(Path().glob(where + "*"))) < 2:
                assert time.monotonic() < deadline
                time.sleep(0.02)

        @pytest.mark.parametrize("number", (1, 2))
        def test_it(lab, number):
            meet("before-")
            found = {one.name for one in netns.running()}
            meet("after-")
            assert len(found) == 2
            assert lab["server"].run(["sh", "-c", "echo x >> /tmp/visits; cat /tmp/visits"]).lines == ("x",)
        """,
    )
    ran = project.pytest("-p", "xdist", "-n", "2")
    assert (ran.code, ran.out.count("PASSED")) == (0, 2), ran.out


def test_on_docker_all_tests_are_marked_for_one_worker(project: Project) -> None:
    """There is room for one lab; the mark is what --dist loadgroup goes by."""
    project.lesson("one")
    project.write("tests/test_it.py", "def test_it(lab): pass\ndef test_other(): pass\n")
    listed = project.pytest("--collect-only", "-qq", "-p", "xdist", "-m", "xdist_group", engine="all").out
    assert re.findall(r"^\S+::\S+", listed, re.MULTILINE) == [
        "scenarios/one.yaml::one[docker]",
        "tests/test_it.py::test_it[docker]",
    ]


def test_projects_without_labs_do_not_pay_for_it(project: Project) -> None:
    project.write(
        "test_it.py",
        """
        import sys

        def test_it():
            assert {name for name in sys.modules if name.split(".")[0] == "lab"} == {"lab", "lab.pytest_plugin"}
        """,
    )
    ran = project.pytest(engine=None)
    assert ran.code == 0, ran.out
