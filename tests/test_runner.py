"""Running a scenario on real hosts: what each kind of step does, and what is told when it goes wrong."""

from __future__ import annotations

import json
import shlex
import time
from typing import TYPE_CHECKING

import pytest

from lab import stage
from lab.errors import LabError, UsageError
from lab.process import Process
from lab.runner import run
from lab.trial import try_scenario
from lab.verdict import Verdict
from tests.lessons import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engines.base import Lab
    from lab.scenario import Scenario
    from lab.verdict import Result

SERVE_UDP = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 4000)); s.recv(9)"
SERVE_TCP = "import socket; s = socket.create_server(('', 4000)); s.accept()"


def no_process(lab: Lab, host: str, words: str) -> bool:
    with Process.start(lab, host, ["ps", "ax", "-o", "args"], tty=False) as ps:
        assert ps.wait(10) == 0
        return words not in "\n".join(line.text for line in ps.output.all_lines())


# start and ready


@pytest.mark.parametrize(
    ("ready", "command"),
    [
        ("udp/4000", f'python -c "{SERVE_UDP}"'),
        ("tcp/4000", f'python -c "{SERVE_TCP}"'),
        ("{line: at last}", "sh -c 'echo first; echo now at last; exec sleep 60'"),
    ],
)
def test_the_next_step_waits_until_it_is_ready(result_of: Callable[..., Result], ready: str, command: str) -> None:
    result = result_of(f"""
        - start: server
          host: server
          command: {json.dumps(command)}
          ready: {ready}
        - run: after
          host: server
          command: "true"
    """)
    assert result.verdict is Verdict.PASSED
    assert result.record
    server, after = result.record.executions
    assert (server.end, after.end) == ("stopped", "ended")
    assert after.started_s < server.ended_s


def test_a_server_that_accepts_once_is_not_used_up(result_of: Callable[..., Result]) -> None:
    once = "import socket; c, _ = socket.create_server(('', 4000)).accept(); print(c.recv(9).decode())"
    call = "import socket; socket.create_connection(('server', 4000)).send(b'hello')"
    result = result_of(f"""
        - start: server
          host: server
          command: python -c "{once}"
          ready: tcp/4000
          exit: 0
          transcript: |
            hello
        - run: client
          host: server-2
          command: python -c "{call}"
    """)
    assert told(result) == []


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (
            "sh -c 'echo up; exec sleep 60'",
            "not ready after 0.5 s: udp/4000 did not come (nobody listens on udp/4000 on server)",
        ),
        (f'python -c "{SERVE_UDP.replace("4000", "4001")}"', "not ready after 0.5 s: udp/4000 did not come"),
        ("sh -c 'exit 3'", "ended with exit status 3 before udp/4000 was there"),
        ("sh -c 'kill -SEGV $$'", "killed by SIGSEGV before udp/4000 was there"),
        ("true", "ended with exit status 0 before udp/4000 was there"),
        (
            "no-such-program",
            "ended with exit status 127 before udp/4000 was there (there is no command 'no-such-program' on server)",
        ),
        (
            'python -c "1 / 0"',
            (
                "ended with exit status 1 before udp/4000 was there"
                " (the program died with a traceback: ZeroDivisionError: division by zero)"
            ),
        ),
    ],
)
def test_who_never_becomes_ready_ends_it(
    result_of: Callable[..., Result], netns_lab: Lab, command: str, what: str
) -> None:
    result = result_of(f"""
        - start: server
          host: server
          command: {json.dumps(command)}
          ready: udp/4000
          timeout: 0.5
        - run: never
          host: server-2
          command: echo never
    """)
    assert result.record
    assert [execution.role for execution in result.record.executions] == ["server"]
    assert len(result.problems) == 1
    assert told(result)[0].startswith(f"lesson.yaml:7: server on server: {what}")
    assert no_process(netns_lab, "server", "sleep 60")


