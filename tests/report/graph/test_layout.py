"""Where everything stands in the picture of a topology, whatever its shape, in pixels and in characters."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.report.graph.layout import layout
from lab.report.graph.svg import pixels
from lab.report.graph.text import characters
from lab.report.graph.tree import is_joint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.report.graph.geometry import Box, Layout, Ruler, Wire
    from lab.topology import Topology

RULERS = pytest.mark.parametrize("measured_in", [pixels, characters])


def placed(topology: Topology, measured_in: Callable[[Topology], Ruler]) -> Layout:
    return layout(topology, measured_in(topology))


def corridor(wire: Wire) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where it crosses from level to level, from the top down."""
    upper, lower = sorted(wire.points[1:3], key=lambda point: point[1])
    return upper, lower


def crossings(place: Layout) -> int:
    """Pairs of wires in one corridor whose ends are in another order at the bottom than at the top."""
    ways = [(upper, lower) for upper, lower in map(corridor, place.wires)]
    return sum(a[0][1] == b[0][1] and (a[0][0] - b[0][0]) * (a[1][0] - b[1][0]) < 0 for a, b in combinations(ways, 2))


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def is_inside(one: Box, other: Box) -> bool:
    return other.x <= one.x and one.right <= other.right and other.y <= one.y and one.bottom <= other.bottom


def outer_boxes(place: Layout) -> list[Box]:
    """Of everything that does not stand inside something else."""
    return [one.box for one in place.networks] + [one.box for one in place.nodes if is_joint(one.node)]


def segments(wire: Wire) -> Iterator[tuple[int, int, int, int]]:
    """The rectangles around its parts: left, right, top, bottom."""
    for (x, y), (end_x, end_y) in zip(wire.points, wire.points[1:], strict=False):
        yield min(x, end_x), max(x, end_x), min(y, end_y), max(y, end_y)


def wires_through_boxes(place: Layout) -> list[tuple[str, str]]:
    return [
        (wire.node, wire.network)
        for wire in place.wires
        for left, right, top, bottom in segments(wire)
        for box in outer_boxes(place)
        if left < box.right and box.x < right + (left == right) and top < box.bottom and box.y < bottom
    ]


@RULERS
def test_no_wires_cross_where_they_need_not(planar: Topology, measured_in: Callable[[Topology], Ruler]) -> None:
    assert crossings(placed(planar, measured_in)) == 0


def test_what_must_cross_is_seen_to_cross(made: Callable[..., Topology]) -> None:
    hosts = {f"host-{number}": [f"net-{at}" for at in range(4)] for number in range(3)}
    assert crossings(placed(made(hosts), pixels)) > 0


@RULERS
def test_everything_has_its_place(shape: Topology, measured_in: Callable[[Topology], Ruler]) -> None:
    place = placed(shape, measured_in)
    assert sorted(one.network.name for one in place.networks) == sorted(shape.networks)
    assert sorted(one.node.name for one in place.nodes) == sorted(shape.nodes)
    joints = [node for node in shape.nodes.values() if is_joint(node)]
    attachments = sorted((node.name, one.network) for node in joints for one in node.interfaces)
    assert sorted((wire.node, wire.network) for wire in place.wires) == attachments


@RULERS
def test_no_boxes_overlap(shape: Topology, measured_in: Callable[[Topology], Ruler]) -> None:
    place = placed(shape, measured_in)
    assert not [pair for pair in combinations(outer_boxes(place), 2) if overlap(*pair)]
    hosts = [one.box for one in place.nodes if not is_joint(one.node)]
    assert not [pair for pair in combinations(hosts, 2) if overlap(*pair)]


@RULERS
def test_everything_is_inside_the_picture(shape: Topology, measured_in: Callable[[Topology], Ruler]) -> None:
    place = placed(shape, measured_in)
    for box in [*outer_boxes(place), *(one.box for one in place.nodes)]:
        assert box.width > 0
        assert box.height > 0
        assert 0 <= box.x < box.right <= place.width
        assert 0 <= box.y < box.bottom <= place.height
    for x, y in (point for wire in place.wires for point in wire.points):
        assert 0 <= x <= place.width
        assert 0 <= y <= place.height


