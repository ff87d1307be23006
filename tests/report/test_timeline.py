"""What happened, in the order of time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.record import Change, TypedAt
from lab.report.timeline import Part, timeline, worth_telling

if TYPE_CHECKING:
    from lab.record import Execution, Record


def client_of(record: Record) -> Execution:
    return record.executions[1]


def with_client(record: Record, **changes: object) -> Record:
    return replace(record, executions=(record.executions[0], replace(client_of(record), **changes)))  # type: ignore[arg-type]


def test_lines_of_all_programs_come_in_the_order_of_time(record: Record) -> None:
    assert [(moment.source, moment.text) for moment in worth_telling(record)] == [
        ("client on client-a1", "What? a question"),
        ("server on server", "192.168.1.10 asks from 40000"),
        ("client on client-a1", "from 40000"),
    ]


def test_a_change_of_a_link_is_between_what_was_before_and_after(record: Record) -> None:
    changed = replace(
        record, changes=(Change(kind="link", subject="server/datacenter", how="down", stands=True, time_s=0.125),)
    )
    assert [moment.text for moment in worth_telling(changed)][:2] == [
        "What? a question",
        "link server/datacenter: down",
    ]


def test_an_end_is_told_when_it_is_not_the_usual_one(record: Record) -> None:
    failed = with_client(record, status=3)
    assert worth_telling(failed)[-1].text == "ended with exit status 3; expected exit 0"
    assert worth_telling(failed)[-1].kind == "end"


def test_who_said_nothing_is_told_to_have_ended(record: Record) -> None:
    silent = with_client(record, transcript=replace(client_of(record).transcript, lines=()))
    assert worth_telling(silent)[-1].text == "ended with exit status 0"


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ((TypedAt(line=0, column=6, text="a question"),), (Part("What? "), Part("a question", is_typed=True))),
        (
            (TypedAt(line=0, column=6, text="a"),),
            (Part("What? "), Part("a", is_typed=True), Part(" question")),
        ),
        (
            (TypedAt(line=0, column=6, text="a"), TypedAt(line=0, column=8, text="question")),
            (Part("What? "), Part("a", is_typed=True), Part(" "), Part("question", is_typed=True)),
        ),
        ((TypedAt(line=0, column=16, text="^D"),), (Part("What? a question"), Part("^D", is_typed=True))),
        ((TypedAt(line=0, column=99, text="x"),), (Part("What? a question"), Part("x", is_typed=True))),
        ((TypedAt(line=1, column=0, text="x"),), (Part("What? a question"),)),
    ],
)
def test_what_was_typed_is_set_apart(record: Record, typed: tuple[TypedAt, ...], parts: tuple[Part, ...]) -> None:
    assert timeline(with_client(record, typed=typed))[0].parts == parts


def test_what_was_typed_after_the_last_line_is_told_too(record: Record) -> None:
    moments = worth_telling(with_client(record, typed=(TypedAt(line=2, column=0, text="^D"),)))
    assert moments[-1].parts == (Part("^D", is_typed=True),)