def test_a_ready_line_that_never_comes_is_quoted(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - start: server
          host: server
          command: sh -c 'echo something else; exec sleep 60'
          ready: {line: Listening}
          timeout: 0.4
    """)
    assert told(result) == [
        "lesson.yaml:7: server on server: not ready after 0.4 s: a line with 'Listening' did not come"
    ]


def test_a_started_program_has_time_to_finish_its_sentence(lines_of: Callable[..., list[str]]) -> None:
    assert lines_of("""
        - start: slow
          host: server
          command: sh -c 'sleep 0.4; echo late; exec sleep 60'
          transcript: |
            late
    """) == ["late"]


def test_a_started_program_whose_end_is_part_of_the_story_has_its_own_time_for_it(
    result_of: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SETTLE_S", 0.1)
    result = result_of("""
        - start: slow
          host: server
          command: sh -c 'sleep 1; echo done'
          exit: 0
          transcript: |
            done
    """)
    assert told(result) == []


def test_a_variable_is_waited_for(lines_of: Callable[..., list[str]]) -> None:
    """The program that prints it was started, and is slow."""
    assert lines_of("""
        - start: server
          host: server
          command: sh -c 'sleep 0.4; echo port 4711; exec sleep 60'
          transcript: |
            port {port:port}
        - run: client
          host: server-2
          command: echo {port} {server}
          transcript: |
            {port} 203.0.113.10
    """) == ["4711 203.0.113.10"]


def test_a_variable_that_nobody_printed_is_the_fault_of_who_should_have(
    result_of: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SETTLE_S", 0.3)
    result = result_of("""
        - start: server
          host: server
          command: sh -c 'echo no port; exec sleep 60'
          ready: {line: port}
          transcript: |
            port {port:port}
        - run: client
          host: server-2
          command: echo {port}
    """)
    assert result.verdict is Verdict.FAILED
    assert told(result) == [
        "lesson.yaml:12: server on server: expected 'port ', seen 'no port'",
        "lesson.yaml:13: client on server-2: not started: nobody has printed a variable of its command, 'echo {port}'",
    ]


# run


@pytest.mark.parametrize(
    ("command", "wanted", "what"),
    [
        ("sh -c 'exit 0'", "0", None),
        ("sh -c 'exit 3'", "3", None),
        ("sh -c 'exit 3'", "nonzero", None),
        ("sh -c 'kill -9 $$'", "killed", None),
        ("sleep 60", "running", None),
        ("sh -c 'exit 3'", "0", "ended with exit status 3; expected exit 0"),
        ("sh -c 'exit 0'", "3", "ended with exit status 0; expected exit 3"),
        ("sh -c 'exit 0'", "nonzero", "ended with exit status 0; expected exit nonzero"),
        ("sh -c 'kill -9 $$'", "nonzero", "killed by SIGKILL; expected exit nonzero"),
        ("sh -c 'exit 3'", "killed", "ended with exit status 3; expected exit killed"),
        ("sh -c 'exit 0'", "running", "ended with exit status 0; expected to be still running"),
        ("sleep 60", "0", "still running after 0.3 s"),
        ("sh -c 'trap : TERM; while :; do sleep 60; done'", "0", "still running after 0.3 s"),
    ],
)
def test_how_it_ends_is_compared(
    result_of: Callable[..., Result], netns_lab: Lab, command: str, wanted: str, what: str | None
) -> None:
    patience = 0.3 if "sleep" in command else 10
    result = result_of(f"""
        - run: program
          host: server
          command: {json.dumps(command)}
          exit: {wanted}
          timeout: {patience}
    """)
    assert told(result) == ([f"lesson.yaml:7: program on server: {what}"] if what else [])
    assert no_process(netns_lab, "server", "sleep 60")


def test_a_program_that_closes_its_output_is_still_awaited(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: quiet
          host: server
          command: sh -c 'exec >&- 2>&-; sleep 1.3; exit 4'
          tty: false
          exit: 4
          timeout: 8
    """)
    assert told(result) == []


