"""docker-compose.yml as a topology: the repository's own, what Compose's syntax allows, and what is refused and why."""

from __future__ import annotations

import contextlib
import re
from ipaddress import IPv4Interface, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lab.compose import find_compose_file, load_topology
from lab.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.topology import Topology

ROOT = Path(__file__).parents[1]

# Two hosts at home behind a router with NAT, and a server. home uses another subnet than the engine's.
SMALL = """\
name: small
networks:
  internet:
    ipam: {config: [{subnet: 198.51.100.0/24, gateway: 198.51.100.254}]}
  home:
    x-subnet: 192.168.1.0/24
    ipam: {config: [{subnet: 10.99.2.0/24, gateway: 10.99.2.254}]}
services:
  server:
    networks: {internet: {ipv4_address: 198.51.100.10}}
  router:
    sysctls: {net.ipv4.ip_forward: 1}
    command: --nat 198.51.100.1 --renumber 10.99.2.0/24=192.168.1.0/24
    networks:
      internet: {ipv4_address: 198.51.100.1}
      home: {ipv4_address: 10.99.2.1}
  alice:
    command: --gateway 192.168.1.1 --renumber 10.99.2.0/24=192.168.1.0/24
    networks: {home: {ipv4_address: 10.99.2.10}}
    extra_hosts: {server: 198.51.100.10}
"""


@pytest.fixture
def topology_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Topology]:
    """Loads a text as `lab.yml` in the current folder."""
    monkeypatch.chdir(tmp_path)

    def load(text: str) -> Topology:
        path = tmp_path / "lab.yml"
        path.write_text(text)
        return load_topology(path)

    return load


@pytest.fixture
def refusal(topology_of: Callable[[str], Topology]) -> Callable[..., list[str]]:
    """What is said of SMALL with one text replaced by another; the replaced text must stand there."""

    def said(old: str, new: str) -> list[str]:
        assert SMALL.count(old) >= 1
        with pytest.raises(DocumentError) as caught:
            topology_of(SMALL.replace(old, new, 1))
        return list(caught.value.problems)

    return said


# The repository's own file


def test_the_repositorys_file_is_the_topology_of_the_design() -> None:
    topology = load_topology(ROOT / "docker-compose.yml")
    addresses = {
        f"{node.name}/{interface.network}": str(interface.address)
        for node in topology.nodes.values()
        for interface in node.interfaces
    }
    assert topology.name == "socket-lab"
    assert addresses == {
        "server/datacenter": "203.0.113.10/24",
        "server-2/datacenter": "203.0.113.20/24",
        "dns/datacenter": "203.0.113.53/24",
        "isp/datacenter": "203.0.113.1/24",
        "isp/internet": "198.51.100.1/24",
        "router-a/internet": "198.51.100.11/24",
        "router-a/home-a": "192.168.1.1/24",
        "client-a1/home-a": "192.168.1.10/24",
        "client-a2/home-a": "192.168.1.11/24",
        "router-b/internet": "198.51.100.12/24",
        "router-b/home-b": "192.168.1.1/24",
        "client-b1/home-b": "192.168.1.10/24",
    }
    assert {name for name, node in topology.nodes.items() if node.forwards} == {"isp", "router-a", "router-b"}
    assert {name: node.nat for name, node in topology.nodes.items() if node.nat} == {
        "router-a": "internet",
        "router-b": "internet",
    }


def test_in_the_repositorys_file_every_host_knows_the_public_names_and_only_its_own_home() -> None:
    topology = load_topology(ROOT / "docker-compose.yml")
    public = {"server", "server-2", "dns", "isp", "router-a", "router-b"}
    for node in topology.nodes.values():
        assert public <= set(node.names), node.name
    knows_a1 = {name for name, node in topology.nodes.items() if "client-a1" in node.names}
    knows_b1 = {name for name, node in topology.nodes.items() if "client-b1" in node.names}
    assert knows_a1 == {"client-a1", "client-a2", "router-a"}
    assert knows_b1 == {"client-b1", "router-b"}


# What a topology is made of


def test_a_host_has_its_real_address_where_the_engine_has_another(topology_of: Callable[[str], Topology]) -> None:
    topology = topology_of(SMALL)
    assert topology.networks["home"].subnet == ip_network("192.168.1.0/24")
    assert topology.node("alice").interface("home").address == IPv4Interface("192.168.1.10/24")


