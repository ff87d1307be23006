"""One packet seen at many interfaces is one journey."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.journeys import Flow, follow
from lab.journeys.images import Images
from lab.journeys.likeness import MATTER_BYTES
from lab.packets import Arp, Ethernet, Frame, Icmp, Packet, Udp
from lab.translation import Translation
from tests.journeys.world import TICK_S, Step, World, ends, fragment, tcp, udp, unreachable, with_ends

if TYPE_CHECKING:
    from lab.journeys import Journey
    from lab.topology import Topology

A1, A2, B1 = IPv4Address("192.168.1.10"), IPv4Address("192.168.1.11"), IPv4Address("192.168.1.10")
SERVER = (IPv4Address("203.0.113.10"), 3000)
ROUTER_A = IPv4Address("198.51.100.11")
OUT = "client-a1 home-a router-a internet isp datacenter server"
OUT_A2 = "client-a2 home-a router-a internet isp datacenter server"
OUT_B1 = "client-b1 home-b router-b internet isp datacenter server"
BACK = "server datacenter isp internet router-a home-a client-a1"
BACK_A2 = "server datacenter isp internet router-a home-a client-a2"


def journeys(world: World, *without: tuple[str, str]) -> tuple[Journey, ...]:
    return follow(world.captures(*without), world.topology, world.tables)


def steps(journey: Journey) -> tuple[Step, ...]:
    return tuple(
        Step(
            hop.network, hop.sender or "?", hop.target or "?", -1 if hop.sent_s is None else hop.sent_s, hop.received_s
        )
        for hop in journey.hops
    )


def addresses(journey: Journey) -> list[str]:
    """What stands on each hop, from whom to whom."""
    return ["{}:{} > {}:{}".format(*ends(hop.packet)[0], *ends(hop.packet)[1]) for hop in journey.hops]


def test_a_datagram_through_two_routers_is_one_journey_of_three_hops(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT)
    (journey,) = journeys(world)
    assert steps(journey) == world.truth[0]
    assert journey.nodes == ("client-a1", "router-a", "isp", "server")
    assert journey.end == "arrived"


def test_each_hop_has_the_addresses_that_it_had_there(world: World) -> None:
    world.send(0, udp((A1, 4322), SERVER), OUT_A2)
    world.send(1, udp((A2, 4322), SERVER), OUT)
    first, second = journeys(world)
    assert addresses(first) == [
        "192.168.1.10:4322 > 203.0.113.10:3000",
        "198.51.100.11:4322 > 203.0.113.10:3000",
        "198.51.100.11:4322 > 203.0.113.10:3000",
    ]
    assert addresses(second)[1] == "198.51.100.11:61000 > 203.0.113.10:3000"


def test_two_who_send_the_same_from_the_same_port_at_the_same_time_are_told_apart_by_the_table(world: World) -> None:
    """The router sends them on in the other order; only its table tells which is which."""
    first, second = udp((A1, 4322), SERVER), udp((A2, 4322), SERVER)
    world.send(0, first, "client-a1 home-a router-a")
    world.send(0, second, "client-a2 home-a router-a")
    one, two = (with_ends(p, world.translated("router-a", "udp", *ends(p)), SERVER) for p in (first, second))
    for late, packet in ((0.002, one), (0.001, two)):
        ip = packet.ip
        assert ip is not None
        world.send(late, replace(packet, ip=replace(ip, ttl=63)), "router-a internet isp")
    both = journeys(world)
    assert [addresses(one) for one in both] == [
        ["192.168.1.10:4322 > 203.0.113.10:3000", "198.51.100.11:4322 > 203.0.113.10:3000"],
        ["192.168.1.11:4322 > 203.0.113.10:3000", "198.51.100.11:61000 > 203.0.113.10:3000"],
    ]
    assert [one.hops[1].sent_s for one in both] == [0.002, 0.001]


def test_two_homes_with_the_same_addresses_do_not_get_mixed_up(world: World) -> None:
    world.send(0, udp((A1, 40000), SERVER), OUT)
    world.send(0, udp((B1, 40000), SERVER), OUT_B1)
    assert sorted(map(steps, journeys(world))) == sorted(world.truth)


def test_an_answer_goes_home_by_the_table(world: World) -> None:
    world.send(0, udp((A1, 4322), SERVER), OUT)
    world.send(0, udp((A2, 4322), SERVER), OUT_A2)
    world.send(1, udp(SERVER, (ROUTER_A, 61000), b"same"), BACK_A2)
    world.send(1, udp(SERVER, (ROUTER_A, 4322), b"same"), BACK)
    found = [journey for journey in journeys(world) if journey.origin == "server"]
    assert {journey.last: addresses(journey)[-1] for journey in found} == {
        "client-a1": "203.0.113.10:3000 > 192.168.1.10:4322",
        "client-a2": "203.0.113.10:3000 > 192.168.1.11:4322",
    }
    assert {journey.end for journey in found} == {"arrived"}


def test_what_is_lost_on_a_network_was_sent_there_and_received_by_nobody(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT, lost_on="datacenter")
    (journey,) = journeys(world)
    assert journey.end == "lost"
    assert steps(journey) == world.truth[0]
    assert journey.hops[-1].target == "server"
    assert journey.last == "isp"


def test_what_a_router_drops_was_received_there_and_not_sent_on(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT, dropped_by="router-a")
    (journey,) = journeys(world)
    assert (journey.end, journey.last, len(journey.hops)) == ("dropped", "router-a", 1)


def test_the_repetition_that_arrives_is_not_taken_for_the_first_try(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT, lost_on="internet")
    world.send(0.5, udp((A1, 40001), SERVER), OUT)
    assert [journey.end for journey in journeys(world)] == ["lost", "arrived"]
    assert list(map(steps, journeys(world))) == world.truth


def test_equal_packets_keep_their_order(world: World) -> None:
    for number in range(20):
        world.send(number * TICK_S / 10, udp((A1, 40001), SERVER), OUT)
    assert list(map(steps, journeys(world))) == world.truth


def test_an_answer_that_the_router_knows_and_does_not_deliver_is_dropped_there(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT)
    world.send(1, udp(SERVER, (ROUTER_A, 40001)), BACK, dropped_by="router-a")
    assert journeys(world)[1].end == "dropped"


def test_what_is_for_the_router_itself_arrives_there(world: World) -> None:
    world.send(0, udp(SERVER, (ROUTER_A, 9)), "server datacenter isp internet router-a")
    (journey,) = journeys(world)
    assert (journey.end, journey.last) == ("arrived", "router-a")


def test_what_a_router_sends_of_its_own_begins_there(world: World) -> None:
    world.send(0, unreachable(IPv4Address("198.51.100.1"), udp((ROUTER_A, 9), SERVER)), "isp internet router-a")
    (journey,) = journeys(world)
    assert journey.origin == "isp"


def test_the_packet_that_an_icmp_error_quotes_is_translated_too(world: World) -> None:
    world.send(0, udp((A1, 4322), SERVER), OUT)
    world.send(0, udp((A2, 4322), SERVER), OUT_A2)
    arrived = tuple(world.seen["server", "datacenter"])
    for packet in arrived:
        world.send(1, unreachable(SERVER[0], packet), BACK if ends(packet)[0][1] == 4322 else BACK_A2)
    errors = [journey for journey in journeys(world) if isinstance(journey.packet.transport, Icmp)]
    assert sorted(map(steps, errors)) == sorted(world.truth[2:])
    quoted = {journey.last: journey.hops[-1].packet.transport.quoted for journey in errors}  # type: ignore[union-attr]
    assert ends(quoted["client-a2"])[0] == (A2, 4322)  # type: ignore[arg-type]


def test_an_echo_is_told_apart_by_its_id_which_the_router_may_change() -> None:
    request = Icmp(kind=8, code=0, text="echo request", ident=777, seq=1)
    packet = replace(udp((A2, 0), SERVER), transport=request)
    packet = replace(packet, ip=replace(packet.ip, protocol=1))  # type: ignore[type-var]
    entry = Translation(
        protocol="icmp", source=(A2, 777), target=(SERVER[0], 777), outside=(ROUTER_A, 9), inside=(SERVER[0], 9)
    )
    ((flow, _),) = Images([entry]).of(packet)
    assert flow == Flow("icmp", (ROUTER_A, 9), (SERVER[0], 9))
    answer = replace(packet, transport=replace(request, kind=0, ident=9))
    answer = replace(answer, ip=replace(answer.ip, source=SERVER[0], target=ROUTER_A))  # type: ignore[type-var]
    ((flow, _),) = Images([entry]).of(answer)
    assert flow == Flow("icmp", (SERVER[0], 777), (A2, 777))


def test_fragments_follow_the_first_of_them_though_they_have_no_ports(world: World) -> None:
    whole = udp((A1, 40001), SERVER, b"x" * 100, ident=77)
    world.send(0, fragment(whole, 0, more=True), OUT)
    world.tables["router-a"].append(replace(world.tables["router-a"][0], source=(A2, 40001), outside=(ROUTER_A, 61000)))
    for offset in (1480, 2960):
        part = fragment(whole, offset, more=offset < 2960)
        world.send(offset * TICK_S, part, "client-a1 home-a router-a")
        passed = with_ends(part, (ROUTER_A, 0), (SERVER[0], 0))
        assert passed.ip is not None
        world.send(
            offset * TICK_S + 2 * TICK_S, replace(passed, ip=replace(passed.ip, ttl=63)), "router-a internet isp"
        )
    assert [len(journey.hops) for journey in journeys(world)] == [3, 2, 2]


def test_a_packet_that_a_router_cuts_up_is_not_lost(world: World) -> None:
    whole = tcp(SERVER, (IPv4Address("198.51.100.11"), 4000), b"x" * 100)
    whole = replace(whole, ip=replace(whole.ip, ident=9))  # type: ignore[type-var]
    world.send(0, whole, "server datacenter isp")
    for offset in (0, 1480):
        part = fragment(whole, offset, more=not offset)
        world.send(2 * TICK_S, replace(part, ip=replace(part.ip, ttl=63)), "isp internet router-a")  # type: ignore[type-var]
    assert [journey.end for journey in journeys(world)] == ["cut up", "arrived", "arrived"]


@pytest.mark.parametrize(
    ("without", "hops", "end"),
    [
        (("client-a1", "home-a"), 3, "arrived"),
        (("router-a", "internet"), 3, "arrived"),
        (("router-a", "home-a"), 3, "arrived"),
        (("server", "datacenter"), 3, "unknown"),
    ],
)
def test_one_interface_that_nobody_watched_makes_no_difference(
    world: World, without: tuple[str, str], hops: int, end: str
) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT)
    world.send(1, udp(SERVER, (ROUTER_A, 40001)), BACK)
    there = journeys(world, without)[0]
    assert (len(there.hops), there.end) == (hops, end)
    assert there.nodes[-4:] == ("client-a1", "router-a", "isp", "server")


def test_where_nobody_watched_nothing_is_said_to_be_lost(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT)
    (journey,) = journeys(
        world, ("router-a", "internet"), ("isp", "internet"), ("isp", "datacenter"), ("server", "datacenter")
    )
    assert (len(journey.hops), journey.end) == (1, "unknown")


def test_a_gap_in_a_capture_is_not_a_loss(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT, lost_on="datacenter")
    captures = [replace(one, cut=1) if one.place == "server/datacenter" else one for one in world.captures()]
    (journey,) = follow(captures, world.topology, world.tables)
    assert journey.end == "unknown"


def test_a_broadcast_is_one_journey_to_all_who_heard_it(world: World) -> None:
    packet = udp((A1, 40001), (IPv4Address("192.168.1.255"), 3000))
    data = b"to all of you, whoever you are, here is a frame"
    ethernet = Ethernet(source=world.mac("client-a1", "home-a"), target="ff:ff:ff:ff:ff:ff", kind=0x800)
    for number, node in enumerate(("client-a1", "client-a2", "router-a")):
        frame = Frame(time_s=number, outgoing=not number, length=len(data), data=data)
        world.seen[node, "home-a"].append(replace(packet, ethernet=ethernet, frame=frame))
    (journey,) = journeys(world)
    assert [heard.node for heard in journey.hops[0].heard] == ["client-a2", "router-a"]
    assert (journey.hops[0].target, journey.end) == (None, "arrived")
    assert journey.nodes == ("client-a1", "client-a2", "router-a")


def test_a_hub_lets_others_hear_what_is_not_for_them(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), "client-a1 home-a router-a")
    world.send(1, udp((A2, 9), SERVER), "client-a2 home-a router-a")
    heard = replace(
        world.seen["client-a1", "home-a"][0], frame=replace(world.seen["router-a", "home-a"][0].frame, time_s=0)
    )
    world.seen["client-a2", "home-a"].append(heard)
    first = journeys(world)[0]
    assert first.hops[0].target == "router-a"
    assert [one.node for one in first.hops[0].bystanders] == ["client-a2"]


def test_arp_is_a_journey_of_one_hop(world: World) -> None:
    mac = world.mac("client-a1", "home-a")
    arp = Arp(operation=1, sender_mac=mac, sender=A1, target_mac="00:00:00:00:00:00", target=IPv4Address("192.168.1.1"))
    ethernet = Ethernet(source=mac, target="ff:ff:ff:ff:ff:ff", kind=0x806)
    for node in ("client-a1", "router-a"):
        frame = Frame(time_s=0, outgoing=node == "client-a1", length=42, data=b"arp")
        world.seen[node, "home-a"].append(Packet(frame=frame, ethernet=ethernet, arp=arp))
    assert [journey.end for journey in journeys(world)] == ["arrived"]


def test_without_a_table_an_entry_is_found_where_there_is_but_one(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT)
    world.send(1, udp(SERVER, (ROUTER_A, 40001)), BACK)
    world.tables.clear()
    assert list(map(steps, journeys(world))) == world.truth[:2]


def test_without_a_table_nobody_is_taken_for_somebody_else(world: World) -> None:
    world.send(0, udp((A1, 4322), SERVER), OUT)
    world.send(0, udp((A2, 4322), SERVER), OUT_A2)
    world.tables.clear()
    assert {len(journey.hops) for journey in journeys(world)} == {1, 2}


def test_of_two_entries_for_one_flow_the_one_that_was_used_counts(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER), OUT)
    world.forget("router-a", "udp", (A1, 40001), SERVER, 62000)
    world.send(60, udp((A1, 40001), SERVER), OUT)
    assert [addresses(journey)[-1].split(" ")[0] for journey in journeys(world)] == [
        "198.51.100.11:40001",
        "198.51.100.11:62000",
    ]


WAYS = {
    "client-a1": (A1, OUT, BACK),
    "client-a2": (A2, OUT_A2, BACK_A2),
    "client-b1": (B1, OUT_B1, "server datacenter isp internet router-b home-b client-b1"),
}
PACKETS = st.lists(
    st.tuples(
        st.sampled_from(sorted(WAYS)),
        st.sampled_from([40000, 40001]),
        st.sampled_from(["udp", "tcp"]),
        st.sampled_from([b"", b"hello"]),
        st.booleans(),
        st.sampled_from(["", "", "", "home-a", "home-b", "internet", "datacenter"]),
        st.sampled_from(["", "", "", "isp", "router-a"]),
        st.integers(0, 200),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(packets=PACKETS)
def test_whatever_is_sent_lost_and_repeated_the_true_journeys_are_found(topology: Topology, packets: list) -> None:  # type: ignore[type-arg]
    world = World(topology)
    for (address, out, _), port, kind in {(WAYS[one[0]], one[1], one[2]): None for one in packets}:
        packet = (udp if kind == "udp" else tcp)((address, port), SERVER, b"first")
        world.send(0, packet, out)
    last: dict[object, float] = {}
    for who, port, kind, payload, is_answer, lost_on, dropped_by, when in packets:
        address, out, back = WAYS[who]
        make = udp if kind == "udp" else tcp
        # Equal packets of one flow must not overtake each other; all else may happen at the same time.
        at = max(1 + when * TICK_S, last.get((who, port, kind, payload, is_answer), 0) + 20 * TICK_S)
        last[who, port, kind, payload, is_answer] = at
        if is_answer:
            outside = world.translated(f"router-{who[7]}", kind, (address, port), SERVER)
            world.send(at, make(SERVER, outside, payload), back, lost_on=lost_on, dropped_by=dropped_by)
        else:
            world.send(at, make((address, port), SERVER, payload), out, lost_on=lost_on, dropped_by=dropped_by)
    assert sorted(map(steps, journeys(world)), key=str) == sorted(world.truth, key=str)


def test_an_interface_where_only_the_headers_were_kept_fits_to_one_where_all_was(world: World) -> None:
    world.send(0, udp((A1, 40001), SERVER, b"x" * 2000), OUT)
    for packets in (world.seen["isp", "internet"], world.seen["isp", "datacenter"]):
        (packet,) = packets
        frame, transport = packet.frame, packet.transport
        assert isinstance(transport, Udp)
        short = replace(transport, payload=transport.payload[: MATTER_BYTES - 42])
        packets[:] = [replace(packet, frame=replace(frame, data=frame.data[:MATTER_BYTES]), transport=short)]
    (journey,) = journeys(world)
    assert len(journey.hops) == 3
