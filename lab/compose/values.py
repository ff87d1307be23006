"""Single values of a compose file, in each of the forms that Compose allows for them."""

from __future__ import annotations

import shlex
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import BeforeValidator

from lab.document import brief
from lab.shape import Shaped

NAME = r"(?!localhost$)[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
HOST_NAME = r"(?!localhost$)(?!.{254})[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"


def _subnet(data: Any) -> IPv4Network:
    loose: IPv4Network = _parsed(IPv4Network, data, "an IPv4 subnet like 192.168.1.0/24", strict=False)
    if "/" not in data:
        raise ValueError(f"{brief(data)} has no size: write a subnet like 192.168.1.0/24")
    if data.split("/")[0] != str(loose.network_address):
        raise ValueError(f"{brief(data)} is an address in a subnet, not a subnet (did you mean '{loose}'?)")
    if not 8 <= loose.prefixlen <= 30:
        raise ValueError(f"{brief(data)} has no room for hosts, or too much (allowed: /8 to /30)")
    if loose.is_multicast or loose.is_loopback or loose.is_link_local or loose.is_reserved or loose.is_unspecified:
        raise ValueError(f"{brief(data)} is not for hosts: it is loopback, link-local, multicast or reserved")
    return loose


def _address(data: Any) -> IPv4Address:
    address: IPv4Address = _parsed(IPv4Address, data, "an IPv4 address like 192.168.1.10")
    return address


def _parsed(kind: Any, data: Any, what: str, **options: bool) -> Any:
    if not isinstance(data, str):
        raise ValueError(f"expected {what}, found {brief(data)}")  # noqa: TRY004, ValueError is what pydantic collects
    try:
        return kind(data, **options)
    except ValueError:
        raise ValueError(f"{brief(data)} is not {what}") from None


def _words(data: Any) -> tuple[str, ...]:
    """A command, as text that a shell would split or as a list."""
    if data is None:
        return ()
    if isinstance(data, str):
        try:
            return tuple(shlex.split(data))
        except ValueError as error:
            raise ValueError(f"{brief(data)} cannot be split into words: {str(error).lower()}") from None
    if isinstance(data, list) and all(isinstance(word, str) for word in data):
        return tuple(data)
    raise ValueError("expected text, or a list of texts (numbers in quotes)")


def _pairs(data: Any, separators: str) -> dict[str, Any]:
    """`{key: value}`, also when written as a list of `key=value`."""
    if isinstance(data, dict):
        return data
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        raise ValueError("expected keys and values, or a list of key=value")
    pairs: dict[str, str] = {}
    for item in data:
        cut = min((at for sign in separators if (at := item.find(sign)) > 0), default=0)
        if not cut:
            raise ValueError(f"{brief(item)} is not of the form key=value")
        if item[:cut] in pairs:
            raise ValueError(f"{brief(item[:cut])} is given twice")
        pairs[item[:cut]] = item[cut + 1 :]
    return pairs


def _sysctls(data: Any) -> dict[str, str]:
    pairs = _pairs(data, "=")
    for key, value in pairs.items():
        if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isprintable():
            raise ValueError(f"{key} must be a number or text in one line, found {brief(value)}")
    return {key: str(value) for key, value in pairs.items()}


def _extra_hosts(data: Any) -> dict[str, Any]:
    return _pairs(data, "=:")


def _volumes(data: Any) -> tuple[()]:
    """Nothing that both engines honour; but a host must not be able to write to the machine."""
    if not isinstance(data, list):
        raise ValueError("expected a list")  # noqa: TRY004
    for volume in data:
        source, read_only = _volume(volume)
        if not source.startswith(".") or ".." in PurePosixPath(source).parts:
            raise ValueError(f"{brief(source)} is not inside the project (allowed: relative paths like ./services)")
        if not read_only:
            raise ValueError(f"{brief(source)} must be read-only: SOURCE:TARGET:ro")
    return ()


def _volume(volume: Any) -> tuple[str, bool]:
    if isinstance(volume, str):
        source, _, rest = volume.partition(":")
        return source, "ro" in rest.partition(":")[2].split(",")
    if isinstance(volume, dict) and volume.get("type") == "bind" and isinstance(volume.get("source"), str):
        return volume["source"], volume.get("read_only") is True
    raise ValueError("expected SOURCE:TARGET:ro, or a mapping with type: bind, source, target and read_only: true")


Subnet = Annotated[IPv4Network, BeforeValidator(_subnet)]
Address = Annotated[IPv4Address, BeforeValidator(_address)]
Name = Annotated[
    str,
    Shaped(
        NAME,
        "a name a host can have: lower-case letters, digits and hyphens, a letter first, at most 63, not localhost",
    ),
]
LabName = Annotated[
    str, Shaped("[a-z0-9][a-z0-9_-]*", "a name for a lab: lower-case letters, digits, hyphens and underscores")
]
HostName = Annotated[str, Shaped(HOST_NAME, "a host's name")]
Sysctl = Annotated[str, Shaped(r"net\.[a-z0-9_-]+(\.[A-Za-z0-9_-]+)+", "a sysctl of a host's own network: net.…")]


Command = Annotated[tuple[str, ...], BeforeValidator(_words)]
Sysctls = Annotated[dict[Sysctl, str], BeforeValidator(_sysctls)]
ExtraHosts = Annotated[dict[HostName, Address], BeforeValidator(_extra_hosts)]
Volumes = Annotated[tuple[()], BeforeValidator(_volumes)]
