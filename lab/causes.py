"""Why a program probably failed, where the lab can know it: one question after the other, the most telling first."""

from __future__ import annotations

import math
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from lab.record import KILLED, in_words
from lab.scenario import PortReady, Start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lab.record import Change, Execution, Record

_NOT_FOUND = 127
_ENDED = ("ended", "died before it was ready")
_NO_FILE = re.compile(r"^python\S*: can't open file '(.+)': \[Errno 2\]")
_TRACEBACK = "Traceback (most recent call last):"
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(: .*)?")  # the first line that is not indented


def likely_cause(execution: Execution, record: Record) -> str | None:
    """The likeliest cause of what is wrong with a program; None when the lab knows of none."""
    return next((cause for question in _QUESTIONS if (cause := question(execution, record)) is not None), None)


def _no_such_command(execution: Execution, record: Record) -> str | None:
    if execution.status != _NOT_FOUND or execution.end not in _ENDED:
        return None
    return f"there is no command {execution.argv[0]!r} on {execution.step.host}"


def _no_such_file(execution: Execution, record: Record) -> str | None:
    found = next(filter(None, (_NO_FILE.search(line.text) for line in execution.transcript.lines)), None)
    if execution.end not in _ENDED or found is None:
        return None
    return f"there is no file {found[1]} on {execution.step.host}: hosts see the folder of the lab, and their own /tmp"


def _traceback(execution: Execution, record: Record) -> str | None:
    lines = [line.text for line in execution.transcript.lines]
    if _TRACEBACK not in lines:
        return None
    begin = len(lines) - 1 - lines[::-1].index(_TRACEBACK)
    last = next((line for line in lines[begin + 1 :] if _EXCEPTION.fullmatch(line)), "its last line is missing")
    has_died = execution.status and execution.end in _ENDED
    return f"the program {'died with' if has_died else 'printed'} a traceback: {last}"


def _network_is_changed(execution: Execution, record: Record) -> str | None:
    """Changes that stood while the program ran: what a step changed is so until a step changes it again.

    Not when it ended in peace, for then it has not waited in vain, nor when all its partners were on its own host.
    """
    others = {other.step.host for other in record.executions if other.role != execution.role}
    if execution.ended_as_expected or execution.status == 0 or others == {execution.step.host}:
        return None
    stood: dict[str, Change] = {}
    for number, change in enumerate(record.changes):
        again = (later.time_s for later in record.changes[number + 1 :] if later.subject == change.subject)
        if change.stands and change.time_s < execution.ended_s and next(again, math.inf) > execution.started_s:
            stood[change.subject] = change
    said = [words for change in stood.values() if (words := _as_hindrance(change)) is not None]
    return f"{'; '.join(said)}, while it ran" if said else None


def _as_hindrance(change: Change) -> str | None:
    """A changed network in words; None for a change that keeps nothing from arriving."""
    match change.kind:
        case "link":
            return f"the link {change.subject} {'was' if change.how == 'down' else 'had'} {change.how}"
        case "gateway":
            return f"{change.subject} had {'no' if change.how == 'none' else change.how + ' as its'} default gateway"
        case _:
            return None


def _lab_is_damaged(execution: Execution, record: Record) -> str | None:
    if not record.damage:
        return None
    return f"the lab is not as its file says: {', '.join(record.damage)} (lab down, lab up makes it anew)"


def _somebody_else_died(execution: Execution, record: Record) -> str | None:
    """A server that has gone explains a client that got no answer; one that has done its work may go meanwhile."""
    for other in record.executions:
        if not isinstance(other.step, Start) or other.role == execution.role or other.end != "ended":
            continue
        if other.step.exit is not None and other.ended_as_expected:  # its end is part of the story
            continue
        if other.ended_s < (execution.ended_s if other.status else execution.started_s):
            been = "been " if (other.status or 0) > KILLED else ""
            return f"{other.role} was no longer there: it had {been}{in_words(other.status or 0)}"
    return None


def _nobody_listens(execution: Execution, record: Record) -> str | None:
    if isinstance(execution.step, Start):
        wanted = _servers([execution]) if execution.end == "never ready" else []
    else:
        wanted = _servers(record.executions)
    for step in wanted:
        if (there := record.open_ports.get(step.host)) is None:
            continue
        addresses = there.get(str(step.ready), frozenset())
        if not addresses:
            instead = f" (open there: {', '.join(sorted(there))})" if there else ""
            return f"nobody listens on {step.ready} on {step.host}{instead}"
        if step.host != execution.step.host and all(ip_address(address).is_loopback for address in addresses):
            only = ", ".join(sorted(addresses))
            return f"{step.role} listens on {step.ready} at {only} only, where no other host can reach it"
    return None


def _servers(executions: Iterable[Execution]) -> list[Start]:
    """Those who were there to the end, and should have listened."""
    steps = (execution.step for execution in executions if execution.end != "ended")
    return [step for step in steps if isinstance(step, Start) and isinstance(step.ready, PortReady)]


def _somebody_else_is_stuck(execution: Execution, record: Record) -> str | None:
    waiting = (other for other in record.executions if other.role != execution.role and other.waiting_for is not None)
    if execution.end != "in vain" or (other := next(waiting, None)) is None:
        return None
    return f"{other.role} never came to {other.waiting_for!r}, where the lab was to type"


def _waits_for_a_prompt(execution: Execution, record: Record) -> str | None:
    if execution.waiting_for is None:
        return None
    return f"the lab still waited for {execution.waiting_for!r}, to type what comes after it"


def _waits_for_input(execution: Execution, record: Record) -> str | None:
    lines = execution.transcript.lines
    if execution.end != "timed out" or not lines or lines[-1].complete:
        return None
    return f"it stands at {lines[-1].text!r}, perhaps waiting for something to be typed"


_QUESTIONS: tuple[Callable[[Execution, Record], str | None], ...] = (
    _no_such_command,
    _no_such_file,
    _traceback,
    _lab_is_damaged,
    _somebody_else_died,
    _nobody_listens,
    _network_is_changed,
    _somebody_else_is_stuck,
    _waits_for_a_prompt,
    _waits_for_input,
)
