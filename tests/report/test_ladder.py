"""One picture of who sent what to whom, in characters."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from lab.record import Change, Record, TypedAt
from lab.report.ladder import print_ladder
from lab.report.ladder.printing import lines
from lab.verdict import Result, Verdict
from tests.journeys.world import World, tcp, udp, unreachable
from tests.report.conftest import execution, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from lab.record import Execution
    from lab.scenario import Scenario
    from lab.topology import Topology

    Draw = Callable[..., str]

A1, A2, B1 = IPv4Address("192.168.1.10"), IPv4Address("192.168.1.11"), IPv4Address("192.168.1.10")
SERVER = (IPv4Address("203.0.113.10"), 3000)
ROUTER_A, ROUTER_B = IPv4Address("198.51.100.11"), IPv4Address("198.51.100.12")
OUT = "client-a1 home-a router-a internet isp datacenter server"
BACK = "server datacenter isp internet router-a home-a client-a1"
OUT_B = "client-b1 home-b router-b internet isp datacenter server"


@pytest.fixture
def world(topology: Topology) -> World:
    return World(topology)


@pytest.fixture
def result_of(world: World, scenario: Scenario) -> Callable[..., Result]:
    def result(*executions: Execution, changes: tuple[Change, ...] = ()) -> Result:
        record = Record(
            executions=executions,
            is_whole=True,
            open_ports={},
            duration_s=1.0,
            changes=changes,
            captures=tuple(world.captures()),
            translations={router: tuple(table) for router, table in world.tables.items()},
        )
        return Result(scenario=scenario, engine="netns", verdict=Verdict.PASSED, record=record)

    return result


@pytest.fixture
def draw(world: World, result_of: Callable[..., Result]) -> Draw:
    def drawing(*executions: Execution, width: int = 80, changes: tuple[Change, ...] = ()) -> str:
        result = result_of(*executions, changes=changes)
        return "\n".join(line.plain for line in lines(result, world.topology, width)) + "\n"

    return drawing


def rows(drawing: str, *words: str) -> list[str]:
    """The lines with one of these words in them."""
    return [line for line in drawing.splitlines() if any(word in line for word in words)]


def test_a_packet_walks_across_and_the_router_shows_its_address_on_both_sides(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    world.send(0.11, udp(SERVER, (ROUTER_A, 40001), b"SALLY"), BACK)
    assert (
        draw()
        == """\
client-a1           router-a (NAT)                 isp                    server
192.168.1.10   192.168.1.1 ┃ 198.51.100.11       .1 │ 203.0.113.1   203.0.113.10
  │         home-a         ┃        internet        │       datacenter       │
  │     192.168.1.10:40001 ┃ 198.51.100.11:40001    │      203.0.113.10:3000 │
  ├──── UDP 5 'sally' ────▶┠───────────────────────▶├───────────────────────▶│
  │     192.168.1.10:40001 ┃ 198.51.100.11:40001    │      203.0.113.10:3000 │
  │◀───────────────────────┨◀───────────────────────┤◀─── UDP 5 'SALLY' ─────┤
  │                        ┃                        │                        │

router-a translates
  udp 192.168.1.10:40001 > 203.0.113.10:3000 as 198.51.100.11:40001
