"""What of a lab is broken is found out, on every engine, without touching the rest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lab.damage import find_damage
from lab.links import LinkChange, change_link
from lab.process import Process
from lab.sockets import open_ports

if TYPE_CHECKING:
    from lab.engines.base import Engine, Lab
    from lab.topology import Topology


def test_a_lab_without_a_fault_has_none_and_a_cut_link_is_found(lab: Lab) -> None:
    assert find_damage(lab) == ()
    try:
        change_link(lab, "router-a", "internet", LinkChange(down=True))
        change_link(lab, "server", "datacenter", LinkChange(loss_percent=30))
        assert find_damage(lab) == ("the link router-a/internet is down",)
        assert find_damage(lab, {"router-a/internet"}) == ()
    finally:
        change_link(lab, "router-a", "internet", LinkChange())
        change_link(lab, "server", "datacenter", LinkChange())
    assert find_damage(lab) == ()


def test_all_that_can_be_missing_is_named(netns_engine: Engine, topology: Topology) -> None:
    with netns_engine.up(topology, f"damage-{os.getpid()}", topology.file.parent, tethered=True) as lab:
        device = topology.node("dns").interface().device
        for host, *argv in (
            ("client-a1", "ip", "route", "del", "default"),
            ("dns", "ip", "address", "flush", "dev", device),
            ("router-b", "nft", "delete", "table", "ip", "home_router"),
        ):
            with Process(lab.spawn(host, argv, env={}, tty=False, privileged=True), tty=False) as process:
                assert process.wait(10) == 0
        assert set(find_damage(lab)) == {
            "client-a1 has no default route",
            "dns has lost its address 203.0.113.53",
            "dns has no default route",
            "router-b has lost the rules that make it a home router",
        }


def test_open_ports_are_told_with_their_addresses(lab: Lab) -> None:
    code = (
        "import socket; keep = []\n"
        "for family, kind, address in (\n"
        "    (socket.AF_INET, socket.SOCK_DGRAM, ('127.0.0.1', 4001)),\n"
        "    (socket.AF_INET, socket.SOCK_STREAM, ('0.0.0.0', 4001)),\n"
        "    (socket.AF_INET, socket.SOCK_STREAM, ('203.0.113.10', 4002)),\n"
        "    (socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', 4002)),\n"
        "):\n"
        "    keep.append(s := socket.socket(family, kind)); s.bind(address)\n"
        "    if kind == socket.SOCK_STREAM: s.listen()\n"
        "unlistened = socket.socket(); unlistened.bind(('0.0.0.0', 4003))\n"
        "print('up'); input()\n"
    )
    with Process.start(lab, "server", ["python", "-c", code]) as process:
        while "up" not in [line.text for line in process.output.complete_lines()]:
            assert process.is_running(), process.output.all_lines()
        assert open_ports(lab, "server") == {
            "udp/4001": {"127.0.0.1"},
            "tcp/4001": {"0.0.0.0"},
            "tcp/4002": {"127.0.0.1", "203.0.113.10"},
        }
    assert open_ports(lab, "server") == {}