def test_a_command_gives_routes_and_translation(topology_of: Callable[[str], Topology]) -> None:
    topology = topology_of(SMALL)
    assert topology.node("alice").gateway == ip_address("192.168.1.1")
    assert topology.node("router").nat == "internet"
    assert topology.node("router").forwards
    assert not topology.node("alice").forwards


def test_interfaces_keep_the_order_of_the_file(topology_of: Callable[[str], Topology]) -> None:
    interfaces = topology_of(SMALL).node("router").interfaces
    assert [(one.device, one.network) for one in interfaces] == [("eth0", "internet"), ("eth1", "home")]


def test_a_host_knows_its_neighbours_and_its_extra_hosts_which_win(topology_of: Callable[[str], Topology]) -> None:
    topology = topology_of(SMALL.replace("{server: 198.51.100.10}", "{server: 198.51.100.10, router: 198.51.100.1}"))
    names = {name: {key: str(value) for key, value in topology.node(name).names.items()} for name in topology.nodes}
    assert names["alice"] == {"alice": "192.168.1.10", "router": "198.51.100.1", "server": "198.51.100.10"}
    assert names["server"] == {"server": "198.51.100.10", "router": "198.51.100.1"}
    assert names["router"] == {"router": "198.51.100.1", "server": "198.51.100.10", "alice": "192.168.1.10"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{net.ipv4.ip_forward: 1}", "['net.ipv4.ip_forward=1']"),
        ("{net.ipv4.ip_forward: 1}", '{net.ipv4.ip_forward: "1"}'),
        ("{server: 198.51.100.10}", "['server:198.51.100.10']"),
        ("{server: 198.51.100.10}", "[server=198.51.100.10]"),
        ("command: --gateway 192.168.1.1 --renumber 10.99.2.0/24=192.168.1.0/24",
         "command: [--gateway, 192.168.1.1, --renumber=10.99.2.0/24=192.168.1.0/24]"),
        ("  server:\n", "  server:\n    hostname: server\n    image: x\n    cap_drop: [ALL]\n    x-note: [free]\n"),
        ("  server:\n", "  server:\n    volumes: [./a:/a:ro]\n"),
        ("  server:\n", "  server:\n    volumes: [{type: bind, source: ., target: /b, read_only: true}]\n"),
        ("  server:\n", "  server:\n    dns: [127.0.0.1]\n"),
        ("  internet:\n", "  internet:\n    driver: bridge\n    driver_opts: {com.docker.x: routed}\n"),
        ("name: small", 'name: small\nversion: "3"\nx-anything: $FREE'),
    ],
)  # fmt: skip
def test_the_syntaxes_that_compose_allows_mean_the_same(
    topology_of: Callable[[str], Topology], old: str, new: str
) -> None:
    assert old in SMALL
    assert topology_of(SMALL.replace(old, new, 1)).nodes == topology_of(SMALL).nodes


def test_anchors_and_merges_work(topology_of: Callable[[str], Topology]) -> None:
    text = SMALL.replace("services:\n  server:\n", "x-host: &host {image: x}\nservices:\n  server:\n    <<: *host\n")
    assert topology_of(text).nodes == topology_of(SMALL).nodes


def test_two_dollars_are_one(topology_of: Callable[[str], Topology]) -> None:
    topology = topology_of(SMALL.replace("ip_forward: 1", "ip_forward: 1, net.a.b: a$$b"))
    assert topology.node("router").sysctls["net.a.b"] == "a$b"


def test_two_homes_may_use_one_subnet_when_nobody_is_in_both(topology_of: Callable[[str], Topology]) -> None:
    text = SMALL.replace("services:", "  other:\n    ipam: {config: [{subnet: 192.168.1.0/24}]}\nservices:")
    assert topology_of(text).networks["other"].subnet == topology_of(text).networks["home"].subnet


