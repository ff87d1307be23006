"""ip_info.py: what the bits of an address tell, and why a text is none."""

import ipaddress
import json
import subprocess

import pytest


@pytest.fixture
def info(start):
    return lambda *arguments, **how: start("ip_info", *arguments, **how).end()


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (
            "192.168.1.10",
            [
                "class C: the first part is 192 to 223, the first bits are 110",
                "network 192.168.1.0, mask 255.255.255.0 or /24",
                "host part 0.0.0.10, broadcast address 192.168.1.255",
                "private: for anybody's own network, not for the Internet (RFC 1918)",
            ],
        ),
        (
            "10.255.255.255",
            [
                "class A: the first part is 0 to 127, the first bits are 0",
                "network 10.0.0.0, mask 255.0.0.0 or /8",
                "host part 0.255.255.255, broadcast address 10.255.255.255",
                "its host part is all ones: it means every host of the network",
                "private: for anybody's own network, not for the Internet (RFC 1918)",
            ],
        ),
        (
            "172.31.0.0",
            [
                "class B: the first part is 128 to 191, the first bits are 10",
                "network 172.31.0.0, mask 255.255.0.0 or /16",
                "host part 0.0.0.0, broadcast address 172.31.255.255",
                "its host part is all zeros: it names the network",
                "private: for anybody's own network, not for the Internet (RFC 1918)",
            ],
        ),
        (
            "224.0.0.1",
            [
                "class D: the first part is 224 to 239, the first bits are 1110",
                "multicast: a group of hosts that want to hear it (RFC 1112)",
            ],
        ),
        (
            "255.255.255.255",
            [
                "class E: the first part is 240 to 255, the first bits are 1111",
                "broadcast: everybody on the own network, and no router passes it on (RFC 919)",
            ],
        ),
    ],
)
def test_an_address_is_explained(info, address, lines):
    assert info(address) == (0, "".join(f"{line}\n" for line in [address, *(f"  {line}" for line in lines)]))


KINDS = {
    "public": ["8.8.8.8", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "11.0.0.0", "203.0.113.10"],
    "private": ["10.0.0.0", "172.16.0.0", "172.31.255.255", "192.168.255.255"],
    "loopback": ["127.0.0.1", "127.255.255.254"],
    "link-local": ["169.254.0.1"],
    "shared": ["100.64.0.0", "100.127.255.255"],
    "multicast": ["224.0.0.0", "239.255.255.255"],
    "reserved": ["240.0.0.0", "255.255.255.254"],
    "unspecified": ["0.0.0.0", "0.255.255.255"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_ends_where_it_ends(info, kind):
    _, said = info(*KINDS[kind])
    kinds = [line.strip().partition(":")[0] for line in said.splitlines() if line.startswith(f"  {kind}: ")]
    assert kinds == [kind] * len(KINDS[kind])
    for address in KINDS[kind]:  # as the standard library sees it, where it has a word for it
        for word in {"loopback", "link-local", "multicast"} & {kind}:
            assert getattr(ipaddress.ip_address(address), f"is_{word.replace('-', '_')}")


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.1", "203.0.113.1"])
def test_addresses_for_documentation_are_named(info, address):
    assert "  public: but for documentation: nobody has it (RFC 5737)\n" in info(address)[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("256.1.1.1", "256 is more than 255, the most that eight bits can hold"),
        ("1.2.3", "it has 3 parts, not 4"),
        ("1.2.3.4.5", "it has 5 parts, not 4"),
        ("01.2.3.4", "01 begins with a zero, and some programs read such numbers as octal"),
        ("1.2.3.00", "00 begins with a zero, and some programs read such numbers as octal"),
        ("1.2..4", "a part is empty"),
        ("", "it has 1 part, not 4"),
        ("1.2.3.x", "'x' is no number"),
        ("1.2.3.-4", "'-4' is no number"),
        ("1.2.3.4 ", "'4 ' is no number"),
        ("1.2.3.٤", "'٤' is no number"),
        ("1.2.3." + "9" * 5000, "9" * 5000 + " is more than 255, the most that eight bits can hold"),
        ("::1", "it has 1 part, not 4"),
        ("1.2.3.4/24", "'4/24' is no number"),
    ],
)
def test_a_text_that_is_none_is_refused_with_the_reason(info, text, reason):
    assert info("--", text) == (1, f"{text!r} is no IPv4 address: {reason}\n")


def test_one_bad_text_does_not_hide_the_others(info):
    status, said = info("1.2.3", "8.8.8.8")
    assert said.startswith("'1.2.3' is no IPv4 address: it has 3 parts, not 4\n8.8.8.8\n  class A")
    assert status == 1


def test_the_interfaces_are_those_of_this_host(info):
    status, said = info("--interfaces")
    listed = [line for line in said.splitlines() if not line.startswith(" ")]
    seen = json.loads(subprocess.run(["ip", "-j", "-4", "addr"], capture_output=True, check=True).stdout)
    entries = [(interface["ifname"], entry) for interface in seen for entry in interface.get("addr_info", [])]
    assert listed == [f"{name}: {entry['local']}/{entry['prefixlen']}" for name, entry in entries]
    for _, entry in entries:
        network = ipaddress.ip_network(f"{entry['local']}/{entry['prefixlen']}", strict=False)
        assert f"  network {network.network_address}, mask {network.netmask}\n" in said
    assert status == 0


def fake_ip(folder, script):
    (folder / "ip").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "ip").chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_what_ip_says_is_shown_and_not_what_we_believe(info, tmp_path):
    found = [{"ifname": "x0", "addr_info": [{"local": "192.168.7.130", "prefixlen": 25, "broadcast": "192.168.7.255"}]}]
    env = fake_ip(tmp_path, f"echo '{json.dumps([*found, {'ifname': 'down0'}])}'")
    status, said = info("--interfaces", env=env)
    assert said.splitlines() == [
        "x0: 192.168.7.130/25",
        "  network 192.168.7.128, mask 255.255.255.128",
        "  host part 0.0.0.2, broadcast address 192.168.7.255",
        "  private: for anybody's own network, not for the Internet (RFC 1918)",
    ]
    assert status == 0


def test_an_ip_that_fails_is_said_in_one_line(info, tmp_path):
    env = fake_ip(tmp_path, "echo Cannot open netlink socket >&2; exit 1")
    assert info("--interfaces", env=env) == (1, "cannot list interfaces: Cannot open netlink socket\n")


@pytest.mark.parametrize("arguments", [[], ["--interfaces", "1.2.3.4"]])
def test_either_addresses_or_interfaces(info, arguments):
    status, said = info(*arguments)
    assert said.endswith("error: give either addresses or --interfaces\n")
    assert status == 2
