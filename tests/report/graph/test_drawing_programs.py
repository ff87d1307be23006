"""The picture of a topology for programs that draw themselves: Mermaid and Graphviz."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from lab.report.graph import dot, mermaid

if TYPE_CHECKING:
    from lab.topology import Topology

MERMAID_LINES = (
    r"flowchart TB",
    r'  (network|node)\d+(\[\["[^"]*"\]\]|\["[^"]*"\]|\(\["[^"]*"\]\)|\{\{"[^"]*"\}\})(:::(private|public|nat))?',
    r'  (network|node)\d+ ---\|"[^"]*"\| (network|node)\d+',
    r"  classDef (private|public|nat) fill:#\w{6},stroke:#\w{6},color:#\w{6}",
)
TEXT = r'"(?:[^"\\]|\\[\\"n])*"'
DOT_LINES = (
    rf"graph {TEXT} \{{",
    rf"  (node|edge) \[\w+=(\w+|{TEXT})(, \w+=(\w+|{TEXT}))*\]",
    rf"  {TEXT}( -- {TEXT})? \[\w+=(\w+|{TEXT})(, \w+=(\w+|{TEXT}))*\]",
    r"\}",
)


def strange(lines: str, allowed: tuple[str, ...]) -> list[str]:
    return [line for line in lines.splitlines() if not any(re.fullmatch(one, line) for one in allowed)]


def mermaid_wires(topology: Topology) -> list[tuple[str, str]]:
    """What stands above, what below, by their first lines."""
    drawn = mermaid(topology)
    labels = dict(re.findall(r'^  (\w+)[\[({]+"([^"<]*)', drawn, re.MULTILINE))
    codes = re.findall(r'^  (\w+) ---\|"[^"]*"\| (\w+)$', drawn, re.MULTILINE)
    return [(plain(labels[upper]), plain(labels[lower])) for upper, lower in codes]


def plain(label: str) -> str:
    """As Mermaid reads it: `#34;` is a quotation mark."""
    return unescape(label.replace("#", "&#"))


def test_mermaid_has_every_wire_with_the_public_above(topology: Topology) -> None:
    assert mermaid_wires(topology) == [
        ("server", "datacenter"),
        ("server-2", "datacenter"),
        ("dns", "datacenter"),
        ("datacenter", "isp"),
        ("isp", "internet"),
        ("internet", "router-a"),
        ("internet", "router-b"),
        ("router-a", "home-a"),
        ("home-a", "client-a1"),
        ("home-a", "client-a2"),
        ("router-b", "home-b"),
        ("home-b", "client-b1"),
    ]


def test_mermaid_marks_networks_routers_and_nat(topology: Topology) -> None:
    lines = mermaid(topology).splitlines()
    assert '  network0[["datacenter<br/>203.0.113.0/24<br/>public"]]:::public' in lines
    assert '  node3(["isp<br/>router"])' in lines
    assert '  node4{{"router-a<br/>NAT router"}}:::nat' in lines
    assert '  node5["client-a1"]' in lines
    assert '  node4 ---|"private side<br/>192.168.1.1"| network2' in lines


def test_mermaid_is_well_formed_for_every_shape(shape: Topology) -> None:
    assert strange(mermaid(shape), MERMAID_LINES) == []
    assert len(mermaid_wires(shape)) == sum(len(node.interfaces) for node in shape.nodes.values())


def test_hostile_names_are_only_names_to_mermaid(hostile: Topology) -> None:
    assert strange(mermaid(hostile), MERMAID_LINES) == []
    names = {name for wire in mermaid_wires(hostile) for name in wire}
    assert {'<script>alert("1")</script>', "a]]>&b", "名前\\"} <= names
    assert "<script" not in mermaid(hostile)


def test_dot_has_every_wire_with_its_address(topology: Topology) -> None:
    lines = dot(topology).splitlines()
    assert lines[0] == 'graph "socket-lab" {'
    assert '  "node server" -- "network datacenter" [label="203.0.113.10"]' in lines
    assert r'  "network internet" -- "node router-a" [label="public side\n198.51.100.11"]' in lines
    assert r'  "node router-a" -- "network home-a" [label="private side\n192.168.1.1"]' in lines
    assert sum(" -- " in line for line in lines) == 12


def test_dot_marks_networks_and_nat(topology: Topology) -> None:
    drawn = dot(topology)
    assert r'"network home-a" [label="home-a\n192.168.1.0/24\nprivate", ' in drawn
    assert re.findall(r'"node ([\w-]+)" \[label="[^"]*", penwidth=2', drawn) == ["router-a", "router-b"]


def test_dot_is_well_formed_for_every_shape(shape: Topology) -> None:
    assert strange(dot(shape), DOT_LINES) == []
    assert all(f'"node {name}" [' in dot(shape) for name in shape.nodes)
    assert all(f'"network {name}" [' in dot(shape) for name in shape.networks)


def test_hostile_names_are_only_names_to_dot(hostile: Topology) -> None:
    drawn = dot(hostile)
    assert strange(drawn, DOT_LINES) == []
    assert r'label="<script>alert(\"1\")</script>"' in drawn
    assert r'label="名前\\"' in drawn
    assert r'label="a]]>&amp;b\nrouter"' in drawn