def test_the_digest_is_of_the_meaning(topology_of: Callable[[str], Topology]) -> None:
    digest = topology_of(SMALL).digest
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert (
        topology_of(
            "# a comment\n" + SMALL.replace("{net.ipv4.ip_forward: 1}", "\n      net.ipv4.ip_forward: 1")
        ).digest
        == digest
    )
    assert topology_of(SMALL.replace("name: small", "name: other\nx-free: 1")).digest == digest
    assert topology_of(SMALL.replace("10.99.2.10}", "10.99.2.11}")).digest != digest
    assert topology_of(SMALL.replace("  server:\n", "  server:\n    image: other\n")).digest != digest
    swapped = "      home: {ipv4_address: 10.99.2.1}\n      internet: {ipv4_address: 198.51.100.1}\n"
    ordered = "      internet: {ipv4_address: 198.51.100.1}\n      home: {ipv4_address: 10.99.2.1}\n"
    assert topology_of(SMALL.replace(ordered, swapped)).digest != digest


def test_without_a_name_the_folder_names_the_lab_as_compose_does(tmp_path: Path) -> None:
    for folder, name in {"My Lab_2": "mylab_2", "-_x": "x", "实验": "lab"}.items():
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "docker-compose.yml"
        path.write_text(SMALL.replace("name: small\n", ""))
        assert load_topology(path).name == name


