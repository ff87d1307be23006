"""The picture of a topology in characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from lab.report.graph import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.topology import Topology

OURS = """\
┌───────────────────────────────────────────────────────────────────────┐
│ datacenter 203.0.113.0/24                                      public │
│              server         server-2       dns                        │
│              203.0.113.10   203.0.113.20   203.0.113.53               │
└───────────────────────────────────┬───────────────────────────────────┘
                                    │
                            ┌───────┴──────┐
                            │ 203.0.113.1  │
                            │ isp, router  │
                            │ 198.51.100.1 │
                            └───────┬──────┘
                                    │
┌───────────────────────────────────┴───────────────────────────────────┐
│ internet 198.51.100.0/24                                       public │
└────────────────┬─────────────────────────────────────┬────────────────┘
                 │                                     │
   ╔═════════════╧═════════════╗         ╔═════════════╧═════════════╗
   ║ public side 198.51.100.11 ║         ║ public side 198.51.100.12 ║
   ║   router-a, NAT router    ║         ║   router-b, NAT router    ║
   ║ private side 192.168.1.1  ║         ║ private side 192.168.1.1  ║
   ╚═════════════╤═════════════╝         ╚═════════════╤═════════════╝
                 │                                     │
┌────────────────┴────────────────┐   ┌────────────────┴────────────────┐
│ home-a 192.168.1.0/24   private │   │ home-b 192.168.1.0/24   private │
│   client-a1      client-a2      │   │          client-b1              │
│   192.168.1.10   192.168.1.11   │   │          192.168.1.10           │
└─────────────────────────────────┘   └─────────────────────────────────┘
"""


def test_our_topology(topology: Topology) -> None:
    assert text(topology) == OURS


def test_bent_wires_do_not_meet(made: Callable[..., Topology]) -> None:
    lans = [f"lan-{number}" for number in range(3)]
    wires = {"gate": ["top", "core"], "centre": ["core", *lans]}
    assert text(made(wires, routers=wires)).endswith(
        """\
                                 │           10.0.1.2           │
                                 │        centre, router        │
                                 │ 10.0.2.2  10.0.3.2  10.0.4.2 │
                                 └─────┬─────────┬─────────┬────┘
                             ┌─────────┘         │         │
                             │                   │         └──────────┐
                             │                   │                    │
┌────────────────────────────┴┐   ┌──────────────┴──────────────┐   ┌─┴───────────────────────────┐
│ lan-0 10.0.2.0/24   private │   │ lan-1 10.0.3.0/24   private │   │ lan-2 10.0.4.0/24   private │
└─────────────────────────────┘   └─────────────────────────────┘   └─────────────────────────────┘
"""
    )


def test_it_fits_a_terminal_and_has_everything(shape: Topology) -> None:
    shown = text(shape)
    assert max(map(cell_len, shown.splitlines())) <= 100
    assert all(name in shown for name in [*shape.nodes, *shape.networks])
    assert all(str(one.address.ip) in shown for node in shape.nodes.values() for one in node.interfaces)
    assert shown.endswith("\n")
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []


def test_lines_cross_only_where_wires_must(planar: Topology) -> None:
    assert "┼" not in text(planar)


def test_bent_wires_to_one_network_do_not_cross_each_other(made: Callable[..., Topology]) -> None:
    wires = {"r0": ["top", "a", "b"], "r1": ["a", "b"], "r2": ["a", "b", "c"], "r3": ["c", "d"]}
    assert text(made(wires)).count("┼") == 1


def test_wires_that_must_cross_are_seen_to(made: Callable[..., Topology]) -> None:
    assert "┼" in text(made({name: ["l", "m", "n"] for name in ("a", "b", "c")}))


@pytest.fixture
def wide(made: Callable[..., Topology]) -> Topology:
    routers = {f"router-{number}": ["internet", f"home-{number}"] for number in range(4)}
    hosts = {f"pc-{number}": [f"home-{number}"] for number in range(4)}
    return made({**routers, **hosts, "hermit": []}, routers=routers, nat=dict.fromkeys(routers, "internet"))


def test_what_is_too_wide_for_a_picture_is_listed(wide: Topology) -> None:
    listed = text(wide)
    assert listed.startswith(
        """\
internet 10.0.0.0/24 private
├─ router-0  10.0.0.1  NAT router, outside, also on home-0
├─ router-1  10.0.0.2  NAT router, outside, also on home-1
├─ router-2  10.0.0.3  NAT router, outside, also on home-2
└─ router-3  10.0.0.4  NAT router, outside, also on home-3

home-0 10.0.1.0/24 private
├─ router-0  10.0.1.1  NAT router, inside, also on internet
└─ pc-0      10.0.1.5

home-1 10.0.2.0/24 private
"""
    )
    assert listed.endswith("\nhermit, on no network\n")


def test_names_cannot_move_the_cursor_and_wide_ones_keep_the_frames_straight(hostile: Topology) -> None:
    shown = text(hostile)
    assert "\x1b" not in shown
    assert "\x00" not in shown
    assert "\ufffd[31m\ufffd\ufffd" in shown
    framed = [line for line in shown.splitlines() if line.startswith(("│", "┌", "└"))]
    assert len({cell_len(line) for line in framed}) == 1
