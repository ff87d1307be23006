"""What a program printed, as a person would have seen it, however its bytes were cut into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.output import HEAD_BYTES, TAIL_BYTES, Output
from lab.transcript import Line


def after(*pieces: bytes) -> Output:
    output = Output()
    for number, piece in enumerate(pieces):
        output.add(float(number), "terminal", piece)
    return output


def texts(output: Output) -> list[str]:
    return [line.text for line in output.all_lines()]


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"one\n\n", ["one", ""]),
        (b"a prompt: ", ["a prompt: "]),
        (b"10%\r50%\r100%\r\n", ["100%"]),
        (b"\x1b[31mred\x07\x00\n", ["␛[31mred␇␀"]),
        (b"tab\there\n", ["tab\there"]),
        ("下午好\n".encode(), ["下午好"]),
        (b"\xff\xfe\n", ["��"]),
        ("\x9b31m\n".encode(), ["�31m"]),
    ],
)
def test_lines_are_what_a_person_sees(printed: bytes, seen: list[str]) -> None:
    assert texts(after(printed)) == seen


def test_a_line_has_the_time_at_which_it_was_complete() -> None:
    assert after(b"a", b"b\nc", b"d").all_lines() == (Line("ab", 1.0), Line("cd", 2.0, complete=False))


def test_the_unfinished_line_is_the_prompt() -> None:
    output = after(b"Hello\nName: ")
    assert output.partial == "Name: "
    output.add(2.0, "terminal", b"x\n")
    assert output.partial == ""


def test_two_pipes_do_not_mix_within_a_line() -> None:
    output = Output()
    for stream, data in (("stdout", b"out"), ("stderr", b"err\n"), ("stdout", b"put\n")):
        output.add(0.0, stream, data)  # type: ignore[arg-type]
    assert texts(output) == ["err", "output"]


def test_complete_lines_can_be_followed() -> None:
    output = after(b"one\ntwo\nthr")
    assert [line.text for line in output.complete_lines()] == ["one", "two"]
    output.add(9.0, "terminal", b"ee\n")
    assert [line.text for line in output.complete_lines(2)] == ["three"]


def test_of_a_flood_head_and_tail_are_kept_and_the_gap_is_said() -> None:
    line = b"x" * 99 + b"\n"
    flood = [line * 100] * 200
    output = after(b"first\n", *flood, b"last\n")
    kept = sum(len(piece.data) for piece in output.pieces)
    assert kept <= HEAD_BYTES + TAIL_BYTES + len(flood[0])
    assert kept + output.cut_bytes == 6 + 2_000_000 + 5
    seen = texts(output)
    assert seen[0] == "first"
    assert seen[-1] == "last"
    assert f"[{output.cut_bytes:,} bytes left out here]" in seen


def test_what_only_just_overflows_the_head_is_whole() -> None:
    output = after(b"x" * (HEAD_BYTES - 3) + b"\nab", b"cd\n")
    assert texts(output)[1:] == ["abcd"]
    assert output.cut_bytes == 0


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"], whitelist_characters="\n")), st.data())
def test_how_the_bytes_are_cut_makes_no_difference(text: str, data: st.DataObject) -> None:
    printed = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(printed)))))
    pieces = [printed[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(printed)], strict=True)]
    *lines, rest = text.split("\n")
    assert texts(after(*pieces)) == lines + [rest] * bool(rest)


@given(st.lists(st.binary(max_size=100)))
def test_no_bytes_can_put_a_control_character_on_a_readers_screen(pieces: list[bytes]) -> None:
    shown = "".join(texts(after(*pieces)))
    assert not [
        character for character in shown if (ord(character) < 32 and character != "\t") or 127 <= ord(character) < 160
    ]