# What is refused: keys and values


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("  server:\n", "  server:\n    prots: []\n",
            "lab.yml:10: services.server.prots: no such key"
            " (allowed: build, cap_add, cap_drop, command, dns, dns_opt, dns_search, extra_hosts, hostname,"
            " image, init,"
            " networks, pull_policy, read_only, restart, security_opt, stop_grace_period, stop_signal, sysctls, tmpfs,"
            " user, volumes, working_dir)", id="unknown"),
        pytest.param("  server:\n", "  server:\n    comand: x\n",
            "lab.yml:10: services.server.comand: no such key (did you mean 'command'?)", id="near"),
        pytest.param("  server:\n", "  server:\n    ports: ['80:80']\n",
            "lab.yml:10: services.server.ports: not here: the lab publishes nothing; programs talk inside it",
            id="ports"),
        pytest.param("  server:\n", "  server:\n    privileged: true\n",
            "lab.yml:10: services.server.privileged: not here: hosts have no way to the machine", id="privileged"),
        pytest.param("  server:\n", "  server:\n    network_mode: host\n",
            "lab.yml:10: services.server.network_mode: not here: each host has a network stack of its own",
            id="network_mode"),
        pytest.param("  internet:\n", "  internet:\n    internal: true\n",
            "lab.yml:4: networks.internet.internal: not here: Docker drops what is routed through an"
            " internal network",
            id="internal"),
        pytest.param("{ipv4_address: 198.51.100.10}", "{ipv4_address: 198.51.100.10, aliases: [x]}",
            "lab.yml:10: services.server.networks.internet.aliases: not here: a host is called by its"
            " service's name;"
            " add names with extra_hosts", id="aliases"),
        pytest.param("name: small", "name: Small",
            "lab.yml:1: name: 'Small' is not a name for a lab: lower-case letters, digits, hyphens and underscores",
            id="name"),
        pytest.param("name: small", "name: no",
            'lab.yml:1: name: `no` unquoted means false in YAML: write "no"', id="unquoted no"),
        pytest.param("  server:\n", "  web_server:\n",
            "lab.yml:9: services.web_server: 'web_server' is not a name a host can have: lower-case letters, digits and"
            " hyphens, a letter first, at most 63, not localhost", id="service name"),
        pytest.param("198.51.100.10}}", "198.51.100.300}}",
            "lab.yml:10: services.server.networks.internet.ipv4_address: '198.51.100.300' is not an IPv4 address like"
            " 192.168.1.10", id="address"),
        pytest.param("{internet: {ipv4_address: 198.51.100.10}}", "[internet]",
            "lab.yml:10: services.server.networks: expected keys and values, found a list", id="networks as a list"),
        pytest.param("{internet: {ipv4_address: 198.51.100.10}}", "{internet: }",
            "lab.yml:10: services.server.networks.internet: 'ipv4_address' is missing", id="no address"),
        pytest.param("    networks: {internet: {ipv4_address: 198.51.100.10}}", "    image: x",
            "lab.yml:9: services.server: 'networks' is missing", id="no networks"),
        pytest.param("{internet: {ipv4_address: 198.51.100.10}}", "{}",
            "lab.yml:10: services.server.networks: nothing stands here; at least one is needed", id="empty networks"),
        pytest.param("subnet: 198.51.100.0/24", "subnet: 198.51.100.5/24",
            "lab.yml:4: networks.internet.ipam.config[0].subnet: '198.51.100.5/24' is an address in a subnet,"
            " not a subnet"
            " (did you mean '198.51.100.0/24'?)", id="host bits"),
        pytest.param("subnet: 198.51.100.0/24", "subnet: 198.51.100.0",
            "lab.yml:4: networks.internet.ipam.config[0].subnet: '198.51.100.0' has no size: write a subnet like"
            " 192.168.1.0/24", id="no size"),
        pytest.param("subnet: 198.51.100.0/24", "subnet: 198.51.100.0/31",
            "lab.yml:4: networks.internet.ipam.config[0].subnet: '198.51.100.0/31' has no room for hosts, or too much"
            " (allowed: /8 to /30)", id="too small"),
        pytest.param("subnet: 198.51.100.0/24", "subnet: 127.0.0.0/24",
            "lab.yml:4: networks.internet.ipam.config[0].subnet: '127.0.0.0/24' is not for hosts: it is loopback,"
            " link-local, multicast or reserved", id="loopback"),
        pytest.param("subnet: 198.51.100.0/24", "subnet: 2001:db8::/32",
            "lab.yml:4: networks.internet.ipam.config[0].subnet: '2001:db8::/32' is not an IPv4 subnet like"
            " 192.168.1.0/24", id="IPv6"),
        pytest.param("{net.ipv4.ip_forward: 1}", "{kernel.msgmax: 1}",
            "lab.yml:12: services.router.sysctls.kernel.msgmax: 'kernel.msgmax' is not a sysctl of a host's own"
            " network:"
            " net.…", id="sysctl"),
        pytest.param("{net.ipv4.ip_forward: 1}", "{net.ipv4.ip_forward: yes}",
            "lab.yml:12: services.router.sysctls: net.ipv4.ip_forward must be a number or text in one line, found true",
            id="sysctl yes"),
        pytest.param("{server: 198.51.100.10}", "['server']",
            "lab.yml:20: services.alice.extra_hosts: 'server' is not of the form key=value", id="extra_hosts"),
        pytest.param("{server: 198.51.100.10}", "{server: host-gateway}",
            "lab.yml:20: services.alice.extra_hosts.server: 'host-gateway' is not an IPv4 address like 192.168.1.10",
            id="host-gateway"),
        pytest.param("  server:\n", "  server:\n    hostname: web\n",
            "lab.yml:10: services.server.hostname: a host is called by its service's name: 'server', or no hostname",
            id="hostname"),
        pytest.param("  server:\n", "  server:\n    volumes: ['/etc:/etc:ro']\n",
            "lab.yml:10: services.server.volumes: '/etc' is not inside the project (allowed: relative paths like"
            " ./services)", id="absolute volume"),
        pytest.param("  server:\n", "  server:\n    volumes: ['./../x:/x:ro']\n",
            "lab.yml:10: services.server.volumes: './../x' is not inside the project (allowed: relative paths like"
            " ./services)", id="volume above"),
        pytest.param("  server:\n", "  server:\n    volumes: ['./x:/x']\n",
            "lab.yml:10: services.server.volumes: './x' must be read-only: SOURCE:TARGET:ro", id="writable volume"),
        pytest.param("  server:\n", "  server:\n    volumes: [{type: bind, source: ./x, target: /x}]\n",
            "lab.yml:10: services.server.volumes: './x' must be read-only: SOURCE:TARGET:ro", id="writable, long"),
        pytest.param("  server:\n", "  server:\n    sysctls: [net.a.b=1, net.a.b=2]\n",
            "lab.yml:10: services.server.sysctls: 'net.a.b' is given twice", id="sysctl twice"),
        pytest.param("  server:\n", "  server:\n    command: --gateway 'x\n",
            "lab.yml:10: services.server.command: \"--gateway 'x\" cannot be split into words: no closing quotation",
            id="open quote"),
        pytest.param("  server:\n", "  server:\n    command: [--gateway, 3]\n",
            "lab.yml:10: services.server.command: expected text, or a list of texts (numbers in quotes)", id="number"),
        pytest.param("  server:\n", "  server:\n    command: --gatway 1.2.3.4\n",
            "lab.yml:10: services.server.command: unknown option '--gatway' (allowed: --gateway, --nat, --renumber,"
            " --route)", id="option"),
        pytest.param("  server:\n", "  server:\n    dns: [8.8.8.8]\n",
            "lab.yml:10: services.server.dns[0]: no such word: '8.8.8.8' (allowed: 127.0.0.1)", id="dns"),
        pytest.param("  server:\n", "  server:\n    image: ${IMAGE}\n",
            "lab.yml:10: services.server.image: no variables here, found '${IMAGE}' (a dollar sign is written $$)",
            id="variable"),
    ],
)  # fmt: skip
def test_a_key_or_value_outside_the_subset_is_refused_with_its_line(
    refusal: Callable[..., list[str]], old: str, new: str, said: str
) -> None:
    assert refusal(old, new) == [said]


