"""The JSON schema that editors use: it is the one that lab checks with, as far as a schema can say it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.document import load
from lab.scenario import list_scenarios
from lab.scenario.form import schema

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]

# The example of the design, with its packets.
UDP_ECHO = """\
name: udp-echo
title: A datagram goes out in lower case and comes back in upper case
topics: [udp, ephemeral-port, nat]
story: |
  client-a1 sits behind a home router.
steps:
  - start: server
    host: server
    command: python services/udp_echo.py server --host 0.0.0.0
    ready: udp/3000
    transcript: |
      Listening at ('0.0.0.0', 3000)
  - run: client
    host: client-a1
    command: python services/udp_echo.py client {server}
packets:
  - at: router-a/home-a
    transcript: |
      {client-a1}:{inside} > {server}:3000 UDP 5 'sally'
checks:
  - private: "{client-a1}"
  - equal: ["{a}", "{b}"]
"""

WORDS = {"title", "description", "default", "$schema", "$defs"}
"""Keywords that say nothing about a value."""
TYPES: dict[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def fits(value: Any, rule: dict[str, Any]) -> bool:
    """Whether a value follows a rule: the part of JSON Schema (2020-12) that the lab's schema uses, and no other."""
    wanted = rule.get("type")
    if wanted and not (isinstance(value, TYPES[wanted]) and isinstance(value, bool) == (wanted == "boolean")):
        return False
    keywords = rule.keys() - WORDS - {"type"}
    assert keywords <= KEYWORDS.keys(), f"teach this test {keywords - KEYWORDS.keys()}"
    return all(KEYWORDS[keyword](value, rule[keyword], rule) for keyword in keywords)


def _known(value: dict[str, Any], said: Any, rule: dict[str, Any]) -> bool:
    more = [value[key] for key in value if key not in rule.get("properties", {})]
    return not more if said is False else all(fits(item, said) for item in more)


KEYWORDS: dict[str, Callable[[Any, Any, dict[str, Any]], bool]] = {
    "$ref": lambda value, said, _: fits(value, schema()["$defs"][said.rpartition("/")[2]]),
    "anyOf": lambda value, said, _: any(fits(value, one) for one in said),
    "oneOf": lambda value, said, _: sum(fits(value, one) for one in said) == 1,
    "enum": lambda value, said, _: value in said,
    "const": lambda value, said, _: bool(value == said),
    "pattern": lambda value, said, _: re.search(said, value) is not None,
    "minimum": lambda value, said, _: bool(value >= said),
    "exclusiveMinimum": lambda value, said, _: bool(value > said),
    "maximum": lambda value, said, _: bool(value <= said),
    "minItems": lambda value, said, _: len(value) >= said,
    "minProperties": lambda value, said, _: len(value) >= said,
    "maxProperties": lambda value, said, _: len(value) <= said,
    "items": lambda value, said, _: all(fits(item, said) for item in value),
    "required": lambda value, said, _: set(said) <= set(value),
    "properties": lambda value, said, _: all(fits(value[key], one) for key, one in said.items() if key in value),
    "patternProperties": lambda value, said, _: all(
        fits(item, one) for key, item in value.items() for like, one in said.items() if re.search(like, key)
    ),
    "additionalProperties": _known,
}


def test_the_schema_in_the_repository_is_the_one_that_lab_checks_with() -> None:
    assert json.loads((ROOT / "lab/schema/scenario.json").read_text()) == schema(), "run tools/write-schema"


def test_the_schema_accepts_the_example_of_the_design(tmp_path: Path) -> None:
    path = tmp_path / "udp-echo.yaml"
    path.write_text(UDP_ECHO)
    assert fits(load(path).data, schema())


def test_the_schema_accepts_every_scenario_of_the_repository() -> None:
    for path in list_scenarios(ROOT / "scenarios"):
        assert fits(load(path).data, schema()), path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ready: udp/3000", "ready: 3000"),
        ("ready: udp/3000", "raedy: udp/3000"),
        ("ready: udp/3000", "timeout: 0"),
        ("ready: udp/3000", "env: {A: 1}"),
        ("ready: udp/3000", "exit: running"),
        ("host: server", "tty: false"),
        ("topics: [udp, ephemeral-port, nat]", "topics: udp"),
        ("topics: [udp, ephemeral-port, nat]", "topics: [UDP]"),
        ("private:", "privat:"),
        ("  - run: client", "  - rum: client"),
        ("name: udp-echo", "title: again"),
    ],
)
def test_the_schema_refuses_what_lab_refuses(tmp_path: Path, old: str, new: str) -> None:
    assert old in UDP_ECHO
    path = tmp_path / "udp-echo.yaml"
    path.write_text(UDP_ECHO.replace(old, new, 1))
    assert not fits(load(path).data, schema())


def test_every_key_says_in_the_editor_what_it_is_for() -> None:
    forms = [schema(), *schema()["$defs"].values()]
    silent = [key for form in forms for key, rule in form["properties"].items() if "description" not in rule]
    assert silent == []
