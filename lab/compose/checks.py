"""What can be wrong with a compose file whose every key and value is well formed: does it describe a network?"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from lab.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address

    from lab.compose.form import Attachment, FileForm, NetworkForm
    from lab.document import Document, Problem
    from lab.host.start import Startup


def networks(document: Document, form: FileForm) -> Iterator[Problem]:
    """Each network by itself, then any two: Docker cannot hold one subnet twice."""
    for name, network in form.networks.items():
        engine, real = network.engine_subnet, network.subnet
        if engine.prefixlen != real.prefixlen:
            yield document.problem(("networks", name, "x-subnet"), f"{real} and {engine} must be of one size")
        pool = ("networks", name, "ipam", "config", 0)
        if reason := _unusable(network.engine_gateway, network):
            yield document.problem((*pool, "gateway"), f"{network.engine_gateway} is {reason}")
    for (one, first), (other, second) in combinations(form.networks.items(), 2):
        if first.engine_subnet.overlaps(second.engine_subnet):
            yield document.problem(
                ("networks", other, "ipam", "config", 0, "subnet"),
                f"{second.engine_subnet} overlaps with network {one!r} ({first.engine_subnet}), and Docker cannot hold "
                "both: give one another subnet here, and x-subnet for what its hosts really use",
            )


def service(document: Document, form: FileForm, name: str) -> Iterator[Problem]:
    """One service and its place on each network."""
    host = form.services[name]
    loc = ("services", name)
    if host.hostname not in (None, name):
        yield document.problem((*loc, "hostname"), f"a host is called by its service's name: {name!r}, or no hostname")
    for network, attachment in host.networks.items():
        here = (*loc, "networks", network)
        if network not in form.networks:
            yield document.problem(here, f"no network {network!r}{did_you_mean(network, form.networks)}")
        elif reason := _taken(form.networks[network], attachment):
            yield document.problem((*here, "ipv4_address"), f"{attachment.ipv4_address} is {reason}")
    known = [network for network in host.networks if network in form.networks]
    for one, other in combinations(known, 2):
        first, second = form.networks[one].subnet, form.networks[other].subnet
        if first.overlaps(second):
            yield document.problem(
                (*loc, "networks", other), f"{second} overlaps with {one!r} ({first}): nobody can be on both"
            )


def addresses(document: Document, form: FileForm) -> Iterator[Problem]:
    """Two hosts with one address on one network."""
    owners: dict[tuple[str, IPv4Address], str] = {}
    for name, host in form.services.items():
        for network, attachment in host.networks.items():
            owner = owners.setdefault((network, attachment.ipv4_address), name)
            if owner != name:
                yield document.problem(
                    ("services", name, "networks", network, "ipv4_address"),
                    f"{attachment.ipv4_address} is {owner}'s address already",
                )


def renumbering(document: Document, form: FileForm, name: str, startup: Startup) -> Iterator[Problem]:
    """The host's --renumber must do what the networks' x-subnet says."""
    loc = ("services", name, "command")
    promised = {
        (str(network.engine_subnet), str(network.subnet)): key
        for key in form.services[name].networks
        if (network := form.networks.get(key)) and network.x_subnet and network.x_subnet != network.engine_subnet
    }
    for engine, real in sorted(promised.keys() - set(startup.renumber)):
        yield document.problem(
            loc, f"x-subnet of network {promised[engine, real]!r} needs --renumber {engine}={real} here"
        )
    for engine, real in sorted(set(startup.renumber) - promised.keys()):
        yield document.problem(
            loc, f"--renumber {engine}={real}: none of its networks has that subnet and that x-subnet"
        )


def translation(document: Document, form: FileForm, name: str, startup: Startup) -> Iterator[Problem]:
    """A router hides the others behind an address that is its own; its addresses must be usable."""
    own = [str(form.networks[key].real(at.ipv4_address).ip) for key, at in form.services[name].networks.items()]
    if startup.nat and startup.nat not in own:
        message = f"--nat {startup.nat} is none of its own addresses ({', '.join(own)})"
        yield document.problem(("services", name, "command"), message)


def _unusable(address: IPv4Address, network: NetworkForm) -> str | None:
    subnet = network.engine_subnet
    if address not in subnet:
        return f"outside the network's subnet {subnet}"
    if address == subnet.network_address:
        return f"the address of {subnet} itself, not of a host"
    if address == subnet.broadcast_address:
        return f"the broadcast address of {subnet}"
    return None


def _taken(network: NetworkForm, attachment: Attachment) -> str | None:
    if reason := _unusable(attachment.ipv4_address, network):
        return reason
    if attachment.ipv4_address == network.engine_gateway:
        told = network.ipam.config[0].gateway
        return f"the engine's own ({'ipam gateway' if told else 'the first one, as no ipam gateway is given'})"
    return None
