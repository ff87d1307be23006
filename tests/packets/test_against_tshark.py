"""tshark, which shares nothing with dpkt or scapy, finds in generated and in captured frames what we find."""

from __future__ import annotations

import io
import re
import threading
from ipaddress import ip_address
from random import Random
from typing import TYPE_CHECKING, Any

from lab.capture import start_captures
from lab.links import LinkChange, change_link
from lab.packets import Icmp, PcapngWriter, Tcp, Teller, Udp, decode
from lab.process import Process
from tests.packets.generated import frame_of, generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lab.engines.base import Lab
    from lab.packets import Frame, Packet
    from tests.packets.conftest import Rows

    Tshark = Callable[..., Rows]
    Facts = dict[str, list[Any]]

AS_THEY_ARE = tuple(
    word
    for option in ("ip.defragment", "ipv6.defragment", "tcp.desegment_tcp_streams", "tcp.relative_sequence_numbers")
    for word in ("-o", f"{option}:FALSE")
)
HEX = {"ip.id", "tcp.flags"}
ADDRESSES = {"ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"}
NOT_IN_QUOTES = ("tcp.flags", "tcp.window_size_value")
"""What tshark tells of a quoted segment now and then."""
FIELDS = (
    *("eth.src", "eth.dst", "arp.opcode", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"),
    *("ip.src", "ip.dst", "ip.ttl", "ip.id", "ip.frag_offset", "ip.len", "ipv6.src", "ipv6.dst"),
    *("udp.srcport", "udp.dstport", "udp.length", "icmp.type", "icmp.code"),
    *("tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.flags", "tcp.window_size_value"),
)

SERVER = """
import socket, threading
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.bind(("", 3000))
tcp = socket.create_server(("", 3000))
print("ready")
connection, _ = tcp.accept()
total = 0
while data := connection.recv(65536):
    total += len(data)
connection.sendall(b"%d bytes" % total)
connection.close()
input()
"""
DATAGRAMS_AND_REFUSALS = """
import socket, contextlib
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.sendto(b"sally", ("{server}", 3000))
udp.sendto("下午好".encode() * 400, ("{server}", 3000))
udp.connect(("{server}", 9))
with contextlib.suppress(ConnectionRefusedError):
    udp.send(b"anybody?")
    udp.recv(100)
with contextlib.suppress(ConnectionRefusedError):
    socket.create_connection(("{server}", 9))
"""
STREAM = """
import socket
with socket.create_connection(("{server}", 3000)) as tcp:
    tcp.sendall(b"x" * 60000)
    tcp.shutdown(socket.SHUT_WR)
    assert tcp.recv(100) == b"60000 bytes"
"""


def by_tshark(row: dict[str, list[str]]) -> Facts:
    left_out = NOT_IN_QUOTES if row["icmp.type"] else ()
    return {
        field: [_value(field, one) for one in found] for field, found in row.items() if found and field not in left_out
    }


def _value(field: str, value: str) -> Any:
    if field in ADDRESSES:
        return ip_address(value)
    if value.isdecimal() or value.startswith("0x"):
        return int(value, 0)
    return value


def by_us(packet: Packet) -> Facts:
    facts: Facts = {}
    _tell_all(packet, lambda field, value: facts.setdefault(field, []).append(value))
    return facts


def _tell_all(packet: Packet, say: Callable[[str, Any], None]) -> None:
    """In the order of the bytes, a quoted packet after the one that quotes it."""
    if packet.ethernet is not None:
        say("eth.src", packet.ethernet.source)
        say("eth.dst", packet.ethernet.target)
    if packet.arp is not None:
        say("arp.opcode", packet.arp.operation)
        say("arp.src.proto_ipv4", packet.arp.sender)
        say("arp.dst.proto_ipv4", packet.arp.target)
    if packet.ip is None:
        return
    ip, family = packet.ip, "ip" if packet.ip.source.version == 4 else "ipv6"
    say(f"{family}.src", ip.source)
    say(f"{family}.dst", ip.target)
    if family == "ip":
        for field, value in (("ttl", ip.ttl), ("id", ip.ident), ("frag_offset", ip.offset // 8), ("len", ip.length)):
            say(f"ip.{field}", value)
    match packet.transport:
        case Udp() as udp:
            say("udp.srcport", udp.source_port)
            say("udp.dstport", udp.target_port)
            say("udp.length", udp.length + 8)
        case Tcp() as tcp:
            say("tcp.srcport", tcp.source_port)
            say("tcp.dstport", tcp.target_port)
            say("tcp.seq", tcp.seq)
            if packet.ethernet is not None:
                bits = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
                say("tcp.flags", sum(1 << number for number, name in enumerate(bits) if name in tcp.flags))
                say("tcp.window_size_value", tcp.window)
        case Icmp() as icmp:
            if ip.protocol == 1:
                say("icmp.type", icmp.kind)
                say("icmp.code", icmp.code)
            if icmp.quoted is not None:
                _tell_all(icmp.quoted, say)


def capture_file(frames: Iterable[tuple[str, Frame]]) -> bytes:
    file = io.BytesIO()
    writer = PcapngWriter(file)
    for place, frame in frames:
        writer.packet(place, frame)
    return file.getvalue()


def test_generated_frames(tshark: Tshark) -> None:
    random = Random(4)
    frames = [frame_of(generate(random)) for _ in range(1000)]
    rows = tshark(capture_file(("generated/here", frame) for frame in frames), FIELDS, *AS_THEY_ARE)
    for frame, row in zip(frames, rows, strict=True):
        assert by_us(decode(frame)) == by_tshark(row), frame.data.hex()


def captured(lab: Lab) -> list[tuple[str, Frame]]:
    """Datagrams, fragments, a refusal of each kind, and a stream over a link that loses packets."""
    has_said = threading.Event()
    with Process.start(lab, "server", ["python", "-c", SERVER], tell=has_said.set):
        assert has_said.wait(20)
        (capture,) = start_captures(lab, {"router-a": None})
        run(lab, DATAGRAMS_AND_REFUSALS)
        change_link(lab, "server", "datacenter", LinkChange(loss_percent=10))
        try:
            run(lab, STREAM)
        finally:
            change_link(lab, "server", "datacenter", LinkChange())
        capture.stop()
    return [(f"router-a/{network}", frame) for network, frame in capture.frames]


def run(lab: Lab, program: str) -> None:
    server = str(lab.topology.node("server").interface().address.ip)
    with Process.start(lab, "client-a1", ["python", "-c", program.replace("{server}", server)]) as client:
        assert client.wait(60) == 0, client.output.complete_lines()


def told_by_tshark(row: dict[str, list[str]]) -> tuple[str, str, bool]:
    (seq,), (ack,) = row["tcp.seq"], row["tcp.ack"]
    return seq, ack, bool(row["tcp.analysis.retransmission"] or row["tcp.analysis.out_of_order"])


def told_by_us(line: str) -> tuple[str, str, bool]:
    found = re.search(r" TCP [A-Z ]+ seq (\d+)(?: ack (\d+))? win ", line)
    assert found is not None, line
    return found[1], found[2] or "0", line.endswith(" (retransmission)")


def test_a_captured_conversation(netns_lab: Lab, tshark: Tshark) -> None:
    frames = captured(netns_lab)
    file, packets = capture_file(frames), [decode(frame) for _, frame in frames]
    assert [by_us(packet) for packet in packets] == [by_tshark(row) for row in tshark(file, FIELDS, *AS_THEY_ARE)]
    tellers = {place: Teller() for place, _ in frames}
    lines = [tellers[place].line(packet) for (place, _), packet in zip(frames, packets, strict=True)]
    kinds = (
        "UDP 5 'sally'",
        "last fragment ",
        "TCP SYN ACK seq 0 ack 1 ",
        "RST ACK seq 1 ack 1 win 0",
        "port unreachable, of",
    )
    assert [kind for kind in kinds if not any(kind in line for line in lines)] == []
    # Losses are further on, so a segment that comes late in its order was seen here before.
    fields = ("tcp.seq", "tcp.ack", "tcp.analysis.retransmission", "tcp.analysis.out_of_order")
    rows = tshark(file, fields, "-Y", "tcp")
    assert [told_by_us(line) for line in lines if " TCP " in line] == [told_by_tshark(row) for row in rows]