def test_the_steps_after_a_bad_end_are_not_done(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: bad
          host: server
          command: "false"
        - run: never
          host: server
          command: "true"
    """)
    assert result.record
    assert not result.record.is_whole
    assert [execution.role for execution in result.record.executions] == ["bad"]
    assert told(result) == ["lesson.yaml:7: bad on server: ended with exit status 1; expected exit 0"]


def test_an_unknown_command_is_named(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: program
          host: client-a1
          command: pyhton x.py
    """)
    assert told(result) == [
        (
            "lesson.yaml:7: program on client-a1: ended with exit status 127; expected exit 0"
            " (there is no command 'pyhton' on client-a1)"
        )
    ]


def test_repeat_makes_lists(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: clock
          host: server
          command: python -c "import time; print(time.monotonic_ns())"
          repeat: 3
          transcript: |
            {now:int}
    """)
    assert result.verdict is Verdict.PASSED
    values = [int(value) for value in result.bindings.values("now")]
    assert len(values) == 3
    assert values == sorted(set(values))


def test_repeat_ends_with_the_first_bad_run(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: once
          host: server
          command: mkdir /tmp/once
          repeat: 5
        - run: never
          host: server
          command: "true"
    """)
    assert told(result) == ["lesson.yaml:7: once (run 2) on server: ended with exit status 1; expected exit 0"]


def test_together_is_at_the_same_time(result_of: Callable[..., Result]) -> None:
    """Each waits for the other: one after the other, both would time out."""
    meet = "import socket; socket.create_server(('', 4002)).accept()"
    call = "import socket\nwhile socket.socket().connect_ex(('203.0.113.10', 4002)): pass"
    result = result_of(f"""
        - together:
            - run: one
              host: server
              command: python -c "{meet}"
            - run: other
              host: server-2
              command: {json.dumps(shlex.join(["python", "-c", call]))}
    """)
    assert told(result) == []


# stop and link


@pytest.mark.parametrize(("signal", "word"), [("TERM", "term"), ("INT", "int"), ("USR1", "usr1")])
def test_stop_sends_a_signal(lines_of: Callable[..., list[str]], signal: str, word: str) -> None:
    code = (
        "import signal, sys, time; "
        "[signal.signal(getattr(signal, 'SIG' + n), lambda *_, n=n: sys.exit(print(n.lower()))) "
        "for n in ('TERM', 'INT', 'USR1')]; print('up'); time.sleep(60)"
    )
    assert lines_of(f"""
        - start: server
          host: server
          command: {json.dumps(shlex.join(["python", "-c", code]))}
          ready: {{line: up}}
          transcript: |
            up
            {word}
        - stop: server
          signal: {signal}
    """) == ["up", word]


@pytest.mark.parametrize(
    ("command", "wanted", "what"),
    [
        ("sh -c 'echo up; exit 5'", None, "ended with exit status 5; expected exit 0"),
        ("sh -c 'echo up; sleep 0.4; exit 5'", 5, None),
        ("sh -c 'echo up; exec sleep 60'", None, None),
        ("sh -c 'echo up; exec sleep 60'", "killed", None),
        ("sh -c 'echo up; exec sleep 60'", 0, "killed by SIGTERM, when the lab stopped it; expected exit 0"),
    ],
)
def test_the_exit_of_what_was_started_is_compared(
    result_of: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, command: str, wanted: object, what: str | None
) -> None:
    monkeypatch.setattr(stage, "SETTLE_S", 1)
    result = result_of(f"""
        - start: server
          host: server
          command: {json.dumps(command)}
          {"" if wanted is None else f"exit: {wanted}"}
          timeout: 1
          transcript: |
            up
    """)
    assert told(result) == ([f"lesson.yaml:7: server on server: {what}"] if what else [])


def test_a_server_that_dies_of_its_client_is_noticed(result_of: Callable[..., Result]) -> None:
    """The client has its answer and is content."""
    code = (
        "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 4000)); "
        "d, a = s.recvfrom(9); print('asked'); s.sendto(d, a); {}['no']"
    )
    ask = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('server', 4000)); s.recv(9)"
    steps = f"""
        - start: server
          host: server
          command: {json.dumps(shlex.join(["python", "-c", code.replace("{}", "{{}}")]))}
          ready: udp/4000
          transcript: |
            asked
        - run: client
          host: server-2
          command: python -c "{ask}"
    """
    for _ in range(3):
        assert told(result_of(steps)) == [
            (
                "lesson.yaml:7: server on server: ended with exit status 1; expected exit 0; expected no more lines"
                " (the program died with a traceback: KeyError: 'no')"
            )
        ]