def test_a_key_that_nearly_is_one_is_recognised(refusal: Callable[..., list[str]]) -> None:
    said = "lab.yml:6: networks.home.subnet: no such key (did you mean 'x-subnet'?)"
    assert said in refusal("x-subnet:", "subnet:")


# What is refused: no such network could work


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("{internet: {ipv4_address: 198.51.100.10}}", "{intrnet: {ipv4_address: 198.51.100.10}}",
            "lab.yml:10: services.server.networks.intrnet: no network 'intrnet' (did you mean 'internet'?)",
            id="unknown network"),
        pytest.param("198.51.100.10}}", "203.0.113.10}}",
            "lab.yml:10: services.server.networks.internet.ipv4_address: 203.0.113.10 is outside the network's subnet"
            " 198.51.100.0/24", id="outside"),
        pytest.param("198.51.100.10}}", "198.51.100.0}}",
            "lab.yml:10: services.server.networks.internet.ipv4_address: 198.51.100.0 is the address of 198.51.100.0/24"
            " itself, not of a host", id="network address"),
        pytest.param("198.51.100.10}}", "198.51.100.255}}",
            "lab.yml:10: services.server.networks.internet.ipv4_address: 198.51.100.255 is the broadcast address of"
            " 198.51.100.0/24", id="broadcast"),
        pytest.param("198.51.100.10}}", "198.51.100.254}}",
            "lab.yml:10: services.server.networks.internet.ipv4_address: 198.51.100.254 is the engine's own"
            " (ipam gateway)", id="engine's gateway"),
        pytest.param(", gateway: 198.51.100.254", "",
            "lab.yml:15: services.router.networks.internet.ipv4_address: 198.51.100.1 is the engine's own"
            " (the first one, as no ipam gateway is given)", id="default gateway"),
        pytest.param("198.51.100.10}}", "198.51.100.1}}",
            "lab.yml:15: services.router.networks.internet.ipv4_address: 198.51.100.1 is server's address already",
            id="one address twice"),
        pytest.param("gateway: 198.51.100.254", "gateway: 198.51.101.254",
            "lab.yml:4: networks.internet.ipam.config[0].gateway: 198.51.101.254 is outside the network's subnet"
            " 198.51.100.0/24", id="ipam gateway"),
        pytest.param("services:", "  other:\n    ipam: {config: [{subnet: 198.51.0.0/16}]}\nservices:",
            "lab.yml:9: networks.other.ipam.config[0].subnet: 198.51.0.0/16 overlaps with network 'internet'"
            " (198.51.100.0/24), and Docker cannot hold both: give one another subnet here, and x-subnet for what its"
            " hosts really use", id="overlap"),
        pytest.param("--nat 198.51.100.1 ", "--nat 198.51.100.2 ",
            "lab.yml:13: services.router.command: --nat 198.51.100.2 is none of its own addresses"
            " (198.51.100.1, 192.168.1.1)", id="nat"),
        pytest.param("    sysctls: {net.ipv4.ip_forward: 1}\n", "",
            "lab.yml:12: services.router.command: --nat needs a router: add the sysctl net.ipv4.ip_forward=1",
            id="nat without forwarding"),
        pytest.param("--gateway 192.168.1.1 ", "--gateway 10.0.0.1 ",
            "lab.yml:18: services.alice.command: --gateway 10.0.0.1: 10.0.0.1 is on none of its networks"
            " (home 192.168.1.0/24)", id="gateway elsewhere"),
        pytest.param("--gateway 192.168.1.1 ", "--gateway 192.168.1.7 ",
            "lab.yml:18: services.alice.command: --gateway 192.168.1.7: nobody on network 'home' has that address",
            id="nobody there"),
        pytest.param("--gateway 192.168.1.1 ", "--gateway 192.168.1.10 ",
            "lab.yml:18: services.alice.command: --gateway 192.168.1.10: that is its own address", id="itself"),
        pytest.param("  server:\n", "  server:\n    command: --route 10.0.0.0/8=198.51.100.9\n",
            "lab.yml:10: services.server.command: --route 10.0.0.0/8=198.51.100.9: nobody on network 'internet'"
            " has that"
            " address", id="route"),
        pytest.param("    command: --nat", "    command: --route 2001:db8::/32=198.51.100.10 --nat",
            "lab.yml:13: services.router.command: --route 2001:db8::/32=198.51.100.10: an IPv6 subnet"
            " has no IPv4 next hop",
            id="IPv6 via IPv4"),
        pytest.param("    command: --nat", "    command: --gateway 198.51.100.10 --nat",
            "lab.yml:13: services.router.command: --gateway 198.51.100.10: server does not forward"
            " (a router has the sysctl net.ipv4.ip_forward=1)", id="via a host"),
        pytest.param("  server:\n", "  server:\n    sysctls: [net.ipv4.ip_forward=1]\n",
            "lab.yml:9: services.server.command: a router with no way out: it forwards, but stands on network"
            " 'internet'"
            " alone", id="router on one network"),
    ],
)  # fmt: skip
def test_a_network_that_could_not_work_is_refused_with_its_line(
    refusal: Callable[..., list[str]], old: str, new: str, said: str
) -> None:
    assert said in refusal(old, new)


