"""The schema of reports: every report is as it says, and it says everything that is in one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from lab.report import json as report
from lab.report.schema import schema
from tests.report.sessions import every_verdict, hostile, session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.record import Record
    from lab.report.session import Session
    from lab.scenario import Scenario
    from lab.topology import Topology

ROOT = Path(__file__).parents[2]


def closed(form: Any) -> Any:
    """The schema with no room for a key that it does not name."""
    if isinstance(form, list):
        return [closed(one) for one in form]
    if not isinstance(form, dict):
        return form
    more = {"additionalProperties": False} if form.get("type") == "object" else {}
    return {key: closed(value) for key, value in form.items()} | more


def forms(form: dict[str, Any], value: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every part of a schema beside every value that stands there."""
    yield form, value
    for key, part in form.get("properties", {}).items():
        yield from forms(part, value[key]) if value else ()
    for item in value or () if "items" in form else ():
        yield from forms(form["items"], item)


@pytest.fixture
def everything(scenario: Scenario, topology: Topology, record: Record) -> Session:
    results = (*every_verdict(scenario, topology, record), hostile(scenario, topology, record))
    return session(topology, *results)


def test_the_schema_in_the_repository_is_the_one_that_the_tests_use() -> None:
    assert json.loads((ROOT / "lab/schema/report.json").read_text()) == schema(), "run tools/write-schema"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_report_is_as_the_schema_says_and_has_nothing_else(everything: Session) -> None:
    found = json.loads(report.dumped(report.session(everything)))
    jsonschema.Draft202012Validator(closed(schema())).validate(found)


def test_the_reports_that_are_tried_have_something_at_every_place_of_the_schema(everything: Session) -> None:
    found = json.loads(report.dumped(report.session(everything)))
    filled = {
        form["description"]
        for form, value in forms({"description": "all", **schema()}, found)
        if value not in (None, [])
    }
    said = {form["description"] for form in _all(schema())}
    assert said - filled == {
        "Which of its repetitions, from 1.",
        "Which item of a list, from 0.",
        "The likely cause, where one is known.",
    }


def _all(form: Any) -> Iterator[dict[str, Any]]:
    if "description" in form:
        yield form
    for part in (*form.get("properties", {}).values(), *([form["items"]] if "items" in form else [])):
        yield from _all(part)


@pytest.mark.parametrize("change", [{"version": 2}, {"took_s": "1.5"}, {"scenarios": [{}]}, {"scenarios": None}])
def test_what_is_no_report_is_refused(everything: Session, change: dict[str, Any]) -> None:
    found = json.loads(report.dumped(report.session(everything))) | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema(), jsonschema.Draft202012Validator)
