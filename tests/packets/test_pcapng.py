"""Captures that Wireshark opens: tshark reads them without complaint, and finds all that we put in."""

from __future__ import annotations

import io
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lab.packets import Frame, PcapngWriter
from tests.packets.generated import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.packets.conftest import Rows

    Tshark = Callable[..., Rows]

BEGAN_S = 1_700_000_000.0


def datagram(payload: bytes = b"sally", *, time_s: float = BEGAN_S, outgoing: bool = False) -> Frame:
    packet = IP(src="192.168.1.10", dst="203.0.113.10") / UDP(sport=40001, dport=40002) / Raw(payload)
    return frame_of(bytes(Ether(dst="02:00:00:00:00:01") / packet), time_s=time_s, outgoing=outgoing)


def written(*frames: tuple[str, Frame, str | None], **more: Any) -> bytes:
    file = io.BytesIO()
    writer = PcapngWriter(file, **more)
    for place, frame, remark in frames:
        writer.packet(place, frame, remark)
    return file.getvalue()


def test_each_place_is_an_interface_with_its_name(tshark: Tshark) -> None:
    capture = written(
        ("router-a/home-a", datagram(), None),
        ("router-a/internet", datagram(), None),
        ("router-a/home-a", datagram(), None),
    )
    rows = tshark(capture, ["frame.interface_name", "frame.interface_id"])
    assert [(row["frame.interface_name"], row["frame.interface_id"]) for row in rows] == [
        (["router-a/home-a"], ["0"]),
        (["router-a/internet"], ["1"]),
        (["router-a/home-a"], ["0"]),
    ]


def test_every_byte_of_frames_of_every_length_is_there(tshark: Tshark) -> None:
    payloads = [b"x" * length for length in range(1, 9)]
    rows = tshark(written(*(("a/b", datagram(payload), None) for payload in payloads)), ["udp.payload", "frame.len"])
    assert [bytes.fromhex(row["udp.payload"][0]) for row in rows] == payloads
    assert [int(row["frame.len"][0]) for row in rows] == [42 + length for length in range(1, 9)]


def test_a_cut_frame_tells_how_long_it_was(tshark: Tshark) -> None:
    whole = datagram(b"x" * 1000)
    (row,) = tshark(written(("a/b", frame_of(whole.data[:60], length=1042), None)), ["frame.cap_len", "frame.len"])
    assert (row["frame.cap_len"], row["frame.len"]) == (["60"], ["1042"])


def test_time_is_told_in_nanoseconds(tshark: Tshark) -> None:
    times = {
        1_700_000_000.5: "1700000000.500000000",
        12.000000003: "12.000000003",
        5_000_000_000.25: "5000000000.250000000",
        -0.001: "0.000000000",  # before the scenario began: this format has no such time
    }
    rows = tshark(written(*(("a/b", datagram(time_s=time_s), None) for time_s in times)), ["frame.time_epoch"])
    assert [row["frame.time_epoch"] for row in rows] == [[read] for read in times.values()]


def test_direction(tshark: Tshark) -> None:
    capture = written(("a/b", datagram(), None), ("a/b", datagram(outgoing=True), None))
    rows = tshark(capture, ["frame.packet_flags_direction"])
    assert [row["frame.packet_flags_direction"] for row in rows] == [["0x00000001"], ["0x00000002"]]


def test_comments_of_packets_and_of_the_whole(tshark: Tshark) -> None:
    capture = written(
        ("a/b", datagram(), "step client: what sally says, 下午好"),
        ("a/b", datagram(), None),
        comment="scenario udp-echo",
    )
    rows = tshark(capture, ["frame.comment"])
    assert [row["frame.comment"] for row in rows] == [["step client: what sally says, 下午好"], []]
    assert b"scenario udp-echo" in capture


def test_a_comment_that_is_too_long_is_cut_between_characters(tshark: Tshark) -> None:
    (row,) = tshark(written(("a/b", datagram(), "x" + "下" * 30_000)), ["frame.comment"])
    assert row["frame.comment"] == ["x" + "下" * ((65_535 - 1) // 3)]


def test_addresses_have_their_hosts_names(tshark: Tshark) -> None:
    six = Ether(dst="02:00:00:00:00:01") / IPv6(src="2001:db8::10", dst="2001:db8::99") / UDP(sport=1, dport=40002)
    names = {
        ip_address("192.168.1.10"): "client-a1",
        ip_address("203.0.113.10"): "server",
        ip_address("2001:db8::10"): "client-six",
    }
    capture = written(("a/b", datagram(), None), ("a/b", frame_of(bytes(six)), None), names=names)
    rows = tshark(capture, ["ip.src_host", "ip.dst_host", "ipv6.src_host", "ipv6.dst_host"], "-N", "n")
    assert [[value for values in row.values() for value in values] for row in rows] == [
        ["client-a1", "server"],
        ["client-six", "2001:db8::99"],
    ]


def test_what_is_written_so_far_can_be_read_so_far(tshark: Tshark) -> None:
    raw = io.BytesIO()
    file = io.BufferedWriter(raw)
    writer = PcapngWriter(file)
    writer.interface("server/datacenter")
    for seen in (0, 1):
        writer.flush()
        assert len(tshark(raw.getvalue(), ["frame.number"])) == seen
        writer.packet("router-a/home-a", datagram())
    writer.flush()
    (row, *_) = tshark(raw.getvalue(), ["frame.interface_id"])
    assert row["frame.interface_id"] == ["1"], "the place at which nothing passed is there too"
