"""The Docker Engine as this lab needs it: the only module that knows Docker's SDK.

Whatever goes wrong in there comes out as a LabError with the engine's own words. The SDK takes 0.2 s to import, as long
as a whole lab on the netns engine: so it is imported only where an engine is likely to answer.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import LabError, Unavailable

if TYPE_CHECKING:
    import io
    import socket
    from collections.abc import Iterator, Mapping, Sequence

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
_OLDEST = (20, 10)
_TIMEOUT_S = 30
_CONNECTIONS = 64
"""Each running program holds one."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a lab; `state` is Docker's word: created, running, exited …"""

    id: str
    service: str
    state: str
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """A network of the engine, whoever made it; `device` is its bridge where that has a name of its own."""

    id: str
    name: str
    subnets: tuple[str, ...]
    labels: Mapping[str, str]
    device: str | None


class Gone(LabError):
    """What was asked for is not there (any more)."""


class Daemon:
    """A connection to a Docker Engine that answers and is new enough."""

    def __init__(self) -> None:
        host = _endpoint()
        if host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists():
            raise Unavailable(_no_answer(host, FileNotFoundError(2, "no such socket")))
        import docker
        import requests
        from docker.utils import kwargs_from_env

        try:
            settings: dict[str, Any] = {
                "base_url": host,
                **kwargs_from_env(),
            }  # it knows of DOCKER_TLS_VERIFY and DOCKER_CERT_PATH
            self._api = docker.APIClient(**settings, version="auto", timeout=_TIMEOUT_S, max_pool_size=_CONNECTIONS)
            about = self._api.version()
        except (docker.errors.DockerException, requests.RequestException, OSError, ValueError) as error:
            raise Unavailable(_no_answer(host, error)) from error
        if about.get("Os") != "linux":
            raise Unavailable(f"the Docker Engine at {host} runs {about.get('Os')} containers: switch it to Linux ones")
        version = str(about.get("Version", ""))
        found = re.match(r"(\d+)\.(\d+)", version)
        if found and (int(found[1]), int(found[2])) < _OLDEST:
            raise Unavailable(f"Docker Engine {version} at {host} is too old: install 20.10 or newer")

    def has_image(self, name: str) -> bool:
        """Is an image of that name there?"""
        try:
            with _told(f"image {name}"):
                self._api.inspect_image(name)  # type: ignore[no-untyped-call]
        except Gone:
            return False
        return True

    def containers(self, *labels: str) -> list[Container]:
        """All containers, running or not, that carry all these labels (`key` or `key=value`)."""
        with _told("the list of containers"):
            found = self._api.containers(all=True, filters={"label": list(labels)})
        return [
            Container(
                id=one["Id"],
                service=one["Labels"].get(SERVICE_LABEL, one["Id"][:12]),
                state=one["State"],
                labels=one["Labels"],
            )
            for one in found
        ]

    def networks(self, *labels: str) -> list[Bridge]:
        """All networks that carry all these labels."""
        with _told("the list of networks"):
            found = self._api.networks(filters={"label": list(labels)} if labels else None)
        return [
            Bridge(
                id=one["Id"],
                name=one["Name"],
                subnets=tuple(part["Subnet"] for part in one["IPAM"].get("Config") or () if "Subnet" in part),
                labels=one["Labels"] or {},
                device=(one["Options"] or {}).get("com.docker.network.bridge.name"),
            )
            for one in found
        ]

    def log(self, container: Container) -> str:
        """The end of what a container itself has printed."""
        with _told(f"the log of {container.service}"):
            return str(self._api.logs(container.id, tail=20).decode(errors="replace"))

    def remove(self, thing: Container | Bridge) -> None:
        """Remove a container, running or not, or an empty network; one that is gone already is no error."""
        with contextlib.suppress(Gone), _told(f"the removal of {thing.id[:12]}"):
            if isinstance(thing, Bridge):
                self._api.remove_network(thing.id)
            else:
                self._api.remove_container(thing.id, v=True, force=True)

    def start(
        self, container: str, argv: Sequence[str], *, env: Mapping[str, str], user: str, tty: bool
    ) -> tuple[str, Connection]:
        """Start a command in a container; its id, and the connection to its terminal or pipes."""
        with _told("the host"):
            made = self._api.exec_create(
                container, list(argv), stdin=True, tty=tty, environment=dict(env), user=user, workdir="/"
            )
            raw = self._api.exec_start(made["Id"], tty=tty, socket=True)
            return str(made["Id"]), Connection(raw)

    def run(self, container: str, argv: Sequence[str], *, user: str) -> None:
        """Run a command in a container to its end; what it says does not matter."""
        with _told("the host"):
            made = self._api.exec_create(container, list(argv), user=user, workdir="/")
            self._api.exec_start(made["Id"])

    def status(self, exec_id: str) -> int | None:
        """The exit status of a started command; None while it runs."""
        with _told("the program"):
            about = self._api.exec_inspect(exec_id)
        return None if about["Running"] or about["ExitCode"] is None else int(about["ExitCode"])

    def is_up(self, container: str) -> bool:
        """Does the container run?"""
        try:
            with _told("the host"):
                about = self._api.inspect_container(container)
        except Gone:
            return False
        return bool(about["State"]["Running"])

    def resize(self, exec_id: str, columns: int, rows: int) -> None:
        """Tell a started command's terminal its size; nothing when it has ended."""
        with contextlib.suppress(LabError), _told("the program"):
            self._api.exec_resize(exec_id, height=rows, width=columns)

    def close(self) -> None:
        """Let go of the engine."""
        self._api.close()


