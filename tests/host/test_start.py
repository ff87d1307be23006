"""What a host does when it starts: the options of a service's `command`, and what becomes of them."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import ip_interface
from pathlib import Path

import pytest

from lab.host.start import (
    Startup,
    ethtool_command,
    finish_packets,
    ip_commands,
    nft_command,
    parse,
    renumbering,
)

START = Path(__file__).parents[2] / "lab/host/start.py"


def test_a_host_without_options_only_waits() -> None:
    assert parse([]) == Startup()
    assert ip_commands(Startup()) == []


def test_options_are_read_in_both_forms_and_routes_in_their_order() -> None:
    words = "--gateway=192.168.1.1 --route 10.0.0.0/8=192.168.1.5 --route 172.16.0.0/12=192.168.1.6 --nat 198.51.100.11"
    startup = parse(words.split())
    assert startup == Startup(
        gateway="192.168.1.1",
        routes=(("10.0.0.0/8", "192.168.1.5"), ("172.16.0.0/12", "192.168.1.6")),
        nat="198.51.100.11",
    )
    assert ip_commands(startup) == [
        "route replace default via 192.168.1.1",
        "route replace 10.0.0.0/8 via 192.168.1.5",
        "route replace 172.16.0.0/12 via 192.168.1.6",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--gatway 1.2.3.4", "unknown option '--gatway' (allowed: --gateway, --nat, --renumber, --route)"),
        ("192.168.1.1", "unknown option '192.168.1.1' (allowed: --gateway, --nat, --renumber, --route)"),
        ("--gateway", "--gateway needs a value"),
        ("--gateway --nat 1.2.3.4", "--gateway needs a value"),
        ("--gateway 1.2.3", "--gateway: '1.2.3' does not appear to be an IPv4 or IPv6 address"),
        ("--gateway 1.2.3.4 --gateway 1.2.3.5", "--gateway given twice"),
        (
            "--route 10.0.0.0/8",
            "--route 10.0.0.0/8: expected two parts with '=' between them, like 10.0.0.0/8=198.51.100.5",
        ),
        ("--route 10.0.0.1/8=1.2.3.4", "--route: 10.0.0.1/8 has host bits set"),
        ("--route 0.0.0.0/0=1.2.3.4", "--route 0.0.0.0/0=1.2.3.4: for a default route use --gateway 1.2.3.4"),
        ("--route 10.0.0.0/8=1.2.3.4 --route 10.0.0.0/8=1.2.3.5", "--route: two routes to 10.0.0.0/8"),
        (
            "--renumber 10.0.0.0/8=192.168.0.0/16",
            "--renumber 10.0.0.0/8=192.168.0.0/16: the two subnets must be of one size",
        ),
        ("--renumber 10.0.0.0/8=fd00::/8", "--renumber 10.0.0.0/8=fd00::/8: both must be IPv4, or both IPv6"),
    ],
)
def test_a_wrong_option_is_refused_with_the_reason(words: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the whole message is compared
        parse(words.split())
    assert str(refused.value) == message


def test_a_wrong_option_ends_a_container_with_one_line_and_status_2() -> None:
    done = subprocess.run([sys.executable, START, "--nat", "x"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "start-host: --nat: 'x' does not appear to be an IPv4 or IPv6 address\n"


def test_renumbering_keeps_the_place_in_the_subnet_and_leaves_other_interfaces_alone() -> None:
    startup = parse(["--renumber", "100.64.213.0/24=192.168.1.0/24"])
    devices = {"eth1": [ip_interface("198.51.100.12/24")], "eth0": [ip_interface("100.64.213.10/24")]}
    assert renumbering(startup, devices) == ["addr flush dev eth0", "addr add 192.168.1.10/24 brd + dev eth0"]


def test_renumbering_an_interface_that_is_not_there_says_which_are() -> None:
    startup = parse(["--renumber", "100.64.213.0/24=192.168.1.0/24"])
    with pytest.raises(LookupError) as failed:
        renumbering(startup, {"eth0": [ip_interface("10.0.0.2/8")]})
    assert failed.value.args == (
        "--renumber 100.64.213.0/24=192.168.1.0/24: no interface is in 100.64.213.0/24 (this host has 10.0.0.2/8)",
    )


def test_the_rules_of_a_home_router_are_a_file_beside_it() -> None:
    command = nft_command("eth7")
    assert command[:3] == ["nft", "-D", "outside=eth7"]
    assert Path(command[-1]).is_absolute()
    assert "flush ruleset" not in Path(command[-1]).read_text()


def test_a_device_that_is_not_there_is_named_with_what_was_wanted_of_it() -> None:
    with pytest.raises(OSError, match="ethtool -K nowhere0 tx off: No such device"):
        finish_packets(["nowhere0"])
    assert ethtool_command("eth0") == ["ethtool", "-K", "eth0", "tx", "off"]
