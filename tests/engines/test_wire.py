"""What every engine must let us see of the wire: the contract of lab/capture.py and lab/nat.py, on real hosts."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import dpkt
import pytest

from lab.capture import Capture, capturing, start_captures
from lab.compose import load_topology
from lab.errors import LabError, UsageError
from lab.links import LinkChange, change_link
from lab.nat import forget_translations, translations
from lab.process import Process
from tests.engines.test_contract import DEADLINE_S, line_comes, run
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.engines.base import Engine, Lab
    from lab.packets import Frame

ETHERNET_BYTES = 14
WIDEST = 1500 + ETHERNET_BYTES

SEND = """
import socket, sys
count, size = map(int, sys.argv[1:])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    for number in range(count):
        s.sendto(b"%06d" % number + bytes(size), ("203.0.113.10", 4000))
"""
SINK = """
import socket
with socket.create_server(("", 4001)) as listener:
    print("bound", flush=True)
    with listener.accept()[0] as peer:
        print(sum(iter(lambda: len(peer.recv(65536)), 0)))
"""
STREAM = """
import socket, sys
with socket.create_connection((sys.argv[1], 4001)) as s:
    s.sendall(bytes(1_000_000))
"""
SEND_FROM_40001 = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("", 40001))
    s.sendto(b"sally", ("server", 4000))
"""
ECHO_REQUEST = """
import socket, struct
head = lambda checksum: struct.pack("!BBHHH", 8, 0, checksum, 77, 1)  # RFC 792; the sum of it all is 0xffff
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as s:
    s.sendto(head(0xFFFF - (8 << 8) - 77 - 1), ("203.0.113.10", 0))
    s.settimeout(5)
    s.recv(100)
"""
TWO_HOSTS = """
name: two
services:
  one: &host
    image: socket-lab
    init: true
    read_only: true
    cap_drop: [ALL]
    cap_add: [NET_ADMIN, NET_RAW]
    tmpfs: [/tmp, /run]
    command: ''
    networks: {cable: {ipv4_address: 10.98.77.10}}
  two:
    <<: *host
    networks: {cable: {ipv4_address: 10.98.77.11}}
networks:
  cable:
    driver_opts: {com.docker.network.bridge.inhibit_ipv4: "true"}
    ipam: {config: [{subnet: 10.98.77.0/24, gateway: 10.98.77.254}]}
"""


@pytest.fixture(autouse=True)
def a_server_that_says_nothing(lab: Lab) -> Iterator[None]:
    """Without one, each datagram is answered with an ICMP message, as long as the kernel is in the mood for that."""
    bind = "import socket, time; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 4000)); print('bound', flush=1)"
    with Process.start(lab, "server", ["python", "-c", f"{bind}; time.sleep(1000)"]) as server:
        line_comes(server, "bound")
        yield


def send(lab: Lab, count: int, size: int = 0) -> None:
    assert run(lab, "client-a1", "python", "-c", SEND, str(count), str(size)) == (0, "")


def datagrams(frames: tuple[Frame, ...] | list[Frame]) -> list[int]:
    """The numbers in the datagrams to port 4000 among these frames."""
    found = []
    for frame in frames:
        ip = dpkt.ethernet.Ethernet(frame.data).data
        if isinstance(ip, dpkt.ip.IP) and isinstance(ip.data, dpkt.udp.UDP) and ip.data.dport == 4000:
            found.append(int(ip.data.data[:6]))
    return found


# Captures


def test_the_first_packet_after_the_start_is_there_each_time(lab: Lab) -> None:
    for _ in range(10):
        with Capture.start(lab, "router-a") as capture:
            send(lab, 1)
        ways = [(network, frame.outgoing) for network, frame in capture.frames if datagrams([frame])]
        assert ways == [("home-a", False), ("internet", True)]


def test_a_packet_is_seen_where_it_passes_in_the_order_in_which_it_does(lab: Lab) -> None:
    with capturing(lab, dict.fromkeys(lab.topology.nodes)) as captures:
        send(lab, 1)
    seen = [
        (frame.time_s, capture.host, network, frame.outgoing)
        for capture in captures
        for network, frame in capture.frames
        if datagrams([frame])
    ]
    assert [one[1:] for one in sorted(seen)] == [
        ("client-a1", "home-a", True),
        ("router-a", "home-a", False),
        ("router-a", "internet", True),
        ("isp", "internet", False),
        ("isp", "datacenter", True),
        ("server", "datacenter", False),
    ]


