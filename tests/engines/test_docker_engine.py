"""What only the Docker engine does: Compose's file by itself, labels, half labs, subnets, and engines that cannot."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import itertools
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.compose import load_topology
from lab.engines import docker
from lab.engines.docker import room, tether
from lab.errors import LabError, Unavailable, UsageError
from lab.process import Process
from lab.pytest_plugin import engine_names
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.engines.docker.lab import DockerLab
    from lab.topology import Topology

pytestmark = pytest.mark.docker
ROOT = Path(__file__).parents[2]
DEADLINE_S = 30
ALONE = f"alone-{os.getpid()}"
MOVED = {
    "203.0.113.": "10.203.113.",
    "198.51.100.": "10.198.51.",
    "192.168.1.": "10.168.1.",
    "100.64.213.": "10.64.213.",
}

ONE_HOST = """
name: small
services:
  alone:
    image: IMAGE
    init: true
    read_only: true
    cap_drop: [ALL]
    cap_add: [NET_ADMIN, NET_RAW]
    tmpfs: [/tmp, /run]
    command: ''
    networks: {one: {ipv4_address: 10.98.76.10}}
networks:
  one:
    driver_opts: {com.docker.network.bridge.inhibit_ipv4: "QUIET"}
    ipam: {config: [{subnet: 10.98.76.0/24, gateway: 10.98.76.254}]}