@RULERS
def test_hosts_stand_inside_their_network(shape: Topology, measured_in: Callable[[Topology], Ruler]) -> None:
    place = placed(shape, measured_in)
    networks = {one.network.name: one.box for one in place.networks}
    for one in place.nodes:
        if not is_joint(one.node):
            assert is_inside(one.box, networks[one.node.interfaces[0].network]), one.node.name


@RULERS
def test_texts_fit_into_their_boxes(shape: Topology, measured_in: Callable[[Topology], Ruler]) -> None:
    ruler, place = measured_in(shape), placed(shape, measured_in)
    for network in place.networks:
        assert ruler.width(ruler.header(network.network)) <= network.box.width
    for one in place.nodes:
        lines = ruler.middle(one.node) if is_joint(one.node) else ruler.host(one.node)
        assert ruler.width(lines) <= one.middle.width
        assert ruler.height(lines) <= one.middle.height
        for edge in one.edges:
            assert ruler.width(ruler.edge(one.node, edge.interface)) <= edge.box.width
            assert is_inside(edge.box, one.box)
            assert not overlap(edge.box, one.middle)
        assert not [pair for pair in combinations([edge.box for edge in one.edges], 2) if overlap(*pair)]


@RULERS
def test_wires_lead_from_their_node_to_their_network_around_everything_else(
    shape: Topology, measured_in: Callable[[Topology], Ruler]
) -> None:
    place = placed(shape, measured_in)
    networks = {one.network.name: one.box for one in place.networks}
    nodes = {one.node.name: one for one in place.nodes}
    for wire in place.wires:
        (x, y), *_, (end, end_y) = wire.points
        (edge,) = (one for one in nodes[wire.node].edges if one.interface.network == wire.network)
        assert edge.box.x < x < edge.box.right
        assert y == (nodes[wire.node].box.y if edge.is_upper else nodes[wire.node].box.bottom)
        assert networks[wire.network].x < end < networks[wire.network].right
        assert end_y == (networks[wire.network].bottom if edge.is_upper else networks[wire.network].y)
    assert wires_through_boxes(place) == []


def test_homes_stand_below_what_hides_them_and_the_public_above(topology: Topology) -> None:
    tops = {one.network.name: one.box.y for one in placed(topology, pixels).networks}
    assert tops["datacenter"] < tops["internet"] < tops["home-a"] == tops["home-b"]


def test_hosts_stand_in_the_order_of_the_file(topology: Topology) -> None:
    place = placed(topology, pixels)
    hosts = sorted((one for one in place.nodes if not one.edges), key=lambda one: (one.box.y, one.box.x))
    assert [one.node.name for one in hosts] == ["server", "server-2", "dns", "client-a1", "client-a2", "client-b1"]


def test_our_wires_are_all_straight(topology: Topology) -> None:
    assert [wire for wire in placed(topology, pixels).wires if wire.is_bent] == []


def test_two_routers_between_the_same_networks_stand_side_by_side(made: Callable[..., Topology]) -> None:
    wires = {
        "one": ["left", "right"],
        "between": ["left"],
        "other": ["left", "right"],
        **{name: ["right"] for name in "abcdef"},
    }
    place = placed(made(wires, routers=["one", "other"]), pixels)
    one, other = (node.box for node in place.nodes if node.edges)
    assert one.y == other.y
    assert other.x - one.right == pixels(made(wires)).space
    assert not any(wire.is_bent for wire in place.wires)


def test_nodes_between_the_same_networks_stand_side_by_side(made: Callable[..., Topology]) -> None:
    place = placed(made({name: ["left", "middle", "right"] for name in ("one", "other")}), pixels)
    assert len({node.box.y for node in place.nodes}) == 1


