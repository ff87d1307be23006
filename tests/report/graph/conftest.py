"""Topologies of all shapes, made by hand: nothing of them is ever up."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.compose import load_topology
from lab.topology import Interface, Network, Node, Route, Topology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROOT = Path(__file__).parents[3]
FORWARDS = {"net.ipv4.ip_forward": "1"}


def made(
    wires: Mapping[str, Iterable[str]], routers: Iterable[str] = (), nat: Mapping[str, str] | None = None
) -> Topology:
    """Node → the networks it is on; networks are 10.0.0.0/24, 10.0.1.0/24 … in the order in which they are named."""
    names = list(dict.fromkeys(name for networks in wires.values() for name in networks))
    subnets = {name: f"10.0.{number}" for number, name in enumerate(names)}
    nodes = {}
    for number, (name, networks) in enumerate(wires.items(), start=1):
        interfaces = tuple(
            Interface(network=one, address=ip_interface(f"{subnets[one]}.{number}/24"), device=f"eth{at}")
            for at, one in enumerate(networks)
        )
        sysctls = FORWARDS if name in routers else {}
        nodes[name] = Node(name=name, interfaces=interfaces, sysctls=sysctls, nat=(nat or {}).get(name))
    return Topology(
        name="made",
        file=Path("docker-compose.yml"),
        digest="",
        networks={name: Network(name=name, subnet=ip_network(f"{subnet}.0/24")) for name, subnet in subnets.items()},
        nodes=nodes,
    )


def star() -> Topology:
    lans = [f"lan-{number}" for number in range(5)]
    return made({"centre": lans, **{f"pc-{lan}": [lan] for lan in lans}}, routers=["centre"])


def chain() -> Topology:
    routers = {f"router-{number}": [f"net-{number}", f"net-{number + 1}"] for number in range(5)}
    return made({"first": ["net-0"], **routers, "last": ["net-5"]}, routers=routers)


def twins() -> Topology:
    """Two routers between the same networks."""
    twins = {"one": ["left", "right"], "other": ["left", "right"]}
    return made({**twins, "l": ["left"], **{f"r{number}": ["right"] for number in range(4)}}, routers=twins)


def ring() -> Topology:
    routers = {f"router-{number}": [f"net-{number}", f"net-{(number + 1) % 4}"] for number in range(4)}
    return made({**routers, **{f"pc-{number}": [f"net-{number}"] for number in range(4)}}, routers=routers)


def shuffled() -> Topology:
    """A wheel whose spokes stand in another order in the file than on the rim."""
    spokes = {f"spoke-{number}": ["core", f"net-{number}"] for number in range(5)}
    rim = {f"rim-{a}{b}": [f"net-{a}", f"net-{b}"] for a, b in pairwise([0, 3, 1, 4, 2])}
    return made({**spokes, **rim}, routers=[*spokes, *rim])


def wheel() -> Topology:
    """The same around a router."""
    nets = [f"net-{number}" for number in range(5)]
    rim = {f"rim-{a}{b}": [f"net-{a}", f"net-{b}"] for a, b in pairwise([0, 3, 1, 4, 2])}
    return made({"hub": nets, **rim}, routers=["hub", *rim])


def two_interfaces() -> Topology:
    return made({"both": ["left", "right"], "l": ["left"], "r": ["right"]})


def many() -> Topology:
    return made({f"host-{number}": ["campus"] for number in range(50)})


def alone() -> Topology:
    return made({"hermit": []})


def islands() -> Topology:
    """Parts that nothing connects, and a network without anybody."""
    parts = made({"a": ["one"], "b": ["one"], "c": ["two", "three"], "hermit": []})
    empty = Network(name="empty", subnet=ip_network("172.16.0.0/16"))
    return replace(parts, networks={**parts.networks, "empty": empty})


def homes() -> Topology:
    routers = {f"router-{number}": ["internet", f"home-{number}"] for number in range(6)}
    hosts = {f"pc-{number}{at}": [f"home-{number}"] for number in range(6) for at in "abcd"}
    return made({"server": ["internet"], **routers, **hosts}, routers=routers, nat=dict.fromkeys(routers, "internet"))


def same_names() -> Topology:
    """Nodes that are called like networks."""
    return made({"a": ["a", "b"], "b": ["a"], "c": ["b"]}, routers=["a"])


def mesh() -> Topology:
    """Cannot be drawn without crossings."""
    return made({f"host-{number}": [f"net-{at}" for at in range(4)] for number in range(3)})


def ours() -> Topology:
    return load_topology(ROOT / "docker-compose.yml")


PLANAR = [ours, star, chain, twins, ring, shuffled, wheel, two_interfaces, many, alone, islands, homes, same_names]
"""Each can be drawn without crossings."""

ALL = [*PLANAR, mesh]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, shapes in (("planar", PLANAR), ("shape", ALL)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [make() for make in shapes], ids=[make.__name__ for make in shapes])


@pytest.fixture(name="made", scope="session")
def made_fixture() -> Callable[..., Topology]:
    return made


@pytest.fixture
def hostile(topology: Topology) -> Topology:
    """Every name that a page, a terminal or a drawing program could take for something else."""
    names = {
        "server": '<script>alert("1")</script>',
        "isp": "a]]>&b",
        "client-a1": "\x1b[31m\x00\ufffe",
        "dns": "名前\\",
    }
    nodes = [replace(node, name=names.get(node.name, node.name)) for node in topology.nodes.values()]
    return replace(topology, name='"\\ -- <!--', nodes={node.name: node for node in nodes})


@pytest.fixture
def double_nat() -> Topology:
    """A home behind a provider that translates as well."""
    wires = {"provider": ["internet", "access"], "home": ["access", "lan"], "pc": ["lan"]}
    found = made(wires, routers=["provider", "home"], nat={"provider": "internet", "home": "access"})
    internet = Network(name="internet", subnet=ip_network("198.51.100.0/24"))
    route = Route(to=ip_network("0.0.0.0/0"), via=ip_address("10.0.1.1"))
    home = replace(found.nodes["home"], routes=(route,))
    return replace(found, networks={**found.networks, "internet": internet}, nodes={**found.nodes, "home": home})