def test_only_the_networks_that_were_asked_for_are_captured(lab: Lab) -> None:
    with Capture.start(lab, "router-a", ["internet"]) as capture:
        send(lab, 1)
    assert {network for network, _ in capture.frames} == {"internet"}


def test_of_each_packet_no_more_is_kept_than_was_asked_for(lab: Lab) -> None:
    with Capture.start(lab, "router-a", ["internet"], snap=48) as capture:
        send(lab, 1, size=600)
    (frame,) = [frame for _, frame in capture.frames if datagrams([frame])]
    assert (len(frame.data), frame.length) == (48, ETHERNET_BYTES + 20 + 8 + 6 + 600)


def test_a_burst_is_captured_without_a_gap(lab: Lab) -> None:
    with Capture.start(lab, "router-a", ["home-a"]) as capture:
        send(lab, 19_900)
    (tapped,) = capture.tapped
    assert (tapped.dropped, tapped.cut) == (0, 0)
    assert datagrams(tapped.frames) == list(range(19_900))


def test_what_the_kernel_has_no_room_for_is_counted(lab: Lab) -> None:
    with Capture.start(lab, "router-a", ["home-a"]) as capture:
        capture._program.signal(signal.SIGSTOP)
        states = ["sh", "-c", "cat /proc/[0-9]*/status"]
        until(lambda: "T (stopped)" in run(lab, "router-a", *states)[1], "the capture to stand still")
        send(lab, 12_000, size=1200)
        capture._program.signal(signal.SIGCONT)
    (tapped,) = capture.tapped
    assert 0 < tapped.dropped == capture.dropped
    assert len(datagrams(tapped.frames)) + tapped.dropped in range(12_000, 12_010)  # ARP may be among them


def test_a_capture_goes_on_when_its_link_comes_back(lab: Lab) -> None:
    with Capture.start(lab, "client-a1") as capture:
        change_link(lab, "client-a1", "home-a", LinkChange(down=True))
        states = ["sh", "-c", "cat /proc/[0-9]*/stat"]
        until(lambda: "(python) S" in run(lab, "client-a1", *states)[1], "the capture to wait, and not to spin")
        change_link(lab, "client-a1", "home-a", LinkChange())
        send(lab, 1)
    assert datagrams([frame for _, frame in capture.frames]) == [0]


def test_a_capture_that_is_asked_to_end_hands_over_what_there_is(lab: Lab) -> None:
    with Capture.start(lab, "client-a1") as capture:
        send(lab, 1)
        capture._program.signal(signal.SIGTERM)
        capture._reader.join(DEADLINE_S)
    assert datagrams([frame for _, frame in capture.frames]) == [0]


def test_a_capture_that_dies_is_a_failure_of_the_lab(lab: Lab) -> None:
    capture = Capture.start(lab, "router-a")
    capture._program.signal(signal.SIGKILL)
    capture._reader.join(DEADLINE_S)
    with pytest.raises(LabError, match="the capture on router-a ended too early"):
        capture.stop()
    with pytest.raises(LabError, match="the capture on router-a ended too early"):
        assert capture.frames


def test_a_place_that_is_not_there_is_refused_with_a_suggestion(lab: Lab) -> None:
    with pytest.raises(UsageError, match=r"router-a is not on network 'home-b' \(did you mean 'home-a'\?\)"):
        start_captures(lab, {"server": None, "router-a": ["home-b"]})


def test_a_switch_shows_a_bystander_nothing_of_what_two_others_say(lab: Lab) -> None:
    send(lab, 1)  # now each knows where the other is, and so does the switch
    with capturing(lab, {"client-a2": None, "router-a": ["home-a"]}) as (bystander, router):
        send(lab, 10)
    assert datagrams([frame for _, frame in router.frames]) == list(range(10))
    assert datagrams([frame for _, frame in bystander.frames]) == []


# Packets as on a real wire