"""


@pytest.fixture(scope="module", autouse=True)
def docker_works(request: pytest.FixtureRequest) -> None:
    """In CI a missing engine is a failure; elsewhere a skip that says why."""
    if "docker" not in engine_names(request.config):
        pytest.skip("another engine was asked for")
    if (reason := docker.unavailable()) is not None:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


_numbers = itertools.count()


@pytest.fixture
def name() -> Iterator[str]:
    chosen = f"only-docker-{os.getpid()}-{next(_numbers)}"
    yield chosen
    docker.down(chosen)


def small(folder: Path, *, image: str = "socket-lab", quiet: str = "true") -> Topology:
    file = folder / "docker-compose.yml"
    file.write_text(ONE_HOST.replace("IMAGE", image).replace("QUIET", quiet))
    folder.chmod(0o755)
    return load_topology(file)


def cli(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


def left_of(name: str) -> str:
    labelled = f"label=com.docker.compose.project={name}"
    return cli("ps", "--all", "--quiet", "--filter", labelled) + cli("network", "ls", "--quiet", "--filter", labelled)


def said(lab: DockerLab, host: str, *argv: str, privileged: bool = False) -> str:
    with Process(lab.spawn(host, argv, env={}, privileged=privileged), tty=True) as process:
        assert process.wait(DEADLINE_S) == 0
        return "\n".join(line.text for line in process.output.all_lines())


# The compose file without `lab`


@pytest.fixture(scope="module")
def moved_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's own file with other addresses, so that it can be up beside the lab of the other tests."""
    text = (ROOT / "docker-compose.yml").read_text()
    for here, there in MOVED.items():
        assert here in text
        text = text.replace(here, there)
    file = tmp_path_factory.mktemp("moved") / "docker-compose.yml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def compose_alone(moved_file: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """`docker compose up` and nothing else; a function that runs a command on one of its hosts."""
    compose = ["docker", "compose", "--file", str(moved_file), "--project-name", ALONE]

    def on(host: str, *argv: str) -> subprocess.CompletedProcess[str]:
        command = [*compose, "exec", "-T", "--user", "student", host, *argv]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE_S)

    try:
        done = subprocess.run([*compose, "up", "-d", "--no-build"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        hosts = len(load_topology(moved_file).nodes)
        until(lambda: ready_hosts(compose) == hosts, "all hosts to be ready")
        yield on
    finally:
        subprocess.run([*compose, "down"], check=True, capture_output=True)


def ready_hosts(compose: list[str]) -> int:
    logs = [*compose, "logs", "--no-color", "--no-log-prefix"]
    return subprocess.run(logs, check=True, capture_output=True, text=True).stdout.count("This host is ready.")


def reaches(on: Callable[..., subprocess.CompletedProcess[str]], host: str, target: str) -> bool:
    done = on(host, "ping", "-c", "1", "-W", "1", target)
    # A failed `exec` is no proof that a host is out of reach: ping itself must have said so.
    assert "1 packets transmitted" in done.stdout or "unreachable" in done.stderr.lower(), done
    return done.returncode == 0


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("client-a1", "server"),
        ("client-a2", "server-2"),
        ("client-b1", "dns"),
        ("client-b1", "isp"),
        ("client-a1", "router-b"),
        ("client-a1", "client-a2"),
        ("router-b", "client-b1"),
        ("server", "router-a"),
    ],
)
def test_compose_alone_gives_names_routes_and_nat(compose_alone: Any, host: str, target: str) -> None:
    assert reaches(compose_alone, host, target)


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("server", "10.168.1.10"),
        ("isp", "10.168.1.10"),
        ("client-b1", "10.168.1.11"),
        ("client-a1", "10.168.1.254"),
        ("client-b1", "10.64.213.1"),
        ("client-b1", "10.64.213.254"),
        ("client-a1", "10.198.51.254"),
        ("server", "10.203.113.254"),
        ("server", "172.17.0.1"),
        ("isp", "8.8.8.8"),
    ],
)
def test_compose_alone_leaves_no_way_in_around_or_out(compose_alone: Any, host: str, target: str) -> None:
    assert not reaches(compose_alone, host, target)


def test_a_host_of_home_b_has_only_its_real_address_under_its_name(compose_alone: Any) -> None:
    for host in ("client-b1", "router-b"):
        assert compose_alone(host, "getent", "ahostsv4", "client-b1").stdout.split()[0] == "10.168.1.10"
        assert "10.64.213." not in compose_alone(host, "ip", "address").stdout
    assert compose_alone("client-a1", "getent", "ahostsv4", "client-b1").returncode != 0


def test_docker_answers_for_no_name_of_the_outside(compose_alone: Any) -> None:
    servers = compose_alone("server", "cat", "/etc/resolv.conf").stdout
    assert "nameserver 127.0.0.11" in servers
    assert json.loads(cli("inspect", "--format", "{{json .HostConfig.Dns}}", f"{ALONE}-server-1")) == ["127.0.0.1"]


def test_a_lab_does_not_take_over_what_compose_made_alone(compose_alone: Any, moved_file: Path) -> None:
    with pytest.raises(LabError, match=f"Docker Compose has a project '{ALONE}' up"):
        docker.up(load_topology(moved_file), ALONE, ROOT)
    assert not docker.down(ALONE)
    assert reaches(compose_alone, "client-a1", "server")


def test_subnets_that_another_network_has_are_named_before_anything_is_made(
    compose_alone: Any, moved_file: Path, name: str
) -> None:
    with pytest.raises(Unavailable) as refused:
        docker.up(load_topology(moved_file), name, ROOT)
    assert str(refused.value) == (
        "network datacenter needs 10.203.113.0/24, which the Docker network "
        f"{ALONE}_datacenter has: docker compose -p {ALONE} down"
    )
    assert left_of(name) == ""


def test_a_subnet_that_this_machine_has_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(room, "_is_here", lambda _: True)
    monkeypatch.setattr(room, "_machine_subnets", lambda: [("10.98.0.0/16", "this machine has at wlan0: …")])
    with pytest.raises(Unavailable, match=r"network one needs 10\.98\.76\.0/24, which this machine has at wlan0"):
        docker.up(small(tmp_path, quiet="false"), name, tmp_path)
    # Where Docker puts no address on this machine, it does not matter: a home's 192.168.1.0/24 above all.
    docker.up(small(tmp_path), name, tmp_path).close()


def test_this_machines_subnets_are_its_routes_without_the_default() -> None:
    dump = subprocess.run(["ip", "-4", "route"], check=True, capture_output=True, text=True).stdout
    expected = [line.split()[0] for line in dump.splitlines() if not line.startswith("default")]
    assert [subnet for subnet, _ in room._machine_subnets()] == expected


# A lab by its labels


def test_a_lab_is_found_again_and_gone_after_down(tmp_path: Path, name: str) -> None:
    topology = small(tmp_path)
    docker.up(topology, name, tmp_path).close()
    with docker.attach(topology, name) as again:
        assert said(again, "alone", "pwd") == str(tmp_path)
    found = next(lab for lab in docker.running() if lab.name == name)
    assert (found.file, found.digest, found.workspace, found.ailment) == (
        topology.file.resolve(),
        topology.digest,
        tmp_path,
        None,
    )
    with pytest.raises(LabError, match=f"a lab '{name}' is up already"):
        docker.up(topology, name, tmp_path)
    assert docker.down(name)
    assert left_of(name) == ""
    assert not docker.down(name)
    with pytest.raises(UsageError, match=f"no lab '{name}' is up: lab up"):
        docker.attach(topology, name)


def test_a_lab_of_another_file_or_a_changed_one_is_not_attached_to(tmp_path: Path, name: str) -> None:
    topology = small(tmp_path)
    docker.up(topology, name, tmp_path).close()
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match=r"is up from .*/docker-compose.yml, not from .*/other/docker-compose.yml"):
        docker.attach(small(tmp_path / "other"), name)
    with pytest.raises(UsageError, match="has changed since lab"):
        docker.attach(dataclasses.replace(topology, digest="another"), name)


def test_half_a_lab_is_shown_as_such_and_removed_without_its_file(tmp_path: Path, name: str) -> None:
    topology = small(tmp_path)
    docker.up(topology, name, tmp_path).close()
    cli("rm", "--force", f"{name}-alone-1")
    topology.file.unlink()
    assert [lab.ailment for lab in docker.running() if lab.name == name] == ["not running: alone"]
    assert docker.down(name)
    assert left_of(name) == ""


def test_a_host_that_stopped_is_named_when_attaching(tmp_path: Path, name: str) -> None:
    topology = small(tmp_path)
    docker.up(topology, name, tmp_path).close()
    cli("kill", f"{name}-alone-1")
    with pytest.raises(LabError, match=r"is broken \(not running: alone\): lab down, then lab up"):
        docker.attach(topology, name)


def test_a_host_that_cannot_set_itself_up_tells_why_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    topology = small(tmp_path)
    topology.file.write_text(topology.file.read_text().replace("''", "--gateway 10.1.1.1"))
    with pytest.raises(LabError) as failed:
        docker.up(topology, name, tmp_path)
    assert str(failed.value).startswith("alone did not start: start-host: ")
    assert "Nexthop has invalid gateway" in str(failed.value)
    assert left_of(name) == ""


def test_an_image_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unavailable, match="the image 'no-such-image' is not there: docker compose build"):
        docker.up(small(tmp_path, image="no-such-image"), name, tmp_path)
    assert left_of(name) == ""


def test_a_name_that_compose_would_refuse_is_refused_first(topology: Topology) -> None:
    with pytest.raises(UsageError, match="'No Good': a lab on Docker has a name of small letters"):
        docker.up(topology, "No Good", ROOT)


def test_a_tethered_lab_goes_down_when_its_process_is_killed(tmp_path: Path, name: str) -> None:
    file = small(tmp_path).file
    code = (
        "import sys, time; from pathlib import Path; from lab.compose import load_topology;"
        "from lab.engines import docker; f = Path(sys.argv[1]);"
        "lab = docker.up(load_topology(f), sys.argv[2], f.parent, tethered=True);"
        "print('up', flush=True); time.sleep(99)"
    )
    with subprocess.Popen([sys.executable, "-c", code, file, name], stdout=subprocess.PIPE, cwd=ROOT) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == b"up\n"
        assert left_of(name)
        maker.send_signal(signal.SIGKILL)
    until(lambda: left_of(name) == "", "the lab to go down")


def test_a_tethered_lab_goes_down_with_its_connection(tmp_path: Path, name: str) -> None:
    with docker.up(small(tmp_path), name, tmp_path, tethered=True):
        assert left_of(name)
    assert left_of(name) == ""


def test_the_watcher_of_an_earlier_lab_leaves_a_later_one_of_its_name_alone(tmp_path: Path, name: str) -> None:
    with docker.up(small(tmp_path), name, tmp_path) as lab:
        tether.take_down(name, "the earlier one's origin")
        assert said(lab, "alone", "echo", "still here") == "still here"


def test_a_host_that_is_removed_hangs_nothing_and_is_told(tmp_path: Path, name: str) -> None:
    with docker.up(small(tmp_path), name, tmp_path) as lab:
        process = Process.start(lab, "alone", ["sleep", "60"])
        cli("rm", "--force", f"{name}-alone-1")
        # Docker may know that the program was killed a moment before it knows that its host was.
        with contextlib.closing(process), contextlib.suppress(LabError):
            assert process.wait(DEADLINE_S) == 137
        with pytest.raises(LabError, match="the host is not there any more"):
            lab.spawn("alone", ["true"], env={})


def test_programs_end_with_their_connection_and_the_lab_stays(tmp_path: Path, name: str) -> None:
    with docker.up(small(tmp_path), name, tmp_path) as lab:
        Process.start(lab, "alone", ["sleep", "4711"])
        until(lambda: "4711" in cli("top", f"{name}-alone-1"), "the program to run")
    assert "4711" not in cli("top", f"{name}-alone-1")


def test_privileged_programs_have_all_of_their_host_and_no_more(tmp_path: Path, name: str) -> None:
    with docker.up(small(tmp_path), name, tmp_path) as lab:
        assert said(lab, "alone", "ip", "route", "add", "10.9.9.0/24", "via", "10.98.76.1", privileged=True) == ""
        capabilities = said(lab, "alone", "grep", "CapEff", "/proc/self/status", privileged=True)
        assert capabilities == "CapEff:\t0000000000003000"  # NET_ADMIN and NET_RAW: man capabilities


# Engines that cannot


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("unix:///no/such.sock", "no Docker Engine answers at unix:///no/such.sock (no such socket): start it"),
        ("tcp://127.0.0.1:1", "no Docker Engine answers at tcp://127.0.0.1:1 (Connection refused): start it"),
        ("nonsense://x", "no Docker Engine answers at nonsense://x ("),
    ],
)
def test_an_engine_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, host: str, message: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    assert str(docker.unavailable()).startswith(message)
    with pytest.raises(Unavailable):
        docker.running()


@contextlib.contextmanager
def fake_engine(folder: Path, **about: str) -> Iterator[str]:
    """A daemon that only says its version, and has no image."""
    version = {"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux", **about}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.endswith("/version")
            body = json.dumps(version if found else {"message": "No such image"}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

        def address_string(self) -> str:
            return "unix"

    socket = folder / "docker.sock"
    with socketserver.ThreadingUnixStreamServer(str(socket), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"unix://{socket}"
        server.shutdown()


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"Version": "19.03.5"}, "Docker Engine 19.03.5 at {host} is too old: install 20.10 or newer"),
        ({"Os": "windows"}, "the Docker Engine at {host} runs windows containers: switch it to Linux ones"),
        ({}, "the image 'socket-lab' is not built yet: make image (without a registry: tools/build-image)"),
    ],
)
def test_an_engine_that_is_not_good_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, about: dict[str, str], message: str
) -> None:
    with fake_engine(tmp_path, **about) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        assert docker.unavailable() == message.format(host=host)


def test_a_docker_command_without_compose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command = tmp_path / "docker"
    command.write_text("#!/bin/sh\necho \"docker: 'compose' is not a docker command.\" >&2\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert str(docker.unavailable()).startswith(
        "Docker Compose v2 is missing: https://docs.docker.com/compose/install/"
    )


def test_no_docker_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(docker.unavailable()).startswith("the docker command is not installed: ")
