"""Thousands of packets: what scapy finds in them we find too; and nothing that is cut or broken misleads us."""

from __future__ import annotations

import struct
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.packets import Icmp, Tcp, Teller, Udp, decode
from tests.packets.generated import frame_of, generate
from tests.packets.scapy_oracle import by_scapy, by_us

many = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**64).map(Random)

NAMES_SOMEBODY = ("macs", "arp", "addresses", "ports", "quoted addresses", "quoted ports")
"""The facts that would lead to the wrong place if they were wrong."""


def is_one_line(line: str) -> bool:
    return line.isprintable() and line == line.strip()


@many
@given(seeds)
def test_what_scapy_finds_we_find(random: Random) -> None:
    data = generate(random)
    packet = decode(frame_of(data))
    theirs, ours = by_scapy(data), by_us(packet)
    assert packet.trouble is None or packet.trouble.startswith("not decoded: ")
    assert {name: ours.get(name) for name in theirs} == theirs
    assert is_one_line(Teller(("mac", "ttl", "id")).line(packet))


@settings(many, max_examples=300)
@given(seeds)
def test_a_frame_cut_anywhere_says_less_and_nothing_wrong(random: Random) -> None:
    data = generate(random)
    whole, teller = by_us(decode(frame_of(data))), Teller(("mac", "ttl", "id"))
    for cut in range(len(data)):
        packet = decode(frame_of(data[:cut], length=random.choice((cut, len(data)))))
        ours = by_us(packet)
        assert {name: ours[name] for name in NAMES_SOMEBODY if name in ours}.items() <= whole.items()
        assert packet.trouble is not None
        assert is_one_line(teller.line(packet))


@many
@given(seeds)
def test_a_broken_frame_has_the_addresses_that_stand_in_it_or_none(random: Random) -> None:
    data = bytearray(generate(random))
    for _ in range(random.randrange(1, 6)):
        data[random.randrange(12, min(len(data), 70))] = random.choice((0, 0x7F, 0xFF, random.randrange(256)))
    packet = decode(frame_of(bytes(data)))
    assert is_one_line(Teller().line(packet))
    quoted = packet.transport.quoted if isinstance(packet.transport, Icmp) else None
    for ip in (part.ip for part in (packet, quoted) if part is not None and part.ip is not None):
        assert ip.source.packed + ip.target.packed in data
    if isinstance(packet.transport, Udp | Tcp):
        assert struct.pack(">HH", packet.transport.source_port, packet.transport.target_port) in data


@many
@given(st.binary(max_size=200))
def test_garbage_is_told_in_one_line(data: bytes) -> None:
    assert is_one_line(Teller().line(decode(frame_of(data))))
