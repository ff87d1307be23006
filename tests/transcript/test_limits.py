"""Hostile lines and templates end in a clear reason, soon."""

from __future__ import annotations

import time

import pytest

GAVE_UP = "gave up: there are too many ways in which this might match"
MEGABYTE = 1_000_000
NUMBERS = "".join(f"{number}\n" for number in range(2000))

pytestmark = pytest.mark.timeout(20)


@pytest.fixture(autouse=True)
def soon():
    """Nothing here may take longer than a person waits."""
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < 8


def test_a_megabyte_of_near_misses_is_a_mismatch(matches):
    assert not matches("{a}a{b}a{c}a{d}b\n", "a" * MEGABYTE)
    assert not matches("{a:int} {b:int} {c:int}x{_:word}x\n", "1 " * (MEGABYTE // 2) + "x1 1x1\n")


def test_a_megabyte_that_fits_matches(matches):
    assert matches("{a}, {b:int}: {_}\n", f"{'a' * MEGABYTE}, 7: {'b' * MEGABYTE}\n")


@pytest.mark.parametrize(
    ("template", "seen"),
    [
        ("{a}a{a}b{a}\n", "a" * MEGABYTE + "b" + "a" * (MEGABYTE + 1)),
        (" ".join("{_}" for _ in range(300)) + " {x:int}y\n", "x " * 2000 + "xy"),
        (
            " ".join(f"{{a{number}}}" for number in range(3000)) + " {a1}",
            " ".join(f"x{number}" for number in range(3001)),
        ),
        (
            "".join(f"? {{{letter}}} {{{letter}}}-\n" for letter in "abcdefghijklmnop"),
            "".join(f"{n} {n}\n" for n in range(16)),
        ),
    ],
    ids=["long", "many holes", "many variables", "group"],
)
def test_what_cannot_be_decided_soon_is_a_mismatch_with_that_reason(observe, judged, template, seen):
    (result,) = judged(observe(template, seen)).results
    assert not result.ok


def test_giving_up_is_said_and_the_rest_is_judged_all_the_same(observe, judged):
    hopeless = observe("...\n{n:int}\n...\n{m:int}\n...\n{n} {m} again\n", NUMBERS)
    gave_up, second = judged(hopeless, observe("a", "a", "second")).results
    assert gave_up.reason.startswith(GAVE_UP)
    assert gave_up.reason.endswith("still expected: '{n} {m} again'")
    assert second.ok


def test_many_mismatches_leave_steps_for_a_match(observe, judged):
    observations = [observe("a", "b", f"{number}") for number in range(100)]
    assert judged(*observations, observe("...\n{x:int}\n...\n{x}\n", "1\n2\n1\n", "last")).results[-1].ok


@pytest.mark.parametrize(
    "template",
    [NUMBERS, "...\n1999\n", "0\n...\n7\n...\n8\n...\n1999\n", "* {n:int}\n", "...\n{_:int}\n...\n{_}\n...\n{_}\n"],
)
def test_2000_lines_are_judged_at_once(matches, template):
    begin = time.monotonic()
    assert matches(template, NUMBERS)
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize(
    "template", ["...\nx\n", "...\n5\n...\n6\n...\nx\n", "...\n{_:int}\n...\n{_}\n...\nx\n", "...\n* {n:int}\nx\n"]
)
def test_2000_lines_are_searched_in_vain_at_once(reason, observe, template):
    assert reason(observe(template, NUMBERS)).endswith(": the transcript ends here; still expected: 'x'")
    assert GAVE_UP not in reason(observe(template, NUMBERS))


def test_a_long_chain_of_typed_lines_needs_no_deep_recursion(matches, converse):
    template = "<<^D>>\n" * 3000
    assert matches(template, "")
    assert converse(template).next_typing("").is_key


def test_100000_lines_after_dots_are_judged(matches):
    assert matches("...\nend\n", "".join(f"{number}\n" for number in range(100_000)) + "end\n")