def test_renumbering_and_x_subnet_must_agree(refusal: Callable[..., list[str]]) -> None:
    missing = "x-subnet of network 'home' needs --renumber 10.99.2.0/24=192.168.2.0/24 here"
    wrong = "--renumber 10.99.2.0/24=192.168.1.0/24: none of its networks has that subnet and that x-subnet"
    assert refusal("x-subnet: 192.168.1.0/24", "x-subnet: 192.168.2.0/24") == [
        f"lab.yml:13: services.router.command: {wrong}",
        f"lab.yml:13: services.router.command: {missing}",
        f"lab.yml:18: services.alice.command: {wrong}",
        f"lab.yml:18: services.alice.command: {missing}",
    ]


def test_an_x_subnet_that_is_the_engines_own_needs_no_renumbering(topology_of: Callable[[str], Topology]) -> None:
    text = SMALL.replace("  internet:\n", "  internet:\n    x-subnet: 198.51.100.0/24\n")
    assert topology_of(text).nodes == topology_of(SMALL).nodes


def test_a_router_with_a_wrong_gateway_is_not_also_told_that_it_has_no_way_out(
    topology_of: Callable[[str], Topology],
) -> None:
    with pytest.raises(DocumentError) as caught:
        topology_of(chain("--route 10.3.0.0/24=10.2.0.2", "--gateway 10.2.0.9"))
    assert str(caught.value) == (
        "lab.yml:12: services.two.command: --gateway 10.2.0.9: nobody on network 'middle' has that address"
    )


def test_x_subnet_has_the_size_of_the_engines_subnet(refusal: Callable[..., list[str]]) -> None:
    said = "lab.yml:6: networks.home.x-subnet: 192.168.0.0/16 and 10.99.2.0/24 must be of one size"
    assert said in refusal("x-subnet: 192.168.1.0/24", "x-subnet: 192.168.0.0/16")


def test_nobody_can_be_on_two_networks_with_one_subnet(topology_of: Callable[[str], Topology]) -> None:
    text = SMALL.replace("services:", "  other:\n    ipam: {config: [{subnet: 192.168.1.0/24}]}\nservices:")
    text = text.replace("      home: {", "      other: {ipv4_address: 192.168.1.2}\n      home: {")
    with pytest.raises(DocumentError) as caught:
        topology_of(text)
    assert str(caught.value) == (
        "lab.yml:19: services.router.networks.home: 192.168.1.0/24 overlaps with 'other' (192.168.1.0/24):"
        " nobody can be on both"
    )


