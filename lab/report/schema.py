"""The JSON schema of `lab run --json`, for those who read such reports with a program.

Every key is always there, null where there is nothing to say. New keys may come in the same version.
"""

from __future__ import annotations

from typing import Any

from lab.report.json import VERSION
from lab.verdict import Verdict

Schema = dict[str, Any]


def schema() -> Schema:
    """Of a whole report (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Socket Lab report",
        **_object(
            "What `lab run --json` writes.",
            version={"const": VERSION, "description": "Changes when a key changes its meaning or goes."},
            began=_text("When the run began (ISO 8601, with time zone)."),
            took_s=_seconds("How long all of it took."),
            scenarios=_list(_scenario(), "In the order they were run in."),
        ),
    }


def _scenario() -> Schema:
    return _object(
        "One scenario that was run. All its times are seconds since it began.",
        name=_text("Its name."),
        title=_text("Its title."),
        topics=_list(_text("A topic."), "The first is the one it counts for."),
        file=_text("The file it is in."),
        engine=_text("The engine that its lab was on."),
        verdict={"enum": [str(one) for one in Verdict], "description": "ERROR: the lab failed, no program."},
        reason=_or_null(_text("Why it was skipped, or how the lab failed.")),
        duration_s=_or_null(_seconds("How long it took, when it was run.")),
        programs=_list(_program(), "What ran, a repeated program once for each time."),
        changes=_list(_change(), "What was done to the network."),
        captures=_list(_capture(), "What passed at each watched interface."),
        translations=_list(_table(), "What each watched router translated, after the last step."),
        variables=_list(_variable(), "What each {variable} was bound to."),
        checks=_list(_check(), "What should be true in the end."),
        problems=_list(_problem(), "What went wrong, causes before consequences."),
    )


def _program() -> Schema:
    return _object(
        "One program that ran.",
        role=_text("Its role in the scenario."),
        run=_or_null(_number("Which of its repetitions, from 1.")),
        host=_text("The host it ran on."),
        address=_text("That host's main address."),
        command=_list(_text("A word."), "What was run."),
        is_own={"type": "boolean", "description": "Was it put in with --program?"},
        started_s=_seconds("When it was started."),
        ended_s=_seconds("When it was over."),
        end={
            "enum": ["ended", "timed out", "stopped", "stuck", "in vain", "died before it was ready", "never ready"],
            "description": "Who ended it, itself or the lab, and why.",
        },
        status=_or_null(_number("Its exit status, as a shell counts.")),
        lines=_list(
            _object(
                "A line.",
                time_s=_seconds("When it was complete."),
                text=_text("Without its end; controls made visible."),
                complete={"type": "boolean", "description": "Did its end come?"},
            ),
            "What it printed.",
        ),
        typed=_list(
            _object(
                "Something typed.",
                line=_number("The line that has its echo, from 0."),
                column=_number("The column of that line, from 0."),
                text=_text("What was typed."),
            ),
            "What was typed into it.",
        ),
    )


def _change() -> Schema:
    return _object(
        "A step that changed the network.",
        time_s=_seconds("When that was done."),
        kind=_text("What sort of thing was changed."),
        of=_text("Which one; of a link HOST/NETWORK."),
        **{"is": _text("How it was from then on.")},
    )


def _capture() -> Schema:
    packet = _object(
        "One packet.",
        time_s=_seconds("The kernel's stamp."),
        out={"type": "boolean", "description": "Sent by this host? Otherwise received."},
        length=_number("Bytes, with the Ethernet header."),
        line=_text("The packet in one line, as scenarios write it."),
    )
    return _object(
        "What passed at one interface.",
        host=_text("Whose interface."),
        network=_text("To which network."),
        dropped=_number("Packets that the kernel could not hand over."),
        cut=_number("Packets in the middle that were not kept."),
        packets=_list(packet, "In the order they passed."),
    )


def _table() -> Schema:
    flow = _object(
        "One flow, as whoever began it sends: from source to target; outside it goes from outside to inside.",
        protocol=_text("udp, tcp or icmp."),
        **{name: _end() for name in ("source", "target", "outside", "inside")},
    )
    return _object("A router's table.", router=_text("Whose."), flows=_list(flow, "What stood in it."))


def _end() -> Schema:
    return _object("One end of a flow.", address=_text("Its address."), port=_number("Its port; of ICMP the id."))


def _variable() -> Schema:
    return _object(
        "A variable, or an item of one that is a list.",
        name=_text("Without braces."),
        item=_or_null(_number("Which item of a list, from 0.")),
        value=_text("What it stands for."),
        source=_text("Who has shown it."),
        **_place(),
    )


def _check() -> Schema:
    return _object(
        "A check.",
        **_place(),
        check=_text("As it is written."),
        ok={"type": "boolean", "description": "Does it hold?"},
        what=_text("What was found."),
    )


def _problem() -> Schema:
    row = _object(
        "An expected line beside a seen one.",
        line=_or_null(_number("Where the expected line stands in the scenario.")),
        expected=_or_null(_text("As it is written.")),
        seen=_or_null(_text("As it was printed.")),
        ok={"type": "boolean", "description": "The first that is not is to blame; after it nothing was compared."},
    )
    return _object(
        "Something that is not as the scenario says.",
        **_place(),
        subject=_text("Who or what."),
        what=_text("What is wrong."),
        cause=_or_null(_text("The likely cause, where one is known.")),
        rows=_list(row, "Expected beside seen, where lines were compared."),
    )


def _place() -> dict[str, Schema]:
    return {
        "file": _or_null(_text("The file that says so.")),
        "line": _or_null(_number("The line of that file.")),
    }


def _object(description: str, **properties: Schema) -> Schema:
    return {"description": description, "type": "object", "properties": properties, "required": [*properties]}


def _list(items: Schema, description: str) -> Schema:
    return {"description": description, "type": "array", "items": items}


def _text(description: str) -> Schema:
    return {"description": description, "type": "string"}


def _number(description: str) -> Schema:
    return {"description": description, "type": "integer", "minimum": 0}


def _seconds(description: str) -> Schema:
    return {"description": description, "type": "number"}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}
