"""Why a program probably failed: each cause is told when it is true, and not otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.causes import likely_cause
from lab.record import Change, Execution, Record
from lab.scenario import PortReady, Run, Start
from lab.transcript import Line, Place, Setting, Transcript

if TYPE_CHECKING:
    from lab.record import End

ALL = frozenset({"0.0.0.0"})
LOOPBACK = frozenset({"127.0.0.1", "::1"})
PLACE = Place("lesson.yaml", 7)
SERVER = Start(role="server", host="server", command="serve", place=PLACE, ready=PortReady("udp", 3000))
CLIENT = Run(role="client", host="client-a1", command="ask", place=PLACE)
TRACEBACK = (
    "Traceback (most recent call last):",
    '  File "x.py", line 1, in <module>',
    "    sock.connect(peer)",
    "ConnectionRefusedError: [Errno 111] Connection refused",
)


def execution(
    step: Start | Run, end: End, status: int | None, *printed: str, span: tuple[float, float] = (0, 1), **more: Any
) -> Execution:
    lines = tuple(
        Line(text, 0.5, complete=number < len(printed) or "partial" not in more)
        for number, text in enumerate(printed, 1)
    )
    more.pop("partial", None)
    return Execution(
        **{
            "step": step,
            "index": None,
            "argv": tuple(step.command.split()),
            "is_own": False,
            "transcript": Transcript(f"{step.role} on {step.host}", lines),
            "setting": Setting(step.host),
            "end": end,
            "status": status,
            "waiting_for": None,
            "started_s": span[0],
            "ended_s": span[1],
            **more,
        }
    )


def record(*executions: Execution, **more: Any) -> Record:
    facts = {"is_whole": False, "open_ports": {}, "duration_s": 2, **more}
    return Record(executions=executions, **facts)


server = execution(SERVER, "stopped", 0, span=(0, 3))
client = execution(CLIENT, "ended", 1, "no answer", span=(1, 2))


def test_nothing_is_made_up() -> None:
    assert likely_cause(client, record(server, client)) is None
    assert likely_cause(server, record(server, client)) is None


@pytest.mark.parametrize("end", ["ended", "died before it was ready"])
def test_a_command_that_is_not_there(end: End) -> None:
    here = execution(CLIENT, end, 127, "ask: command not found")
    assert likely_cause(here, record(here)) == "there is no command 'ask' on client-a1"


def test_a_file_that_is_not_there() -> None:
    here = execution(
        CLIENT, "ended", 2, "python: can't open file '/home/me/ask.py': [Errno 2] No such file or directory"
    )
    assert likely_cause(here, record(here)) == (
        "there is no file /home/me/ask.py on client-a1: hosts see the folder of the lab, and their own /tmp"
    )


def test_the_last_line_of_the_last_traceback() -> None:
    chained = ("Traceback (most recent call last):", "KeyError: 'x'", "", "During handling …:", "", *TRACEBACK)
    here = execution(CLIENT, "ended", 1, "hello", *chained)
    told = "the program died with a traceback: ConnectionRefusedError: [Errno 111] Connection refused"
    assert likely_cause(here, record(server, here)) == told


@pytest.mark.parametrize(
    "last", ["KeyboardInterrupt", "mylib.errors.Sad: because", "socket.gaierror: [Errno -2] unknown", "StopIteration"]
)
def test_exceptions_of_any_name(last: str) -> None:
    here = execution(CLIENT, "ended", 1, "Traceback (most recent call last):", '  File "x.py", line 1', last)
    assert likely_cause(here, record(here)) == f"the program died with a traceback: {last}"


@pytest.mark.parametrize(("end", "status"), [("ended", 0), ("stopped", 143), ("timed out", 143)])
def test_a_traceback_that_a_program_survives_is_no_death(end: End, status: int) -> None:
    here = execution(CLIENT, end, status, *TRACEBACK, "and on we go")
    told = "the program printed a traceback: ConnectionRefusedError: [Errno 111] Connection refused"
    assert likely_cause(here, record(here)) == told


def test_a_traceback_that_was_cut_off() -> None:
    here = execution(CLIENT, "stopped", 143, *TRACEBACK[:2])
    assert likely_cause(here, record(here)) == "the program printed a traceback: its last line is missing"


def change(subject: str, how: str, time_s: float) -> Change:
    return Change(kind="link", subject=subject, how=how, stands=how != "restored", time_s=time_s)


def test_links_that_the_scenario_has_changed() -> None:
    changes = (change("client-a1/home-a", "down", 0.5), change("server/datacenter", "loss 30%", 1.5))
    assert likely_cause(client, record(server, client, changes=changes)) == (
        "the link client-a1/home-a was down; the link server/datacenter had loss 30%, while it ran"
    )


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ([change("isp/internet", "down", 0.5), change("isp/internet", "restored", 0.9)], None),
        ([change("isp/internet", "down", 2.5)], None),
        (
            [change("isp/internet", "down", 0.5), change("isp/internet", "restored", 1.1)],
            "the link isp/internet was down, while it ran",
        ),
        (
            [change("isp/internet", "down", 0.5), change("isp/internet", "rate 80kbit", 0.9)],
            "the link isp/internet had rate 80kbit, while it ran",
        ),
    ],
)
def test_a_link_is_blamed_only_for_what_it_was_while_the_program_ran(changes: list[Change], cause: str | None) -> None:
    assert likely_cause(client, record(server, client, changes=tuple(changes))) == cause


@pytest.mark.parametrize(
    ("kind", "how", "cause"),
    [
        ("gateway", "none", "isp had no default gateway, while it ran"),
        ("gateway", "192.0.2.1", "isp had 192.0.2.1 as its default gateway, while it ran"),
        ("network", "a hub", None),
        ("forward", "to client-a1:80", None),
    ],
)
def test_other_changes_are_blamed_where_they_can_be_the_cause(kind: Any, how: str, cause: str | None) -> None:
    made = Change(kind=kind, subject="isp", how=how, stands=True, time_s=0.5)
    assert likely_cause(client, record(server, client, changes=(made,))) == cause


@pytest.mark.parametrize("wanted", [0, 1])
def test_a_changed_link_is_no_excuse_for_a_program_that_ended_in_peace(wanted: int) -> None:
    said = execution(replace(CLIENT, exit=wanted), "ended", 0, "nonsense", span=(1, 2))
    assert likely_cause(said, record(server, said, changes=(change("isp/internet", "down", 0.5),))) is None


def test_a_changed_link_is_not_blamed_when_nobody_was_beyond_it() -> None:
    neighbour = execution(replace(CLIENT, host="server"), "ended", 1, "no answer", span=(1, 2))
    cut = (change("server/datacenter", "down", 0.5),)
    assert likely_cause(neighbour, record(server, neighbour, changes=cut)) is None


def test_a_changed_link_is_blamed_only_when_nothing_better_is_known() -> None:
    cut = (change("isp/internet", "down", 0.5),)
    gone = execution(SERVER, "ended", 1, span=(0, 1.5))
    cause = "server was no longer there: it had ended with exit status 1"
    assert likely_cause(client, record(gone, client, changes=cut)) == cause
    deaf = record(server, client, changes=cut, open_ports={"server": {}})
    assert likely_cause(client, deaf) == "nobody listens on udp/3000 on server"


def test_a_lab_that_is_damaged() -> None:
    assert likely_cause(client, record(server, client, damage=("isp is tired", "dns too"))) == (
        "the lab is not as its file says: isp is tired, dns too (lab down, lab up makes it anew)"
    )


@pytest.mark.parametrize(
    ("status", "span", "cause"),
    [
        (1, (0, 1.5), "server was no longer there: it had ended with exit status 1"),
        (139, (0, 1.5), "server was no longer there: it had been killed by SIGSEGV"),
        (1, (0, 2.5), None),  # after the client
        (0, (0, 0.9), "server was no longer there: it had ended with exit status 0"),
        (0, (0, 1.5), None),  # its work was done
    ],
)
def test_a_server_that_has_gone(status: int, span: tuple[float, float], cause: str | None) -> None:
    gone = execution(SERVER, "ended", status, span=span)
    assert likely_cause(client, record(gone, client, open_ports={"server": {}})) == cause


@pytest.mark.parametrize(
    ("wanted", "cause"), [(1, None), (2, "server was no longer there: it had ended with exit status 1")]
)
def test_a_server_that_goes_as_the_story_says_explains_nothing(wanted: int, cause: str | None) -> None:
    gone = execution(replace(SERVER, exit=wanted), "ended", 1, span=(0, 1.5))
    assert likely_cause(client, record(gone, client, open_ports={"server": {}})) == cause


@pytest.mark.parametrize(
    ("ports", "cause"),
    [
        ({}, "nobody listens on udp/3000 on server"),
        ({"tcp/22": ALL, "udp/53": ALL}, "nobody listens on udp/3000 on server (open there: tcp/22, udp/53)"),
        (
            {"udp/3000": LOOPBACK},
            "server listens on udp/3000 at 127.0.0.1, ::1 only, where no other host can reach it",
        ),
        ({"udp/3000": LOOPBACK | ALL}, None),
        ({"udp/3000": ALL}, None),
    ],
)
def test_what_is_open_on_the_server(ports: dict[str, frozenset[str]], cause: str | None) -> None:
    assert likely_cause(client, record(server, client, open_ports={"server": ports})) == cause


def test_loopback_is_enough_for_the_same_host() -> None:
    here = execution(Run(role="client", host="server", command="ask", place=PLACE), "ended", 1)
    assert likely_cause(here, record(server, here, open_ports={"server": {"udp/3000": LOOPBACK}})) is None


def test_who_is_never_ready_listens_elsewhere() -> None:
    here = execution(SERVER, "never ready", 143)
    assert likely_cause(here, record(here, open_ports={"server": {"udp/3001": ALL}})) == (
        "nobody listens on udp/3000 on server (open there: udp/3001)"
    )


def test_a_partner_that_cannot_go_on() -> None:
    stuck = execution(SERVER, "stopped", 0, waiting_for="Name: ")
    here = execution(CLIENT, "in vain", 143, waiting_for="Text: ")
    cause = "server never came to 'Name: ', where the lab was to type"
    assert likely_cause(here, record(stuck, here)) == cause


def test_a_prompt_that_did_not_come() -> None:
    here = execution(CLIENT, "timed out", 143, waiting_for="Name: ")
    assert likely_cause(here, record(here)) == "the lab still waited for 'Name: ', to type what comes after it"


def test_a_prompt_that_nobody_answers() -> None:
    here = execution(CLIENT, "timed out", 143, "Welcome", "Name: ", partial=True)
    assert likely_cause(here, record(here)) == "it stands at 'Name: ', perhaps waiting for something to be typed"
    ended = execution(CLIENT, "ended", 1, "Name: ", partial=True)
    assert likely_cause(ended, record(ended)) is None


def test_every_cause_has_a_test() -> None:
    """Count them: whoever adds a question adds a test here."""
    source = Path(__file__).parents[1].joinpath("lab", "causes.py").read_text()
    assert source.partition("_QUESTIONS: ")[2].count("    _") == 10
