"""Payload in a line: text where it is text, bytes where it is not, and never anything that a terminal would obey."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.packets.quoting import quote


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"sally", "'sally'"),
        (b"it's", '"it\'s"'),
        (b"GET / HTTP/1.1\r\n\r\n", r"'GET / HTTP/1.1\r\n\r\n'"),
        (b"a\tb\\c", r"'a\tb\\c'"),
        ("来自服务器".encode(), "'来自服务器'"),
        ("来自服务器".encode("gbk"), "0xc0b4d7d4b7fecef1c6f7"),
        (b"\x00\x01", "0x0001"),
        (b"\x1b[31mred", "0x1b5b33316d726564"),
        (b"bell\x07", "0x62656c6c07"),
        ("a\u202eb".encode(), "0x61e280ae62"),  # right-to-left override: the line would read backwards
        ("a\u2028b".encode(), "0x61e280a862"),  # line separator
        ("a\x85b".encode(), "0x61c28562"),  # next line
        (b"x" * 64, f"'{'x' * 64}'"),
        (b"x" * 65, f"'{'x' * 64}'…"),
        ("下".encode() * 65, f"'{'下' * 64}'…"),
        (b"\xff" * 64, f"0x{'ff' * 64}"),
        (b"\xff" * 65, f"0x{'ff' * 64}…"),
        (b"x" * 64 + b"\xff" * 100, f"'{'x' * 64}'…"),  # what is shown decides
    ],
)
def test_payload_in_a_line(payload: bytes, said: str) -> None:
    assert quote(payload, len(payload)) == said


def test_payload_of_which_only_the_beginning_is_here() -> None:
    assert quote(b"hello", 100) == "'hello'…"
    assert quote("下午好".encode()[:-1], 100) == "'下午'…"
    assert quote("下午好".encode()[:-1], 8) == "0xe4b88be58d88e5a5"


@given(st.text(min_size=1, max_size=64).filter(str.isprintable))
def test_text_can_be_read_back(text: str) -> None:
    assert ast.literal_eval(quote(text.encode(), len(text.encode()))) == text


@given(st.binary(max_size=300), st.integers(0, 300))
def test_nothing_but_printable_characters_comes_out(payload: bytes, more: int) -> None:
    assert quote(payload, len(payload) + more).isprintable()