def streamed(lab: Lab, sender: str, receiver: str, address: str, place: str) -> list[Frame]:
    """All that passes at one host's interfaces while a megabyte is sent."""
    with Process.start(lab, receiver, ["python", "-c", SINK]) as sink:
        line_comes(sink, "bound")
        with Capture.start(lab, place) as capture:
            assert run(lab, sender, "python", "-c", STREAM, address) == (0, "")
            assert sink.wait(DEADLINE_S) == 0
            assert sink.output.all_lines()[-1].text == "1000000"
    return [frame for _, frame in capture.frames]


def test_no_segment_is_above_the_mtu_and_every_checksum_is_right(lab: Lab) -> None:
    payload = 0
    for place in ("client-a1", "router-a", "server"):
        for frame in streamed(lab, "client-a1", "server", "203.0.113.10", place):
            assert frame.length == len(frame.data) <= WIDEST
            ip = dpkt.ethernet.Ethernet(frame.data).data
            if isinstance(ip, dpkt.ip.IP) and ip.p == dpkt.ip.IP_PROTO_TCP:
                segment = frame.data[ETHERNET_BYTES + ip.hl * 4 : ETHERNET_BYTES + ip.len]
                beyond = ip.src + ip.dst + ip.p.to_bytes(2) + len(segment).to_bytes(2)  # RFC 9293, section 3.1
                assert dpkt.in_cksum(beyond + segment) == 0
                assert dpkt.in_cksum(frame.data[ETHERNET_BYTES : ETHERNET_BYTES + ip.hl * 4]) == 0
                payload += len(ip.data.data)
    assert payload >= 4_000_000  # the router has seen it twice


def test_in_a_fast_lab_packets_are_not_as_on_a_wire(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text(TWO_HOSTS)
    tmp_path.chmod(0o755)
    name = f"fast-{os.getpid()}"
    with engine.up(load_topology(file), name, tmp_path, tethered=True, fast=True) as lab:
        frames = streamed(lab, "one", "two", "10.98.77.11", "one")
        assert [found.fast for found in engine.running() if found.name == name] == [True]
    engine.down(name)
    assert max(frame.length for frame in frames) > WIDEST


# Translation tables


def test_a_home_router_tells_what_it_translates(lab: Lab) -> None:
    forget_translations(lab, "router-a")
    assert translations(lab, "router-a") == []
    for client in ("client-a1", "client-a2"):
        run(lab, client, "python", "-c", SEND_FROM_40001)
    first, second = translations(lab, "router-a")
    assert str(first) == "udp 192.168.1.10:40001 > 203.0.113.10:4000 as 198.51.100.11:40001"
    assert not first.is_forwarded
    # The other one has the same port towards the same server: the router had to find it another.
    assert str(second).startswith("udp 192.168.1.11:40001 > 203.0.113.10:4000 as 198.51.100.11:")
    assert second.outside[1] != 40001


def test_what_a_router_says_itself_is_no_translation(lab: Lab) -> None:
    forget_translations(lab, "router-a")
    run(lab, "router-a", "python", "-c", SEND_FROM_40001)
    assert translations(lab, "router-a") == []


def test_a_tcp_connection_stands_in_the_table_when_it_is_over_too(lab: Lab) -> None:
    forget_translations(lab, "router-a")
    streamed(lab, "client-a1", "server", "203.0.113.10", "router-a")
    (flow,) = translations(lab, "router-a")
    assert (flow.protocol, str(flow.target[0]), flow.target[1]) == ("tcp", "203.0.113.10", 4001)
    assert (flow.inside, flow.outside[1]) == (flow.target, flow.source[1])


def test_a_ping_is_told_with_its_id_as_the_port(lab: Lab) -> None:
    forget_translations(lab, "router-a")
    assert run(lab, "client-a1", "python", "-c", ECHO_REQUEST, privileged=True) == (0, "")
    (flow,) = translations(lab, "router-a")
    assert str(flow) == "icmp 192.168.1.10:77 > 203.0.113.10:77 as 198.51.100.11:77"


def test_a_host_that_does_not_pass_anything_on_has_no_table(lab: Lab) -> None:
    send(lab, 1)
    assert translations(lab, "client-a1") == []
    assert translations(lab, "server") == []
