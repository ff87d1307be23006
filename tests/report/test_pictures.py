"""Who is lit in the picture of a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.packets import Packet
from lab.report.html.pictures import involved
from lab.verdict import Result, Verdict, judge_record
from tests.report.sessions import CLIENT, SERVER, captured, datagram

if TYPE_CHECKING:
    from lab.record import Record
    from lab.scenario import Scenario
    from lab.topology import Topology


def test_who_runs_a_program_and_who_is_between_them_takes_part(
    scenario: Scenario, topology: Topology, record: Record
) -> None:
    result = judge_record(scenario, topology, record, "netns")
    assert involved(result, topology) == {"server", "isp", "router-a", "client-a1"}
    skipped = Result(scenario=scenario, engine="netns", verdict=Verdict.SKIPPED)
    assert involved(skipped, topology) == involved(result, topology)


def test_who_was_sent_a_packet_takes_part_without_a_program(
    scenario: Scenario, topology: Topology, record: Record
) -> None:
    """Of two hosts with one address in two homes only the one that runs a program, or was seen."""
    alone = replace(scenario, steps=scenario.steps[1:])
    places = tuple(replace(captured(), host=host, network="home-a") for host in ("client-a1", "router-a"))
    arp = Packet(frame=captured().packets[0].frame)
    silent = replace(captured(), host="router-b", network="internet", packets=(arp,))
    result = judge_record(alone, topology, replace(record, captures=(*places, silent)), "netns")
    assert involved(result, topology) == {"client-a1", "router-a", "server"}


def test_the_address_of_two_hosts_lights_neither(scenario: Scenario, topology: Topology, record: Record) -> None:
    alone = replace(scenario, steps=scenario.steps[:1])
    packet = datagram((CLIENT, 40000), (SERVER, 3000), b"", 0.1)
    here = replace(captured(), host="isp", network="internet", packets=(packet,))
    result = judge_record(alone, topology, replace(record, captures=(here,)), "netns")
    assert involved(result, topology) == {"isp", "server"}
