"""TCP as people count it: from 0 with the SYN, each direction for itself; what was sent before is a retransmission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lab.packets import Teller, decode
from tests.packets.generated import frame_of

if TYPE_CHECKING:
    from scapy.packet import Packet

CLIENT, SERVER = ("192.168.1.10", 40001), ("203.0.113.10", 80)
WRAP = 1 << 32


def sent(flags: str, seq: int, ack: int = 0, payload: bytes = b"", *, back: bool = False, win: int = 502) -> Packet:
    (source, sport), (target, dport) = (SERVER, CLIENT) if back else (CLIENT, SERVER)
    segment = TCP(sport=sport, dport=dport, flags=flags, seq=seq % WRAP, ack=ack % WRAP, window=win)
    return IP(src=source, dst=target) / segment / Raw(payload)


def lines(*packets: Packet) -> list[str]:
    """Without the addresses."""
    teller = Teller()
    told = [teller.line(decode(frame_of(bytes(Ether(dst="02:00:00:00:00:01") / packet)))) for packet in packets]
    return [line.partition(" TCP ")[2] for line in told]


def test_a_conversation_from_handshake_to_goodbye() -> None:
    options = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None), ("WScale", 7)]
    syn, syn_ack = sent("S", 1000, win=64240), sent("SA", 7000, 1001, back=True, win=65160)
    syn[TCP].options = syn_ack[TCP].options = options
    assert lines(
        syn,
        syn_ack,
        sent("A", 1001, 7001),
        sent("PA", 1001, 7001, b"Hi there, server"),
        sent("PA", 7001, 1017, b"Farewell, client", back=True),
        sent("FA", 1017, 7017),
        sent("FA", 7017, 1018, back=True),
        sent("A", 1018, 7018),
    ) == [
        "SYN seq 0 win 64240 <mss 1460, sackOK, ts, nop, wscale 7>",
        "SYN ACK seq 0 ack 1 win 65160 <mss 1460, sackOK, ts, nop, wscale 7>",
        "ACK seq 1 ack 1 win 502",
        "PSH ACK seq 1 ack 1 win 502 len 16 'Hi there, server'",
        "PSH ACK seq 1 ack 17 win 502 len 16 'Farewell, client'",
        "FIN ACK seq 17 ack 17 win 502",
        "FIN ACK seq 17 ack 18 win 502",
        "ACK seq 18 ack 18 win 502",
    ]


def test_options_are_told_only_of_the_handshake() -> None:
    segment = sent("A", 1)
    segment[TCP].options = [("NOP", None), ("NOP", None), ("Timestamp", (1, 2))]
    assert lines(segment) == ["ACK seq 1 ack 1 win 502"]


def test_options_that_are_broken_unknown_or_behind_the_end() -> None:
    segment = sent("S", 1)
    segment[TCP].options = [(254, b"xy"), (2, b"\1"), ("NOP", None), ("EOL", None), ("MSS", 9)]
    assert lines(segment) == ["SYN seq 0 win 502 <option 254, nop>"]


def test_a_refusal_and_a_reset() -> None:
    assert lines(sent("S", 1000), sent("RA", 0, 1001, back=True, win=0)) == [
        "SYN seq 0 win 502",
        "RST ACK seq 1 ack 1 win 0",
    ]
    assert lines(sent("S", 5), sent("SA", 9, 6, back=True), sent("R", 6, win=0))[2] == "RST seq 1 win 0"


def test_flags_stand_in_their_order_and_none_is_said() -> None:
    assert lines(sent("FSRPAUEC", 1))[0].startswith("SYN FIN RST PSH ACK URG ECE CWR seq 0 ack 1 ")
    assert lines(sent("", 1)) == ["no flags seq 1 win 502"]


def test_a_segment_sent_again_is_a_retransmission() -> None:
    again = sent("PA", 1, 1, b"hello")
    assert lines(sent("S", 0), again, again, sent("PA", 3, 1, b"llo"), sent("PA", 1, 1, b"hello!"))[1:] == [
        "PSH ACK seq 1 ack 1 win 502 len 5 'hello'",
        "PSH ACK seq 1 ack 1 win 502 len 5 'hello' (retransmission)",
        "PSH ACK seq 3 ack 1 win 502 len 3 'llo' (retransmission)",
        "PSH ACK seq 1 ack 1 win 502 len 6 'hello!'",
    ]


def test_syn_and_fin_are_sent_again_too_but_an_ack_is_only_said_again() -> None:
    told = lines(sent("S", 5), sent("S", 5), sent("A", 6, 1), sent("A", 6, 1), sent("FA", 6, 1), sent("FA", 6, 1))
    assert [line.endswith(" (retransmission)") for line in told] == [False, True, False, False, False, True]


def test_what_was_lost_before_it_came_here_was_not_sent_before() -> None:
    told = lines(
        sent("S", 0),
        sent("A", 6, 1, b"world"),
        sent("A", 1, 1, b"hello"),
        sent("A", 1, 1, b"hello"),
        sent("A", 1, 1, b"helloworld"),
    )
    assert [line.endswith(" (retransmission)") for line in told] == [False, False, False, True, True]


def test_the_same_bytes_in_the_other_direction_are_others() -> None:
    assert lines(sent("A", 1, 1, b"hello"), sent("A", 1, 6, b"hello", back=True))[1] == (
        "ACK seq 1 ack 6 win 502 len 5 'hello'"
    )


def test_a_new_connection_on_the_same_ports_starts_anew() -> None:
    assert lines(
        sent("S", 1000),
        sent("SA", 7000, 1001, back=True),
        sent("A", 1001, 7001, b"one"),
        sent("S", 555_000),
        sent("SA", 90_000, 555_001, back=True),
        sent("A", 555_001, 90_001, b"two"),
    )[3:] == ["SYN seq 0 win 502", "SYN ACK seq 0 ack 1 win 502", "ACK seq 1 ack 1 win 502 len 3 'two'"]


def test_a_new_connection_on_the_same_ports_may_be_refused() -> None:
    assert lines(
        sent("S", 1000),
        sent("SA", 7000, 1001, back=True),
        sent("S", 555_000),
        sent("RA", 0, 555_001, back=True, win=0),
    )[3:] == ["RST ACK seq 1 ack 1 win 0"]


def test_a_handshake_whose_answer_is_lost_further_on_is_begun_again() -> None:
    syn, syn_ack = sent("S", 1000), sent("SA", 7000, 1001, back=True)
    told = lines(syn, syn_ack, syn, syn_ack)
    assert [line.endswith(" (retransmission)") for line in told] == [False, False, True, True]


def test_a_capture_that_begins_in_the_middle_counts_as_if_the_syn_had_just_been_missed() -> None:
    assert lines(
        sent("PA", 50_000, 90_000, b"hello"),
        sent("PA", 90_000, 50_005, b"HELLO", back=True),
        sent("A", 50_005, 90_005),
        sent("A", 49_995, 90_005, b"older"),
    ) == [
        "PSH ACK seq 1 ack 1 win 502 len 5 'hello'",
        "PSH ACK seq 1 ack 6 win 502 len 5 'HELLO'",
        "ACK seq 6 ack 6 win 502",
        "ACK seq -4 ack 6 win 502 len 5 'older'",
    ]


def test_numbers_go_round_after_four_gigabytes() -> None:
    told = lines(
        sent("S", WRAP - 3),
        sent("A", WRAP - 2, 1, b"hello"),
        sent("A", 3, 1, b"world"),
        sent("A", WRAP - 2, 1, b"hello"),
    )
    assert [line.split(" ack ")[0] for line in told[1:]] == ["ACK seq 1", "ACK seq 6", "ACK seq 1"]
    assert told[3].endswith("(retransmission)")
    far = [sent("A", 1 + step * (1 << 30), 1, b"x" * 1000) for step in range(6)]
    assert lines(sent("S", 0), *far)[-1].startswith(f"ACK seq {5 * (1 << 30) + 1} ")
