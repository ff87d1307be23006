"""Reports for programs: one JSON object with a `version`, which changes when a field changes its meaning or goes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lab.report.wire import passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.doctor import Diagnosis
    from lab.engines.base import Running
    from lab.packets import Captured
    from lab.record import Change, Execution
    from lab.report.session import Session
    from lab.scenario import Scenario
    from lab.topology import Node, Topology
    from lab.transcript import Place
    from lab.translation import End, Translation
    from lab.verdict import Problem, Result

VERSION = 1


def dumped(report: Mapping[str, Any]) -> str:
    """The report as text, with its version first."""
    return json.dumps({"version": VERSION, **report}, indent=2, ensure_ascii=False)


def labs(found: Iterable[Running]) -> dict[str, Any]:
    """What is up."""
    return {
        "labs": [
            {
                "name": lab.name,
                "engine": lab.engine,
                "file": str(lab.file),
                "workspace": str(lab.workspace),
                "fast": lab.fast,
                "ailment": lab.ailment,
            }
            for lab in found
        ]
    }


def hosts(topology: Topology) -> dict[str, Any]:
    """Every node of a topology."""
    return {
        "name": topology.name,
        "file": str(topology.file),
        "hosts": [host(node) for node in topology.nodes.values()],
    }


def host(node: Node) -> dict[str, Any]:
    """One node."""
    return {
        "name": node.name,
        "role": "router" if node.forwards else "host",
        "interfaces": [
            {"network": interface.network, "address": str(interface.address)} for interface in node.interfaces
        ],
        "gateway": str(node.gateway) if node.gateway else None,
        "nat": node.nat,
        "routes": [{"to": str(route.to), "via": str(route.via)} for route in node.routes],
    }


def session(one: Session) -> dict[str, Any]:
    """One `lab run`."""
    return {
        "began": one.began.isoformat(timespec="milliseconds"),
        "took_s": round(one.took_s, 6),
        **results(one.results, one.topology),
    }


def results(found: Iterable[Result], topology: Topology) -> dict[str, Any]:
    """Scenarios that were run, with all that was seen."""
    return {"scenarios": [result(one, topology) for one in found]}


def result(one: Result, topology: Topology) -> dict[str, Any]:
    """One scenario that was run."""
    record = one.record
    return {
        "name": one.scenario.name,
        "title": one.scenario.title,
        "topics": list(one.scenario.topics),
        "file": str(one.scenario.file),
        "engine": one.engine,
        "verdict": str(one.verdict),
        "reason": one.reason,
        "duration_s": round(record.duration_s, 6) if record else None,
        "programs": [_program(execution, topology) for execution in record.executions] if record else [],
        "changes": [_change(change) for change in record.changes] if record else [],
        "captures": [_capture(captured, one.scenario) for captured in record.captures] if record else [],
        "translations": [table(*each) for each in record.translations.items()] if record else [],
        "variables": [
            {"name": bound.name, "item": bound.index, "value": bound.value, "source": bound.source, **_at(bound.place)}
            for bound in one.bindings
        ],
        "checks": [
            {**_at(check.place), "check": check.text, "ok": check.ok, "what": check.what} for check in one.checks
        ],
        "problems": [_problem(problem) for problem in one.problems],
    }


def _program(execution: Execution, topology: Topology) -> dict[str, Any]:
    return {
        "role": execution.role,
        "run": None if execution.index is None else execution.index + 1,
        "host": execution.step.host,
        "address": str(topology.node(execution.step.host).interface().address.ip),
        "command": list(execution.argv),
        "is_own": execution.is_own,
        "started_s": round(execution.started_s, 6),
        "ended_s": round(execution.ended_s, 6),
        "end": execution.end,
        "status": execution.status,
        "lines": [
            {"time_s": round(line.time_s, 6), "text": line.text, "complete": line.complete}
            for line in execution.transcript.lines
        ],
        "typed": [{"line": typed.line, "column": typed.column, "text": typed.text} for typed in execution.typed],
    }


def _change(change: Change) -> dict[str, Any]:
    return {"time_s": round(change.time_s, 6), "kind": change.kind, "of": change.subject, "is": change.how}


def _capture(captured: Captured, scenario: Scenario) -> dict[str, Any]:
    return {
        "host": captured.host,
        "network": captured.network,
        "dropped": captured.dropped,
        "cut": captured.cut,
        "packets": [
            {"time_s": round(one.time_s, 6), "out": one.is_outgoing, "length": one.length, "line": one.line}
            for one in passed(captured, scenario)
        ],
    }


def table(router: str, flows: Iterable[Translation]) -> dict[str, Any]:
    """What a router translates."""
    return {
        "router": router,
        "flows": [
            {
                "protocol": flow.protocol,
                "source": _end(flow.source),
                "target": _end(flow.target),
                "outside": _end(flow.outside),
                "inside": _end(flow.inside),
            }
            for flow in flows
        ],
    }


def _end(end: End) -> dict[str, Any]:
    address, port = end
    return {"address": str(address), "port": port}


def _problem(problem: Problem) -> dict[str, Any]:
    rows = problem.mismatch.rows if problem.mismatch else ()
    return {
        **_at(problem.place),
        "subject": problem.subject,
        "what": problem.what,
        "cause": problem.cause,
        "rows": [
            {"line": row.place.line if row.place else None, "expected": row.expected, "seen": row.seen, "ok": row.ok}
            for row in rows
        ],
    }


def _at(place: Place | None) -> dict[str, Any]:
    return {"file": place.file if place else None, "line": place.line if place else None}


def checked(found: Iterable[tuple[str, str | None, Iterable[str]]]) -> dict[str, Any]:
    """Files with what they are or, where they are wrong, every problem and the place that it names."""
    return {
        "files": [
            {
                "file": file,
                "ok": kind is not None,
                "is": kind,
                "problems": [_located(problem) for problem in problems],
            }
            for file, kind, problems in found
        ]
    }


def _located(problem: str) -> dict[str, Any]:
    match = re.fullmatch(r"(?s)(.+?):(\d+): (.+)", problem)
    file, line, what = match.groups() if match else (None, None, problem)
    return {"file": file, "line": int(line) if line else None, "what": what}


def diagnosis(found: Diagnosis) -> dict[str, Any]:
    """What works on a machine."""
    return {"engines": list(found.engines), "findings": [asdict(finding) for finding in found.findings]}


def scenarios(found: Iterable[Scenario]) -> dict[str, Any]:
    """Which scenarios there are."""
    return {
        "scenarios": [
            {"name": one.name, "title": one.title, "topics": list(one.topics), "file": str(one.file)} for one in found
        ]
    }


def scenario(one: Scenario) -> dict[str, Any]:
    """What a scenario is about and which programs it has."""
    return {
        "name": one.name,
        "title": one.title,
        "topics": list(one.topics),
        "file": str(one.file),
        "story": one.story,
        "needs": list(one.needs),
        "programs": [
            {
                "role": step.role,
                "host": step.host,
                "command": step.command,
                "transcript": step.template.text if step.template else None,
                **_at(step.place),
            }
            for step in one.programs()
        ],
        "checks": [{"check": f"{check.kind}: {', '.join(check.texts)}", **_at(check.place)} for check in one.checks],
    }