def test_a_link_is_cut_and_restored(result_of: Callable[..., Result]) -> None:
    ask = "python services/udp_echo.py client {server} --timeout 0.4"
    result = result_of(f"""
        - start: server
          host: server
          command: python services/udp_echo.py server
          ready: udp/3000
        - link: client-a1/home-a
          down: true
        - run: cut
          host: client-a1
          command: {ask}
          exit: nonzero
          transcript: |
            Input lowercase sentence: <<a>>
            cannot talk to ('{{server}}', 3000): Network is unreachable
        - link: client-a1/home-a
          restore: true
        - run: mended
          host: client-a1
          command: {ask}
          transcript: |
            Input lowercase sentence: <<a>>
            ...
            The server ('{{server}}', 3000) replied with 'A'
    """)
    assert told(result) == []


def test_a_changed_link_is_the_likely_cause_and_is_restored_in_the_end(
    result_of: Callable[..., Result], lines_of: Callable[..., list[str]]
) -> None:
    connect = "python services/whoami.py client {server-2} --tcp"
    result = result_of(f"""
        - link: server/datacenter
          down: true
        - run: client
          host: server
          command: {connect}
    """)
    assert told(result) == [
        (
            "lesson.yaml:9: client on server: ended with exit status 1; expected exit 0"
            " (the link server/datacenter was down, while it ran)"
        )
    ]
    assert lines_of(f"""
        - run: client
          host: server
          command: {connect}
          exit: 1
    """) == ["connection refused"]


# Programs and what they are given


def test_files_and_environment(lines_of: Callable[..., list[str]]) -> None:
    assert lines_of("""
        - run: program
          host: client-b1
          command: sh -c 'cat /tmp/deep/er/note.txt; echo $WHO $TERM $NO_COLOR $PYTHONUNBUFFERED'
          files:
            /tmp/deep/er/note.txt: |
              {not a variable} 下午好
          env: {WHO: sally}
    """) == ["{not a variable} 下午好", "sally dumb 1 1"]


def test_a_file_that_cannot_be_written_is_the_labs_failure(lesson: Callable[[str], Scenario], netns_lab: Lab) -> None:
    scenario = lesson("""
        - run: first
          host: dns
          command: touch /tmp/in-the-way
        - run: second
          host: dns
          command: "true"
          files: {/tmp/in-the-way/note.txt: x}
    """)
    with pytest.raises(LabError, match=r"^dns: /tmp/in-the-way/note\.txt could not be written: .*File exists"):
        run(scenario, netns_lab)


def test_without_a_terminal_there_is_none(lines_of: Callable[..., list[str]]) -> None:
    steps = """
        - run: program
          host: server
          command: python -c "import sys; print(sys.stdin.isatty(), input('Name? '))"
          tty: TTY
          transcript: |
            Name? <<sally>>
            TTY sally
    """
    assert lines_of(steps.replace("tty: TTY", "tty: true").replace("TTY", "True")) == ["Name? sally", "True sally"]
    assert lines_of(steps.replace("tty: TTY", "tty: false").replace("TTY", "False")) == ["Name? sally", "False sally"]


def test_keys_are_typed(lines_of: Callable[..., list[str]]) -> None:
    assert lines_of("""
        - run: program
          host: server
          command: cat
          exit: 0
          transcript: |
            <<hello>>
            hello
            <<^D>>
    """) == ["hello", "hello"]
    assert lines_of("""
        - run: program
          host: server
          command: sh -c 'echo up; exec sleep 60'
          exit: killed
          transcript: |
            up
            <<^C>>
    """) == ["up", "^C"]


