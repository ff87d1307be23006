"""The picture of a topology as SVG."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from lab.report.graph import svg
from lab.report.graph.svg import pixels

if TYPE_CHECKING:
    from collections.abc import Collection

    from lab.topology import Topology

NAME = "{http://www.w3.org/2000/svg}"


def drawn(topology: Topology, lit: Collection[str] = ()) -> ET.Element:
    return ET.fromstring(svg(topology, lit))


def texts(picture: ET.Element) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{NAME}text")]


def classes(element: ET.Element) -> set[str]:
    return set(element.get("class", "").split())


def group(picture: ET.Element, name: str) -> ET.Element:
    """The one of a node or network: the innermost group with that name in it, in bold."""
    return next(
        one
        for one in picture.iter(f"{NAME}g")
        for text in one.findall(f"{NAME}text")
        if text.text == name and "lab-name" in classes(text)
    )


def dimmed(topology: Topology, lit: Collection[str]) -> set[str]:
    picture = drawn(topology, lit)
    return {name for name in [*topology.nodes, *topology.networks] if "lab-unlit" in classes(group(picture, name))}


def test_names_addresses_subnets_and_gateways_are_there(topology: Topology) -> None:
    shown = texts(drawn(topology))
    for network in topology.networks.values():
        assert {network.name, str(network.subnet)} <= set(shown)
    for node in topology.nodes.values():
        assert node.name in shown
    addresses = [str(one.address.ip) for node in topology.nodes.values() for one in node.interfaces]
    assert {text: shown.count(text) for text in addresses} == {text: addresses.count(text) for text in addresses}
    ways = [f"via {node.gateway}" for node in topology.nodes.values() if node.gateway]
    assert sorted(text for text in shown if text.startswith("via ")) == sorted(ways)


def test_every_shape_is_well_formed_and_has_all_names(shape: Topology) -> None:
    assert set(shape.nodes) | set(shape.networks) <= set(texts(drawn(shape)))


def test_a_nat_router_is_marked_with_its_sides(topology: Topology) -> None:
    router = group(drawn(topology), "router-a")
    assert "lab-nat" in classes(router)
    assert texts(router)[:3] == ["router-a", "NAT router", "via 198.51.100.1"]
    sides = [(one.get("class"), texts(one)) for one in router.findall(f"{NAME}g")]
    assert sides == [
        ("lab-port lab-public", ["public side", "198.51.100.11"]),
        ("lab-port lab-private", ["private side", "192.168.1.1"]),
    ]


def test_a_router_without_nat_and_a_host_have_no_sides(topology: Topology) -> None:
    picture = drawn(topology)
    assert texts(group(picture, "isp")) == ["isp", "router", "203.0.113.1", "198.51.100.1"]
    assert texts(group(picture, "dns")) == ["dns", "203.0.113.53", "via 203.0.113.1"]
    assert not any("lab-nat" in classes(group(picture, name)) for name in ("isp", "dns"))


def test_a_translation_between_private_networks_is_not_said_to_have_a_public_side(double_nat: Topology) -> None:
    picture = drawn(double_nat)
    assert texts(group(picture, "provider"))[2::2] == ["public side", "private side"]
    assert texts(group(picture, "home"))[3::2] == ["outside", "inside"]


def test_networks_say_whether_they_are_private(topology: Topology) -> None:
    picture = drawn(topology)
    assert {name: texts(group(picture, name))[1] for name in topology.networks} == {
        "datacenter": "public",
        "internet": "public",
        "home-a": "private",
        "home-b": "private",
    }


def test_it_says_what_it_is_to_those_who_cannot_see_it(topology: Topology) -> None:
    picture = drawn(topology)
    assert picture.get("role") == "img"
    assert [one.tag for one in picture][:2] == [f"{NAME}title", f"{NAME}desc"]
    assert picture[0].text == "socket-lab: 6 hosts and 3 routers on 4 networks"
    told = (picture[1].text or "").split("; ")
    assert told[0] == "server, host: 203.0.113.10 on datacenter, default via 203.0.113.1"
    assert told[4] == (
        "router-a, NAT router: 198.51.100.11 on internet (public side), "
        "192.168.1.1 on home-a (private side), default via 198.51.100.1"
    )
    assert group(picture, "router-a")[0].text == told[4]


def test_it_keeps_its_proportions_at_any_size(shape: Topology) -> None:
    picture = drawn(shape)
    assert picture.get("viewBox") == f"0 0 {picture.get('width')} {picture.get('height')}"


def test_every_text_is_inside_the_picture(shape: Topology) -> None:
    picture, character = drawn(shape), pixels(shape).character
    for one in picture.iter(f"{NAME}text"):
        x, width = float(one.get("x", "")), cell_len(one.text or "") * character
        left = x - {"start": 0, "middle": 0.5, "end": 1}[one.get("text-anchor", "")] * width
        assert left >= 0
        assert left + width <= float(picture.get("width", ""))
        assert 8 <= float(one.get("y", "")) <= float(picture.get("height", "")) - 8


def test_all_are_lit_when_nobody_is_named(shape: Topology) -> None:
    assert "lab-unlit" not in " ".join(re.findall(r'class="([^"]*)"', svg(shape)))
    assert dimmed(shape, ()) == set()


def test_wires_are_drawn_to_where_they_end(shape: Topology) -> None:
    for wire in drawn(shape).iter(f"{NAME}g"):
        if "lab-wires" in classes(wire):
            path, end = wire
            (x, bend, y) = re.fullmatch(r"M (\d+) \d+ V \d+(?: C .* (\d+) \d+)? V (\d+)", path.get("d", "")).groups()
            assert (bend or x, y) == (end.get("cx"), end.get("cy"))


def test_who_is_not_involved_is_dimmed_with_the_networks_that_nobody_is_on(topology: Topology) -> None:
    lit = {"client-a1", "router-a", "isp", "server"}
    assert dimmed(topology, lit) == {"server-2", "dns", "router-b", "client-a2", "client-b1", "home-b"}


def test_wires_are_dimmed_with_their_node(topology: Topology) -> None:
    wires = [one for one in drawn(topology, ["router-a"]).iter(f"{NAME}g") if "lab-wires" in classes(one)]
    assert sum("lab-unlit" not in classes(one) for one in wires) == 2
    assert len(wires) == 6


def test_nothing_of_it_changes_the_page_that_it_stands_in(topology: Topology) -> None:
    picture = drawn(topology, ["isp"])
    assert all(name.startswith("lab-") for one in picture.iter() for name in classes(one))
    assert [one for one in picture.iter() if "id" in one.attrib] == []
    style = picture.findtext(f"{NAME}style") or ""
    selectors = re.findall(r"([^{};]+)\{", re.sub(r"@media[^{]+\{", "", style))
    assert selectors
    assert {one.split()[0] for one in selectors} == {":root", ".lab-graph"}


def test_it_needs_nothing_from_elsewhere(topology: Topology) -> None:
    assert re.findall(r"https?://[^\"]+|url\([^)]*\)|@import|href", svg(topology)) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("is_lit", [True, False])
def test_hostile_names_are_only_names(hostile: Topology, is_lit: bool) -> None:
    picture = drawn(hostile, list(hostile.nodes)[:2] if is_lit else ())
    assert {one.tag.removeprefix(NAME) for one in picture.iter()} == {
        *("svg", "title", "desc", "style", "g", "rect", "path", "circle", "text")
    }
    assert {'<script>alert("1")</script>', "a]]>&b", "\ufffd[31m\ufffd\ufffd", "名前\\"} <= set(texts(picture))
    assert "<script" not in svg(hostile)


def test_the_same_topology_is_the_same_picture(shape: Topology) -> None:
    assert svg(shape) == svg(shape)