"""
    )


def test_two_at_home_with_the_same_port_have_different_ones_outside(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 4322), SERVER, b"hello"), OUT)
    world.send(0.1, udp((A2, 4322), SERVER, b"hello"), OUT.replace("a1", "a2"))
    drawing = draw(width=130)
    assert len(rows(drawing, "192.168.1.10:4322 ┃ 198.51.100.11:4322 ")) == 1
    assert len(rows(drawing, "192.168.1.11:4322 ┃ 198.51.100.11:61000 ")) == 1


def test_two_homes_stand_on_either_side_of_the_server_between_them(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40000), SERVER), OUT)
    world.send(0.2, udp((B1, 40000), SERVER), OUT_B)
    head = draw(width=120).splitlines()[0].split()
    assert head == ["client-a1", "router-a", "(NAT)", "server", "router-b", "(NAT)", "client-b1"]


def test_what_is_lost_is_a_broken_arrow_on_the_link_that_lost_it(world: World, draw: Draw) -> None:
    world.send(0.2, udp((A1, 40001), SERVER, b"sally"), OUT, dropped_by="router-a")
    world.send(0.3, udp((A1, 40001), SERVER, b"sally"), OUT)
    change = Change(kind="link", subject="router-a/internet", how="loss 100%", stands=True, time_s=0.1)
    restored = Change(kind="link", subject="router-a/internet", how="restored", stands=False, time_s=0.25)
    first, second = rows(draw(changes=(change, restored)), "UDP 5")
    assert "'sally' ────▶┠╌╌╌╌╌╌╌╌╌╌╌✗ loss 100%  │" in first
    assert "✗" not in second


def test_a_change_of_the_network_goes_across_all_columns(world: World, draw: Draw) -> None:
    world.send(0.2, udp((A1, 40001), SERVER), OUT)
    change = Change(kind="link", subject="router-a/internet", how="loss 30%", stands=True, time_s=0.1)
    lines_ = draw(changes=(change,)).splitlines()
    (line,) = rows(draw(changes=(change,)), "loss 30%")
    assert line.strip("╌") == f" {change} "
    assert lines_.index(line) == 3


def test_what_never_reached_its_network_is_lost_there(world: World, draw: Draw) -> None:
    world.send(0.2, udp((A1, 40001), SERVER), OUT, lost_on="datacenter")
    (line,) = rows(draw(), "UDP 5")
    assert line.index("✗") > line.index("├", 10)


def test_a_packet_from_outside_that_nobody_asked_for_ends_at_the_router(world: World, draw: Draw) -> None:
    world.send(0.2, udp(SERVER, (A1, 40001)), BACK, dropped_by="router-a")
    lines_ = draw().splitlines()
    (line,) = rows(draw(), "✗")
    assert " ✗◀──────" in line
    assert "┃ nobody inside asked for it " in lines_[lines_.index(line) + 1]
    assert lines_[0].startswith("client-a1 ")


def test_what_its_own_host_does_not_let_in_is_lost_on_arrival(world: World, draw: Draw) -> None:
    world.send(0.2, udp((A1, 40001), SERVER), OUT)
    change = Change(kind="link", subject="server/datacenter", how="loss 100%", stands=True, time_s=0.1)
    (line,) = rows(draw(changes=(change,)), "UDP 5")
    assert line.endswith(" loss 100% ╌✗│")


def test_an_answer_that_was_asked_for_and_dropped_is_not_called_uninvited(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    world.send(0.2, udp(SERVER, (ROUTER_A, 40001), b"SALLY"), BACK, dropped_by="router-a")
    (line,) = rows(draw(), "✗")
    assert " dropped ✗◀" in line


def test_a_refusal_is_told_in_words(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    (arrived,) = world.seen["server", "datacenter"]
    world.send(0.11, unreachable(SERVER[0], arrived), BACK)
    assert rows(draw(width=100), "◀─── ICMP port unreachable ───")


def test_a_frame_that_others_hear_too_reaches_them_with_a_hollow_head(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), "client-a1 home-a router-a")
    world.send(0.2, udp((A2, 40001), SERVER), "client-a2 home-a router-a")
    (heard,) = (one for one in world.seen["router-a", "home-a"] if one.frame.time_s < 0.15)
    world.seen["client-a2", "home-a"].append(heard)
    first, _ = rows(draw(), "UDP 5")
    assert (first.count("▶"), first.count("▷") + first.count("◁")) == (1, 1)


def test_a_packet_that_is_too_big_says_so(world: World, draw: Draw) -> None:
    world.send(0.2, udp((A1, 40001), SERVER, b"x" * 900), OUT, dropped_by="isp")
    change = Change(kind="link", subject="isp/datacenter", how="mtu 600", stands=True, time_s=0.1)
    assert rows(draw(changes=(change,), width=120), "✗ 928 bytes, and 600 at most")


def test_time_that_passed_is_told_and_a_moment_is_not(world: World, draw: Draw) -> None:
    for at in (0.1, 0.15, 1.4):
        world.send(at, udp((A1, 40001), SERVER), OUT)
    assert [line.split()[2:5] for line in rows(draw(), "later")] == [["1.2", "s", "later"]]


def test_programs_speak_beside_the_packets_that_they_speak_of(world: World, draw: Draw, scenario: Scenario) -> None:
    """Though the lab has read their lines only when the next packets had passed."""
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    world.send(0.101, udp(SERVER, (ROUTER_A, 40001), b"SALLY"), BACK)
    server, client = scenario.programs()
    drawing = draw(
        execution(server, "x", 0.0, (0.01, "Listening"), (0.104, "('198.51.100.11', 40001) says 'sally'")),
        execution(
            client, "x", 0.0,
            (0.1005, "What? sally"), (0.105, "I am ('0.0.0.0', 40001)"), (0.105, "the answer is 'SALLY'"),
            typed=(TypedAt(line=0, column=6, text="sally"),),
        ),
    )  # fmt: skip
    order = (
        "Listening",
        "What? \u2039sally\u203a",
        "UDP 5 'sally'",
        "says 'sally'",
        "I am",
        "UDP 5 'SALLY'",
        "the answer is",
    )
    found = [next(word for word in order if word in line) for line in rows(drawing, *order)]
    assert sorted(found[3:5]) == ["I am", "says 'sally'"]
    assert [*found[:3], *found[5:]] == [*order[:3], *order[5:]]


def test_lines_before_one_that_speaks_of_a_packet_do_not_draw_it_down(
    world: World, draw: Draw, scenario: Scenario
) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    world.send(0.101, udp(SERVER, (ROUTER_A, 40001), b"SALLY"), BACK)
    server, _ = scenario.programs()
    drawing = draw(execution(server, "x", 0.0, (0.104, "somebody"), (0.104, "says 'sally'")))
    order = ("UDP 5 'sally'", "somebody", "says 'sally'", "UDP 5 'SALLY'")
    assert [next(word for word in order if word in line) for line in rows(drawing, *order)] == list(order)


def test_a_line_stands_beside_the_column_of_its_host(world: World, draw: Draw, scenario: Scenario) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    server, client = scenario.programs()
    drawing = draw(execution(server, "x", 0, (0.2, "mine")), execution(client, "x", 0, (0.2, "yours")))
    assert rows(drawing, "mine")[0].endswith(" mine ▐│")
    assert rows(drawing, "yours")[0].startswith("  │▌ yours ")


def test_a_long_conversation_is_folded_and_what_was_left_out_is_counted(world: World, draw: Draw) -> None:
    world.send(0.0, tcp((A1, 40001), SERVER, flags="SYN"), OUT)
    for number in range(100):
        world.send(0.01 + number / 1000, tcp((A1, 40001), SERVER, b"x" * 100, seq=1 + number * 100), OUT)
    world.send(0.2, tcp((A1, 40001), SERVER, flags="FIN ACK", seq=10001), OUT)
    drawing = draw()
    assert rows(drawing, "94 more segments, 9,400 bytes")
    assert len(drawing.splitlines()) < 20
    assert rows(drawing, "SYN seq 0")
    assert rows(drawing, "FIN ACK")


def test_a_repeated_segment_says_so_and_is_not_folded(world: World, draw: Draw) -> None:
    for number in range(40):
        world.send(number / 100, tcp((A1, 40001), SERVER, b"hello", seq=1 + 5 * min(number, 20)), OUT)
    assert len(rows(draw(), "again: ")) == 19


def test_however_long_it_gets_it_stays_readable(world: World, draw: Draw) -> None:
    for number in range(400):
        world.send(number / 2000, tcp((A1, 40000 + number), SERVER, flags="SYN"), OUT)
    drawing = draw()
    assert len(drawing.splitlines()) < 900
    assert rows(drawing, "250 more packets and lines")


def test_of_a_flood_the_beginning_and_the_end_are_shown(world: World, draw: Draw) -> None:
    for number in range(5000):
        world.send(number / 1000, udp((A1, 40001), SERVER, b"%d" % number), OUT)
    world.send(6, udp((A1, 40001), SERVER, b"lost"), OUT, lost_on="datacenter")
    drawing = draw()
    shown = [len(rows(drawing, f"UDP {len(text)} '{text}'")) for text in ("0", "2999", "4002", "4999")]
    assert shown == [1, 1, 1, 1]
    assert rows(drawing, "1,002 more packets", "1,003 more packets")
    (line,) = rows(drawing, "✗")
    assert "'lost'" in line


@pytest.mark.parametrize("width", range(20, 165, 5))
def test_no_line_is_wider_than_the_terminal(width: int, world: World, draw: Draw, scenario: Scenario) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, "你好服务器".encode()), OUT)
    world.send(0.2, udp((B1, 40001), SERVER), OUT_B, lost_on="internet")
    server, _ = scenario.programs()
    drawing = draw(execution(server, "x", 0, (0.3, "the server says 你好" * 20)), width=width)
    ladder = [line for line in drawing.splitlines() if "│" in line]
    assert all(cell_len(line) <= width for line in ladder)


def test_wide_characters_do_not_push_the_lines_aside(world: World, draw: Draw, scenario: Scenario) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, "你好".encode()), OUT)
    server, _ = scenario.programs()
    drawing = draw(execution(server, "x", 0, (0.2, "客户端说 '你好'")))
    for line in rows(drawing, "你好"):
        assert cell_len(line) == 78
        assert line.endswith("│")


def test_where_it_is_narrow_plain_routers_do_without_a_column(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    drawing = draw(width=60)
    assert drawing.splitlines()[0].split() == ["client-a1", "router-a", "(NAT)", "server"]
    assert rows(drawing, "○──")


def test_where_it_is_too_narrow_packets_are_told_one_by_one(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    assert draw(width=30).splitlines()[:2] == [
        "client-a1 > router-a > server  UDP 5 'sally'",
        "    home-a: 192.168.1.10:40001 > 203.0.113.10:3000 UDP 5 'sally'",
    ]


def test_no_program_and_no_packet_can_move_the_cursor(world: World, draw: Draw, scenario: Scenario) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"\x1b[2J\x07"), OUT)
    server, _ = scenario.programs()
    drawing = draw(execution(server, "x", 0, (0.2, "\x1b[31mred\x9b1m\rover")))
    assert not [character for character in drawing if ord(character) < 32 and character != "\n"]
    assert "\x9b" not in drawing


def test_without_a_packet_it_says_so(
    world: World, result_of: Callable[..., Result], out: Console, topology: Topology
) -> None:
    print_ladder(out, result_of(), topology)
    assert text_of(out) == "No packet passed between these hosts.\n"


def test_through_a_pipe_it_is_plain(
    world: World, result_of: Callable[..., Result], out: Console, topology: Topology
) -> None:
    world.send(0.1, udp((A1, 40001), SERVER, b"sally"), OUT)
    print_ladder(out, result_of(), topology)
    assert "\x1b" not in text_of(out)
    assert "─ UDP 5 'sally' ─" in text_of(out)


def test_a_table_shows_only_what_these_packets_used(world: World, draw: Draw) -> None:
    world.send(0.1, udp((A1, 40001), SERVER), OUT)
    world.translated("router-a", "udp", (A2, 5), SERVER)
    world.tables["router-b"].append(replace(world.tables["router-a"][0], outside=(ROUTER_B, 1)))
    assert draw().splitlines()[-2:] == [
        "router-a translates",
        "  udp 192.168.1.10:40001 > 203.0.113.10:3000 as 198.51.100.11:40001",
    ]