def test_the_public_stands_above_also_where_most_is_hidden(made: Callable[..., Topology]) -> None:
    wires = {"isp": ["web", "internet"], "nat": ["internet", "a"], "r1": ["a", "b"], "r2": ["b", "c"], "r3": ["c", "d"]}
    tops = {one.network.name: one.box.y for one in placed(made(wires, wires, {"nat": "internet"}), pixels).networks}
    assert sorted(tops, key=tops.__getitem__) == ["web", "internet", "a", "b", "c", "d"]


def test_without_translation_half_of_what_hangs_on_the_core_stands_above(made: Callable[..., Topology]) -> None:
    place = placed(made({"hub": ["a", "b", "c", "d", "e"]}, routers=["hub"]), pixels)
    (hub,) = (node.box for node in place.nodes)
    assert [network.network.name for network in place.networks if network.box.y < hub.y] == ["a", "b"]


def test_networks_of_one_row_end_where_the_core_is_near(made: Callable[..., Topology]) -> None:
    nets = ["a", "b", "c", "d"]
    place = placed(made({"hub": nets, **{f"{net}{at}": [net] for net in "ac" for at in range(9)}}, ["hub"]), pixels)
    a, b, c, d = (network.box for network in sorted(place.networks, key=lambda one: one.network.name))
    assert (a.bottom, c.y) == (b.bottom, d.y)
    assert (a.height, c.height) > (b.height, d.height)


def test_our_picture_is_narrow_enough_for_a_phone(topology: Topology) -> None:
    assert placed(topology, pixels).width <= 520
    assert placed(topology, characters).width <= 80


def test_hosts_stand_in_more_rows_where_the_picture_would_become_too_wide(made: Callable[..., Topology]) -> None:
    def homes(number: int) -> Topology:
        routers = {f"r{at}": ["internet", f"home-{at}"] for at in range(number)}
        return made(
            {**routers, **{f"pc-{at}{host}": [f"home-{at}"] for at in range(number) for host in range(4)}}, routers
        )

    def rows(place: Layout) -> int:
        return len({node.box.y for node in place.nodes if not node.edges})

    few, many = placed(homes(1), pixels), placed(homes(5), pixels)
    assert (rows(few), rows(many)) == (1, 4)
    assert many.width <= pixels(homes(5)).widest


@pytest.mark.parametrize(("hosts", "rows", "columns"), [(4, 1, 4), (5, 2, 3), (9, 3, 3), (30, 5, 6)])
def test_many_hosts_stand_in_rows(made: Callable[..., Topology], hosts: int, rows: int, columns: int) -> None:
    place = placed(made({f"host-{number}": ["campus"] for number in range(hosts)}), pixels)
    assert len({one.box.y for one in place.nodes}) == rows
    assert len({one.box.x for one in place.nodes}) == columns


def test_a_large_tangle_is_given_up_in_time(made: Callable[..., Topology]) -> None:
    routers = {f"r{number}": [f"n{number}", f"n{number * 7 % 40}", f"m{number * 3 % 40}"] for number in range(1, 40)}
    assert len(placed(made(routers, routers=routers), pixels).wires) == 3 * len(routers)


NODES = st.lists(st.sets(st.integers(0, 5), max_size=3), min_size=1, max_size=9)


@RULERS
@settings(max_examples=60, deadline=None)
@given(networks=NODES)
def test_any_topology_is_drawn_without_overlaps(
    measured_in: Callable[[Topology], Ruler], made: Callable[..., Topology], networks: list[set[int]]
) -> None:
    wires = {f"n{number}": [f"net-{at}" for at in sorted(ats)] for number, ats in enumerate(networks)}
    shape = made(wires, routers=list(wires)[::2])
    test_everything_has_its_place(shape, measured_in)
    test_no_boxes_overlap(shape, measured_in)
    test_everything_is_inside_the_picture(shape, measured_in)
    test_hosts_stand_inside_their_network(shape, measured_in)
    test_texts_fit_into_their_boxes(shape, measured_in)
    test_wires_lead_from_their_node_to_their_network_around_everything_else(shape, measured_in)
