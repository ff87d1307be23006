"""Sessions for reports to tell of, made by hand: everything a report can hold, and what it must survive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from lab.packets import Captured, Frame, Ip, Packet, Udp
from lab.record import Change, TypedAt
from lab.report.session import Session
from lab.transcript import Line
from lab.translation import Translation
from lab.verdict import Result, Verdict, judge_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.record import Record
    from lab.scenario import Scenario
    from lab.topology import Topology
    from lab.translation import End

BEGAN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

CLIENT, ROUTER, SERVER = (IPv4Address(one) for one in ("192.168.1.10", "198.51.100.11", "203.0.113.10"))

HOSTILE = (
    "<script>document.title = 'owned'</script>",
    "</samp></td></table></details><img src=x onerror=\"document.title='owned'\">",
    "<svg onload=alert(1)><style>@import 'http://203.0.113.10/x.css';</style>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} ${7*7} &amp; &#60;b&#62; ]]> -->",
    "\u241b[31mred\u241b[0m \u2400 NUL \ufffd\ufffe\uffff",
    "abc\u202egpj.exe\u2066 hidden \u2069",
    "\u0627\u0644\u0633\u0644\u0627\u0645 \u4e0b\u5348\u597d \U0001f600",
    "a\tb\x1b[2J\x00\x07\x9b\ud800",
    "https://203.0.113.10/" + "A" * 1_000_000,
)
"""Lines of a program that means harm, or has none of it in mind."""


def session(topology: Topology, *results: Result) -> Session:
    return Session(topology=topology, results=results, began=BEGAN, took_s=1.5)


def datagram(source: End, target: End, payload: bytes, time_s: float) -> Packet:
    ip = Ip(
        source=source[0], target=target[0], protocol=17, ttl=64, ident=1, dont_fragment=True, more_fragments=False,
        offset=0, length=28 + len(payload),
    )  # fmt: skip
    udp = Udp(source_port=source[1], target_port=target[1], length=len(payload), payload=payload)
    frame = Frame(time_s=time_s, outgoing=source[0] == CLIENT, length=42 + len(payload), data=b"")
    return Packet(frame=frame, ip=ip, transport=udp)


def captured(*payloads: bytes) -> Captured:
    packets = [datagram((CLIENT, 40000), (SERVER, 3000), payload, 0.125) for payload in payloads]
    packets.append(datagram((SERVER, 3000), (CLIENT, 40000), b"from 40000", 0.13))
    return Captured(host="client-a1", network="home-a", packets=tuple(packets), dropped=1, cut=2)


TRANSLATION = Translation(
    protocol="udp", source=(CLIENT, 40000), target=(SERVER, 3000), outside=(ROUTER, 50000), inside=(SERVER, 3000)
)


def rich(record: Record) -> Record:
    """With everything that a record may hold."""
    server, client = record.executions
    return replace(
        record,
        executions=(server, replace(client, typed=(TypedAt(line=0, column=6, text="a question"),))),
        changes=(Change(kind="link", subject="server/datacenter", how="down", stands=True, time_s=0.13),),
        captures=(captured(b"a question"),),
        translations={"router-a": (TRANSLATION,), "router-b": ()},
    )


def saying(record: Record, lines: Sequence[str]) -> Record:
    """The client prints this instead."""
    server, client = record.executions
    said = replace(
        client.transcript, lines=tuple(Line(text, 0.12 + number / 1000) for number, text in enumerate(lines))
    )
    return replace(record, executions=(server, replace(client, transcript=said)))


def hostile(scenario: Scenario, topology: Topology, record: Record) -> Result:
    """A program that means harm, wherever its words may turn up."""
    server, client = saying(rich(record), HOSTILE).executions
    typed = (TypedAt(line=0, column=0, text=HOSTILE[1]),)
    record = replace(
        rich(record),
        executions=(server, replace(client, typed=typed, argv=(HOSTILE[0], HOSTILE[5]), is_own=True)),
        captures=(captured(*(line.encode("utf-8", "replace") for line in HOSTILE)),),
        changes=(Change(kind="link", subject=HOSTILE[0], how=HOSTILE[1], stands=False, time_s=0.13),),
    )
    return judge_record(replace(scenario, title=HOSTILE[0], story=HOSTILE[2]), topology, record, "netns")


def every_verdict(scenario: Scenario, topology: Topology, record: Record) -> tuple[Result, ...]:
    """One of each, under three topics."""
    passed = judge_record(scenario, topology, rich(record), "netns")
    failed = judge_record(replace(scenario, name="wrong", topics=("nat",)), topology, saying(record, ["no"]), "netns")
    skipped = Result(
        scenario=replace(scenario, name="later"), engine="netns", verdict=Verdict.SKIPPED, reason="no netem here"
    )
    error = Result(
        scenario=replace(scenario, name="broken", topics=("tcp",)), engine="netns", verdict=Verdict.ERROR,
        reason="the lab ended",
    )  # fmt: skip
    return passed, failed, skipped, error
