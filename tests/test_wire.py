"""What is seen beside the programs: packets at interfaces and routers' tables, compared like all that is printed."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.packets import Captured, Frame, Ip, Packet, Tcp
from lab.runner import run
from lab.sightings import sight_packets
from lab.transcript import Setting
from lab.trial import try_scenario
from lab.verdict import Verdict
from lab.wire import HEADERS_BYTES
from tests.lessons import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engines.base import Lab
    from lab.scenario import Scenario
    from lab.verdict import Result

ASK = "python services/whoami.py client {server}"
STEPS = f"""
- start: server
  host: server
  command: python services/whoami.py server
  ready: udp/3000
- run: client
  host: client-a1
  command: {ASK}
  transcript: |
    My own address is ('{{_}}', {{inside:port}})
    ...
"""  # lines 5 to 15


def test_what_passes_and_what_is_printed_share_their_variables(result_of: Callable[..., Result]) -> None:
    result = result_of(f"""{STEPS}
packets:
- at: client-a1/home-a
  transcript: |
    {{client-a1}}:{{inside}} > {{server}}:3000 UDP {{_}}
    {{server}}:3000 > {{client-a1}}:{{inside}} UDP {{_}}
""")
    assert told(result) == []
    assert result.verdict is Verdict.PASSED
    (captured,) = result.record.captures if result.record else ()
    assert captured.place == "client-a1/home-a"
    assert [packet.frame.outgoing for packet in captured.packets if packet.ip] == [True, False]
    times = [packet.frame.time_s for packet in captured.packets]
    assert times == sorted(times)
    assert all(0 < time_s < 30 for time_s in times)


@pytest.mark.parametrize(
    ("transcript", "said"),
    [
        (
            "{client-a1}:{inside} > {server}:3000 UDP {_}",
            "lesson.yaml:21: packets at client-a1/home-a: expected no more lines",
        ),
        (
            "{client-a1}:{inside} > {server}:3001 UDP {_}\n    ...",
            "lesson.yaml:21: packets at client-a1/home-a: expected ':3001 UDP ' after",
        ),
        (
            "...\n    {server} > {client-a1} ICMP {_}",
            (
                "lesson.yaml:22: packets at client-a1/home-a: the transcript ends here; still expected:"
                " '{server} > {client-a1} ICMP {_}'"
            ),
        ),
        ("''", "lesson.yaml:21: packets at client-a1/home-a: expected \"''\", seen"),
    ],
)
def test_what_should_not_have_passed_fails_it(result_of: Callable[..., Result], transcript: str, said: str) -> None:
    result = result_of(f"{STEPS}\npackets:\n- at: client-a1/home-a\n  transcript: |\n    {transcript}\n")
    assert result.verdict is Verdict.FAILED
    (problem,) = told(result)
    assert problem.startswith(said)


def test_only_some_packets_count_where_that_is_said(result_of: Callable[..., Result]) -> None:
    result = result_of(f"{STEPS}\npackets:\n- at: client-a1/home-a\n  only: [tcp, udp/4000]\n  transcript: ''\n")
    assert told(result) == []


def test_what_passes_a_moment_after_all_was_said_counts_too(result_of: Callable[..., Result]) -> None:
    twice = (
        "import socket, time; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'one', ('server', 9));"
        " print('said', flush=True); time.sleep(0.05); s.sendto(b'two', ('server', 9)); time.sleep(60)"
    )
    result = result_of(f"""
- start: client
  host: server-2
  command: python -c "{twice}"
  transcript: |
    said
packets:
- at: server-2/datacenter
  only: [udp]
  transcript: |
    {{server-2}}:{{_}} > {{server}}:9 UDP 3 'one'
""")
    assert told(result) == ["lesson.yaml:16: packets at server-2/datacenter: expected no more lines"]


def test_what_the_lab_itself_does_in_the_end_is_not_seen(result_of: Callable[..., Result]) -> None:
    """It stops the client, and with it a connection."""
    stay = "import socket, signal; s = socket.create_connection(('server', 3000)); print('here'); signal.pause()"
    result = result_of(f"""
- start: server
  host: server
  command: python services/tcp_echo.py server
  ready: tcp/3000
- start: client
  host: server-2
  command: python -c "{stay}"
  ready:
    line: here
packets:
- at: server-2/datacenter
  only: [tcp/3000]
  transcript: |
    {{server-2}}:{{port}} > {{server}}:3000 TCP SYN {{_}}
    {{server}}:3000 > {{server-2}}:{{port}} TCP SYN ACK {{_}}
    {{server-2}}:{{port}} > {{server}}:3000 TCP ACK {{_}}
