"""The part of the Compose file format that a lab understands, as a person writes it.

A key is honoured by both engines (the fields below), only for Docker (`DOCKER_ONLY`: accepted, not looked at), or
refused. Keys that begin with x- are free, as Compose itself rules; `x-subnet` is the one that means something here.
"""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from lab.compose.values import Address, Command, ExtraHosts, LabName, Name, Subnet, Sysctls, Volumes
from lab.document import Loc
from lab.shape import Form

REASONS = {
    "ports": "the lab publishes nothing; programs talk inside it",
    "expose": "every port can be reached inside the lab already",
    "network_mode": "each host has a network stack of its own",
    "privileged": "hosts have no way to the machine",
    "devices": "hosts have no way to the machine",
    "pid": "hosts have no way to the machine",
    "ipc": "hosts have no way to the machine",
    "userns_mode": "hosts have no way to the machine",
    "uts": "hosts have no way to the machine",
    "entrypoint": "what a host does when it starts is the lab's start-host; give it options with command",
    "environment": "a step of a scenario sets it with env",
    "env_file": "a step of a scenario sets it with env",
    "depends_on": "all hosts start together",
    "container_name": "two labs could then not be up at once",
    "links": "hosts on one network know each other's names already",
    "external_links": "hosts have no way out of the lab",
    "extends": "use a YAML anchor and <<",
    "include": "one file describes the whole lab",
    "internal": "Docker drops what is routed through an internal network",
    "external": "a lab makes its own networks",
    "enable_ipv6": "the lab is IPv4 for now",
    "aliases": "a host is called by its service's name; add names with extra_hosts",
    "secrets": "hosts keep none",
    "configs": "a step of a scenario brings files",
    "profiles": "a lab is always whole",
    "deploy": "each service is one host",
    "scale": "each service is one host",
}


def _nothing_is_empty(data: Any) -> Any:
    return {} if data is None else data


class ComposeForm(Form):
    """Keys and values of a Compose file, but for those only Docker looks at."""

    docker_only: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _only_what_is_ours(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        ours = cls.keys()
        return {
            key: value
            for key, value in data.items()
            if key in ours or not (key.startswith("x-") or key in cls.docker_only)
        }


class AddressPool(ComposeForm):
    """One entry of `ipam.config`."""

    subnet: Subnet
    gateway: Address | None = None


class Ipam(ComposeForm):
    """How a network's addresses are given."""

    config: Annotated[list[AddressPool], Field(min_length=1, max_length=1)]


class NetworkForm(ComposeForm):
    """One broadcast domain. `x-subnet` is the subnet its hosts really use, where that is not the engine's."""

    docker_only = frozenset({"driver", "driver_opts"})

    ipam: Ipam
    x_subnet: Subnet | None = Field(None, alias="x-subnet")

    @property
    def engine_subnet(self) -> IPv4Network:
        """What the Docker engine thinks the network is."""
        return self.ipam.config[0].subnet

    @property
    def subnet(self) -> IPv4Network:
        """What the network's hosts see."""
        return self.x_subnet or self.engine_subnet

    def real(self, address: IPv4Address) -> IPv4Interface:
        """The address that a host really has: the same place in the real subnet."""
        place = int(address) - int(self.engine_subnet.network_address)
        return IPv4Interface((self.subnet[place], self.subnet.prefixlen))

    @property
    def engine_gateway(self) -> IPv4Address:
        """The address that the Docker engine takes for itself: the first, unless it is told another."""
        return self.ipam.config[0].gateway or self.engine_subnet[1]


class Attachment(ComposeForm):
    """A service on a network. The address is in the engine's subnet."""

    ipv4_address: Address


class ServiceForm(ComposeForm):
    """One host or router."""

    docker_only = frozenset(
        {"build", "image", "pull_policy", "init", "restart", "stop_signal", "stop_grace_period", "user", "working_dir"}
        | {"dns_opt", "dns_search", "read_only", "tmpfs", "cap_add", "cap_drop", "security_opt"}
    )

    networks: Annotated[dict[str, Annotated[Attachment, BeforeValidator(_nothing_is_empty)]], Field(min_length=1)]
    command: Command = ()
    sysctls: Sysctls = Field(default_factory=dict)
    extra_hosts: ExtraHosts = Field(default_factory=dict)
    hostname: str | None = None
    volumes: Volumes = ()
    dns: tuple[Literal["127.0.0.1"], ...] = ()  # with any other, Docker would ask the outside for names


class FileForm(ComposeForm):
    """A whole compose file."""

    docker_only = frozenset({"version"})

    name: LabName | None = None
    networks: dict[Name, Annotated[NetworkForm, BeforeValidator(_nothing_is_empty)]]
    services: Annotated[dict[Name, Annotated[ServiceForm, BeforeValidator(_nothing_is_empty)]], Field(min_length=1)]


def keys_at(loc: Loc) -> list[str]:
    """The keys that may stand there, those for Docker alone among them."""
    form: type[ComposeForm]
    match loc:
        case ():
            form = FileForm
        case ("services", _):
            form = ServiceForm
        case ("services", *_):
            form = Attachment
        case ("networks", _):
            form = NetworkForm
        case ("networks", _, "ipam"):
            form = Ipam
        case _:
            form = AddressPool
    return [*form.keys(), *form.docker_only]