class Connection:
    """Both directions of a started command. What came right behind the answer's header is not lost:
    the SDK hands out the bare socket, but has read through a buffer by then."""

    def __init__(self, raw: Any) -> None:
        self._response = raw._response  # noqa: SLF001  keeps the connection alive, as in the SDK itself
        self.output: io.BufferedReader = self._response.raw._fp.fp  # noqa: SLF001
        self.socket: socket.socket = raw._sock  # noqa: SLF001
        self.socket.settimeout(None)

    def close(self) -> None:
        """Release it; nobody may be reading any more."""
        self._response.close()


def _endpoint() -> str:
    """Where the docker command finds its engine: $DOCKER_HOST, else the current context, else the usual socket."""
    if host := os.environ.get("DOCKER_HOST"):
        return host
    config = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker", "config.json")
    context = os.environ.get("DOCKER_CONTEXT")
    with contextlib.suppress(OSError, ValueError, AttributeError):
        context = context or json.loads(config.read_text()).get("currentContext")
    if context in {None, "", "default"}:
        return "unix:///var/run/docker.sock"
    from docker.context import ContextAPI
    from docker.errors import DockerException

    with contextlib.suppress(DockerException, OSError, ValueError, KeyError):
        if (found := ContextAPI.get_context(context)) is not None and found.Host:
            return str(found.Host)
    raise Unavailable(f"Docker has no context {context!r}: docker context ls, docker context use NAME")


def _no_answer(host: str, error: Exception) -> str:
    if isinstance(_root(error), PermissionError):
        return f"you may not use the Docker Engine at {host}: sudo usermod -aG docker $USER, then log in again"
    remedy = "start it (sudo systemctl start docker), or --engine netns"
    return f"no Docker Engine answers at {host} ({_reason(error)}): {remedy}"


def _root(error: BaseException) -> BaseException:
    """The SDK wraps what happened several times over; what counts is the kernel's word at the bottom."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


def _reason(error: Exception) -> str:
    return getattr(_root(error), "strerror", None) or str(_root(error))


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn whatever the SDK raises into a LabError."""
    import docker
    import requests

    try:
        yield
    except docker.errors.NotFound as error:
        raise Gone(f"{what} is not there any more ({error.explanation})") from error
    except docker.errors.APIError as error:
        raise LabError(f"the Docker Engine refused {what}: {error.explanation or error}") from error
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise LabError(f"the Docker Engine does not answer any more ({what}: {_reason(error)})") from error