""")
    assert told(result) == []


def test_a_routers_table_says_what_became_of_a_flow(result_of: Callable[..., Result]) -> None:
    table = "udp {client-a1}:{inside} > {server}:3000 as {router-a.internet}:{outside:port}"
    result = result_of(f"{STEPS}\nnat:\n- at: router-a\n  transcript: |\n    ...\n    {table}\n    ...\n")
    assert told(result) == []
    assert [str(one) for one in (result.record.translations if result.record else {})["router-a"]]


def test_flows_of_an_earlier_scenario_are_forgotten(result_of: Callable[..., Result]) -> None:
    table = "udp {client-a1}:{inside} > {server}:3000 as {router-a.internet}:{outside:port}"
    steps = f"{STEPS}\nnat:\n- at: router-a\n  transcript: |\n    {table}\n"
    assert [told(result_of(steps)), told(result_of(steps))] == [[], []]


def test_a_flow_that_is_not_in_the_table_fails_it(result_of: Callable[..., Result]) -> None:
    result = result_of(
        f"{STEPS}\nnat:\n- at: router-b\n  transcript: |\n    ...\n    udp {{_}}:{{inside}} {{_}}\n    ...\n"
    )
    assert told(result) == [
        "lesson.yaml:22: translations of router-b: the transcript ends here; still expected: 'udp {_}:{inside} {_}'"
    ]


def test_everything_on_the_way_is_recorded_when_that_is_asked_for(
    lesson: Callable[[str], Scenario], netns_lab: Lab
) -> None:
    record = run(lesson(STEPS), netns_lab, everywhere=HEADERS_BYTES)
    seen = {captured.place for captured in record.captures if any(packet.ip for packet in captured.packets)}
    assert seen == {
        "client-a1/home-a",
        "router-a/home-a",
        "router-a/internet",
        "isp/internet",
        "isp/datacenter",
        "server/datacenter",
    }
    assert any(str(one).startswith("udp 192.168.1.10:") for one in record.translations["router-a"])
    assert record.sightings == ()


def test_nothing_is_captured_where_nobody_asks(result_of: Callable[..., Result]) -> None:
    result = result_of(STEPS)
    assert result.record
    assert (result.record.captures, result.record.translations) == ((), {})


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        ({"dropped": 3}, "packets at client-a1/home-a: the kernel could not hand over 3 packets"),
        (
            {"cut": 1200},
            "packets at client-a1/home-a: too many to keep, 1,200 are missing; say which count, with only:",
        ),
    ],
)
def test_packets_that_the_lab_missed_are_its_own_failure(
    lesson: Callable[[str], Scenario], missed: dict[str, int], said: str
) -> None:
    scenario = lesson(f"{STEPS}\npackets:\n- at: client-a1/home-a\n  transcript: '...'\n")
    captured = replace(Captured(host="client-a1", network="home-a", packets=()), **missed)
    with pytest.raises(LabError) as raised:
        sight_packets(scenario.packets[0], [captured], Setting("client-a1"))
    assert str(raised.value) == said


def test_what_is_left_of_an_earlier_connection_is_not_part_of_it(lesson: Callable[[str], Scenario]) -> None:
    scenario = lesson(f"{STEPS}\npackets:\n- at: client-a1/home-a\n  transcript: '...'\n")
    segments = [segment(4000, "FIN", "ACK"), segment(4001, "SYN"), segment(4001, "ACK"), segment(4000, "RST")]
    captured = Captured(host="client-a1", network="home-a", packets=tuple(segments))
    seen = sight_packets(scenario.packets[0], [captured], Setting("client-a1")).transcript.texts()
    assert [text.split()[0] for text in seen] == ["192.168.1.10:4001", "192.168.1.10:4001"]


def segment(port: int, *flags: str) -> Packet:
    return Packet(
        frame=Frame(time_s=0, outgoing=True, length=54, data=b""),
        ip=Ip(
            source=IPv4Address("192.168.1.10"), target=IPv4Address("203.0.113.10"), protocol=6, ttl=64, ident=0,
            dont_fragment=True, more_fragments=False, offset=0, length=40,
        ),
        transport=Tcp(
            source_port=port, target_port=3000, seq=1, ack=1, window=1, flags=frozenset(flags), options=(), length=0,
            payload=b"",
        ),
    )  # fmt: skip


def test_a_lab_that_ends_during_a_capture_is_an_error_and_no_failure(
    lesson: Callable[[str], Scenario], netns_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise LabError("the capture on client-a1 ended too early")

    monkeypatch.setattr("lab.capture.Capture.stop", die)
    scenario = lesson(f"{STEPS}\npackets:\n- at: client-a1/home-a\n  transcript: '...'\n")
    result = try_scenario(scenario, netns_lab)
    assert (result.verdict, result.reason) == (Verdict.ERROR, "the capture on client-a1 ended too early")