def chain(first: str, second: str) -> str:
    """Three networks in a row, left to right, with a router between each two; these are the routers' commands."""
    return f"""\
networks:
  left: {{ipam: {{config: [{{subnet: 10.1.0.0/24, gateway: 10.1.0.254}}]}}}}
  middle: {{ipam: {{config: [{{subnet: 10.2.0.0/24, gateway: 10.2.0.254}}]}}}}
  right: {{ipam: {{config: [{{subnet: 10.3.0.0/24, gateway: 10.3.0.254}}]}}}}
services:
  one:
    sysctls: [net.ipv4.ip_forward=1]
    command: {first}
    networks: {{left: {{ipv4_address: 10.1.0.1}}, middle: {{ipv4_address: 10.2.0.1}}}}
  two:
    sysctls: [net.ipv4.ip_forward=1]
    command: {second}
    networks: {{middle: {{ipv4_address: 10.2.0.2}}, right: {{ipv4_address: 10.3.0.1}}}}
"""


def test_a_router_needs_a_route_to_every_network_that_it_could_send_to(topology_of: Callable[[str], Topology]) -> None:
    with pytest.raises(DocumentError) as caught:
        topology_of(chain("--route 10.3.0.0/24=10.2.0.2", ""))
    assert str(caught.value) == (
        "lab.yml:12: services.two.command: a router with no way out: no route to network 'left' (10.1.0.0/24);"
        " give it --gateway or --route"
    )


def test_a_router_needs_no_route_to_what_another_hides(topology_of: Callable[[str], Topology]) -> None:
    topology = topology_of(chain("--gateway 10.2.0.2 --nat 10.2.0.1", ""))
    assert topology.node("two").routes == ()


# All at once, and where the file is


def test_every_problem_is_told_at_once_in_line_order(topology_of: Callable[[str], Topology]) -> None:
    text = SMALL.replace("name: small", "name: small\nservces: 1").replace("198.51.100.10}}", "198.51.100.255}}")
    text = text.replace("--gateway 192.168.1.1", "--gatway 192.168.1.1").replace(
        "  router:\n", "  router:\n    ports: [1]\n"
    )
    with pytest.raises(DocumentError) as caught:
        topology_of(text)
    assert [re.match(r"lab.yml:(\d+): (\S+):", problem).groups() for problem in caught.value.problems] == [
        ("2", "servces"),
        ("11", "services.server.networks.internet.ipv4_address"),
        ("13", "services.router.ports"),
        ("20", "services.alice.command"),
        ("20", "services.alice.command"),
    ]


def test_what_is_wrong_in_a_merged_mapping_is_told_once_at_its_own_line(topology_of: Callable[[str], Topology]) -> None:
    text = SMALL.replace("services:", "x-host: &host\n  prot: 1\nservices:")
    for name in ("server", "router", "alice"):
        text = text.replace(f"  {name}:\n", f"  {name}:\n    <<: *host\n")
    with pytest.raises(DocumentError) as caught:
        topology_of(text)
    (problem,) = caught.value.problems
    assert problem.startswith("lab.yml:9: services.server.prot (and 2 more): no such key")


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.ip_addresses().map(str)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_wherever_the_worst_is_a_message(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    tree = yaml.safe_load(SMALL)
    *way, last = data.draw(st.sampled_from(list(_ways(tree, ()))))
    holder = tree
    for key in way:
        holder = holder[key]
    holder[last] = data.draw(anything)
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False))
    with contextlib.suppress(DocumentError):
        load_topology(path)


def _ways(tree: Any, way: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*way, key)
        yield from _ways(value, (*way, key))


@pytest.mark.parametrize("name", ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"])
def test_the_file_is_found_in_the_folder_or_above(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SMALL)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find_compose_file(None, tmp_path) == tmp_path / name
    assert find_compose_file(None, below) == tmp_path / name


def test_the_file_that_was_asked_for_is_taken(tmp_path: Path) -> None:
    assert find_compose_file(Path("other.yml"), tmp_path) == Path("other.yml")


def test_without_any_file_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        find_compose_file(None, tmp_path)
    assert str(caught.value) == f"no docker-compose.yml in {tmp_path} or above; name one with --file"