def test_a_prompt_that_never_comes_is_named(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: program
          host: server
          command: python -c "input('Your name? ')"
          timeout: 1
          transcript: |
            What is your name? <<sally>>
    """)
    assert told(result) == [
        (
            "lesson.yaml:7: program on server: still running after 1 s;"
            " expected 'What is your name? ', seen 'Your name? '"
            " (the lab still waited for 'What is your name? ', to type what comes after it)"
        )
    ]


def test_who_can_no_longer_be_typed_to_is_not_waited_for(result_of: Callable[..., Result]) -> None:
    began = time.monotonic()
    result = result_of("""
        - run: program
          host: server
          command: sh -c 'echo surprise; exec sleep 60'
          transcript: |
            What is your name? <<sally>>
    """)
    assert time.monotonic() - began < 5
    assert told(result) == [
        (
            "lesson.yaml:7: program on server: it could not go on, and was ended;"
            " expected 'What is your name? ', seen 'surprise'"
            " (the lab still waited for 'What is your name? ', to type what comes after it)"
        )
    ]


def test_who_waits_for_input_that_no_step_gives_is_shown_waiting(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: program
          host: server
          command: python -c "input('Your name? ')"
          timeout: 1
    """)
    assert told(result) == [
        (
            "lesson.yaml:7: program on server: still running after 1 s"
            " (it stands at 'Your name? ', perhaps waiting for something to be typed)"
        )
    ]


def test_a_flood_is_cut_and_compared(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - run: flood
          host: server
          command: sh -c 'yes 0123456789012345678901234567890123456789 | head -c 2999970; echo end'
          transcript: |
            0123456789012345678901234567890123456789
            ...
            end
    """)
    assert told(result) == []
    assert result.record
    lines = [line.text for line in result.record.executions[0].transcript.lines]
    assert any(line.endswith("bytes left out here]") for line in lines)
    assert sum(map(len, lines)) < 400_000


def test_binary_output_is_shown_harmlessly(lines_of: Callable[..., list[str]]) -> None:
    assert lines_of(r"""
        - run: program
          host: server
          command: printf '\033[2J\377\000\n'
          transcript: |
            ␛[2J�␀
    """) == ["␛[2J�␀"]


# A person's own programs


def test_a_role_can_be_played_by_another_program(lines_of: Callable[..., list[str]]) -> None:
    steps = """
        - run: client
          host: server
          command: echo nothing
    """
    assert lines_of(steps, {"client": ["printf", "%s|", "two words", "{server}", "$HOME"]}) == [
        "two words|203.0.113.10|$HOME|"
    ]


def test_a_variable_that_a_persons_command_invents_is_refused(
    lesson: Callable[[str], Scenario], netns_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SETTLE_S", 0.1)
    scenario = lesson("""
        - run: client
          host: server
          command: "true"
    """)
    message = r"^echo '\{sever\}': nothing has bound \{sever\} yet \(did you mean 'server'\?\)$"
    with pytest.raises(UsageError, match=message):
        run(scenario, netns_lab, {"client": ["echo", "{sever}"]})


def test_a_variable_of_a_persons_command_that_another_program_did_not_print_is_that_ones_failure(
    lesson: Callable[[str], Scenario], netns_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SETTLE_S", 0.1)
    scenario = lesson("""
        - start: server
          host: server
          command: echo port 3000
          transcript: port {port}
        - run: client
          host: server
          command: echo {port}
    """)
    result = try_scenario(scenario, netns_lab, {"server": ["echo", "nothing"], "client": ["echo", "{port}"]})
    assert (result.verdict, [problem.subject for problem in result.problems]) == (
        Verdict.FAILED,
        ["server on server", "client on server"],
    )


def test_nothing_is_left_running(result_of: Callable[..., Result], netns_lab: Lab) -> None:
    result_of("""
        - start: daemon
          host: server
          command: sh -c 'setsid sleep 4711 & echo up; exec sleep 4712'
          ready: {line: up}
        - run: bad
          host: server
          command: "false"
    """)
    assert no_process(netns_lab, "server", "sleep 471")
