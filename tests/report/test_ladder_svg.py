"""The same picture for a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.packets import Captured, Frame, decode
from lab.record import Change, Record, TypedAt
from lab.report.ladder import svg
from lab.report.ladder.printing import lines
from lab.verdict import Result, Verdict
from tests.journeys.world import World, udp
from tests.report.conftest import execution
from tests.report.test_ladder import A1, A2, BACK, OUT, OUT_B, ROUTER_A, SERVER, result_of, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.record import Execution
    from lab.scenario import Scenario
    from lab.topology import Topology

    Draw = Callable[..., ET.Element]

__all__ = ["result_of", "world"]

NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def draw(world: World, result_of: Callable[..., Result]) -> Draw:
    def drawing(*executions: Execution, changes: tuple[Change, ...] = ()) -> ET.Element:
        found = svg(result_of(*executions, changes=changes), world.topology)
        assert found is not None
        return ET.fromstring(found)

    return drawing


def texts(drawing: ET.Element, classes: str = "") -> list[str]:
    """All pieces of text that have these classes."""
    found = [one for one in drawing.iter() if one.tag in {f"{NAMESPACE}text", f"{NAMESPACE}tspan"}]
    wanted = set(classes.split())
    return [one.text for one in found if one.text and wanted <= set(one.get("class", "").split())]


def shapes(drawing: ET.Element, name: str) -> list[ET.Element]:
    """All with that class."""
    return [one for one in drawing.iter() if name in one.get("class", "").split()]


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "nan"))


def test_a_router_that_translates_has_two_sides_with_the_address_that_counts_there(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    drawing = draw()
    inside = next(one for one in drawing.iter(f"{NAMESPACE}text") if one.text == "192.168.1.10:40001")
    outside = next(one for one in drawing.iter(f"{NAMESPACE}text") if one.text == "198.51.100.11:40001")
    (wall,) = shapes(drawing, "lab-wall")
    assert number(inside, "x") < number(wall, "x1") < number(outside, "x")
    assert number(inside, "y") == number(outside, "y")
    assert (inside.get("class"), outside.get("class")) == ("lab-private", "lab-public")


def test_inside_and_outside_are_told_apart_by_more_than_colour(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    assert [zone.get("class") for zone in shapes(draw(), "lab-zone")] == [
        "lab-zone lab-private",
        "lab-zone lab-public",
        "lab-zone lab-public",
    ]
    assert {"home-a", "internet", "datacenter", "  NAT"} <= set(texts(draw()))


def test_one_packet_is_a_row_of_arrows_at_one_height(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    paths = [one.get("d", "") for one in shapes(draw(), "lab-arrow")]
    assert len(paths) == 3
    assert len({path.split("H")[0].split()[1] for path in paths}) == 1


def test_the_way_of_a_packet_can_be_read_hop_by_hop(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    (walk,) = shapes(draw(), "lab-walk")
    assert (walk[0].text or "").splitlines() == [
        "on home-a: 192.168.1.10:40001 > 203.0.113.10:3000 UDP 5 'sally'",
        "on internet: 198.51.100.11:40001 > 203.0.113.10:3000 UDP 5 'sally'",
        "on datacenter: 198.51.100.11:40001 > 203.0.113.10:3000 UDP 5 'sally'",
    ]


def test_a_lost_packet_ends_in_a_cross_with_the_reason(world: World, draw: Draw) -> None:
    world.send(0.2, udp((A1, 40001), SERVER), OUT, dropped_by="router-a")
    change = Change(kind="link", subject="router-a/internet", how="loss 30%", stands=True, time_s=0.1)
    drawing = draw(changes=(change,))
    assert len(shapes(drawing, "lab-cross")) == 1
    assert texts(drawing, "lab-lost") == ["loss 30%"]
    assert texts(drawing, "lab-changing") == [str(change)]
    assert not shapes(drawing, "lab-knot")


def test_an_arrow_leads_over_the_line_of_a_host_that_has_nothing_to_do_with_it(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 4322), SERVER), OUT)
    world.send(0.2, udp((A2, 4322), SERVER), OUT.replace("a1", "a2"))
    bridged = [one for one in shapes(draw(), "lab-arrow") if "a6 6" in one.get("d", "")]
    assert len(bridged) == 1


def test_what_was_typed_is_set_apart_from_what_was_printed(draw: Draw, world: World, scenario: Scenario) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    _, client = scenario.programs()
    typed = (TypedAt(line=0, column=6, text="sally"),)
    assert texts(draw(execution(client, "x", 0, (0.05, "What? sally"), typed=typed)), "lab-typed") == ["sally"]


def test_no_program_can_put_anything_into_the_page(world: World, draw: Draw, scenario: Scenario) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"</text><script>"), OUT)
    server, _ = scenario.programs()
    drawing = draw(execution(server, "x", 0, (0.2, "<script>alert(1)</script> & \x1b[31m ]]> \x00")))
    assert not list(drawing.iter(f"{NAMESPACE}script"))
    assert any("<script>alert(1)</script> & \u241b[31m" in text for text in texts(drawing))


def test_it_brings_its_styles_and_touches_no_other_part_of_a_page(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    drawing = draw()
    rules = (drawing.findtext(f"{NAMESPACE}style") or "").splitlines()
    assert all(rule.startswith((".lab-ladder", ":root", "@media")) for rule in rules if rule)
    assert not [one for one in drawing.iter() if one.get("id") or one.get("style")]
    classes = {name for one in drawing.iter() for name in one.get("class", "").split()}
    assert all(name.startswith("lab-") for name in classes)
    assert classes <= set(re.findall(r"\.(lab-[a-z]+)", "\n".join(rules))) | {"lab-walk", "lab-program"}


def test_nothing_is_drawn_beyond_the_edges(world: World, draw: Draw, scenario: Scenario) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, "你好".encode() * 30), OUT)
    world.send(0.2, udp((A1, 40001), SERVER), OUT_B.replace("client-b1 home-b router-b", "client-a1 home-a router-a"))
    world.send(0.3, udp(SERVER, (ROUTER_A, 40001)), BACK)
    server, _ = scenario.programs()
    drawing = draw(execution(server, "x", 0, (0.2, "from a long way off " * 60)))
    width = number(drawing, "width")
    for box in drawing.iter(f"{NAMESPACE}rect"):
        assert number(box, "x") >= 0
        assert number(box, "x") + number(box, "width") <= width


def test_the_table_of_the_router_stands_below(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    assert texts(draw())[-6:] == [
        "udp",
        "192.168.1.10:40001",
        "\u21c4",
        "198.51.100.11:40001",
        "towards",
        "203.0.113.10:3000",
    ]


def test_without_a_packet_there_is_no_picture(world: World, result_of: Callable[..., Result]) -> None:
    assert svg(result_of(), world.topology) is None
    assert svg(replace(result_of(), record=None), world.topology) is None


FRAMES = st.binary(max_size=120) | st.builds(
    lambda head, tail: bytes.fromhex("020000000001020000000002080045000054") + head + tail,
    st.binary(min_size=2, max_size=40),
    st.binary(max_size=60),
)
PLACES = ["client-a1/home-a", "router-a/home-a", "router-a/internet", "isp/internet", "server/datacenter"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seen=st.lists(st.tuples(st.sampled_from(PLACES), st.booleans(), FRAMES, st.floats(0, 10)), max_size=25),
    translated=st.booleans(),
)
def test_whatever_passes_on_the_wire_is_drawn(
    topology: Topology, scenario: Scenario, seen: list[tuple[str, bool, bytes, float]], translated: bool
) -> None:
    captures = []
    for place in PLACES:
        frames = sorted((at, data, out) for where, out, data, at in seen if where == place)
        packets = [decode(Frame(time_s=at, outgoing=out, length=len(data), data=data)) for at, data, out in frames]
        host, _, network = place.partition("/")
        captures.append(Captured(host=host, network=network, packets=tuple(packets), cut=int(translated)))
    record = Record(executions=(), is_whole=True, open_ports={}, duration_s=1, captures=tuple(captures))
    result = Result(scenario=replace(scenario, topics=("arp",)), engine="netns", verdict=Verdict.PASSED, record=record)
    found = svg(result, topology)
    assert found is None or ET.fromstring(found).tag == f"{NAMESPACE}svg"
    assert list(lines(result, topology, 100))
