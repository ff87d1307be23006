"""Scenario files: what they may say, what is refused before anything runs, and the schema that editors use."""

from __future__ import annotations

import contextlib
import re
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lab.compose import load_topology
from lab.errors import DocumentError, UsageError
from lab.links import LinkChange
from lab.scenario import (
    LineReady,
    Link,
    NetworkStep,
    PortReady,
    Run,
    Start,
    Stop,
    Together,
    delay_ms,
    find_scenario,
    list_scenarios,
    load_scenario,
    loss_percent,
    rate_kbit,
)
from lab.topology import Interface, Network, Node, Topology
from lab.transcript import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.scenario import Scenario

ROOT = Path(__file__).parents[1]
HEAD = """\
name: lesson
title: A lesson
topics: [udp]
story: Something is taught.
"""
# The example of the design, as far as this release goes.
UDP_ECHO = """\
name: udp-echo
title: A datagram goes out in lower case and comes back in upper case
topics: [udp, ephemeral-port, nat]
story: |
  client-a1 sits behind a home router. It never binds a port, so the kernel picks one when the
  first datagram leaves. Watch which address the server sees.
steps:
  - start: server
    host: server
    command: python services/udp_echo.py server --host 0.0.0.0
    ready: udp/3000
    transcript: |
      Listening at ('0.0.0.0', 3000)
      The client at ('{router.internet}', {outside:port}) says 'sally'
  - run: client
    host: client
    command: python services/udp_echo.py client {server}
    transcript: |
      Input lowercase sentence: <<sally>>
      The OS assigned the address ('{_}', {inside:ephemeral}) to me
      The server ('{server}', 3000) replied with 'SALLY'
checks:
  - private: "{client}"
  - public: "{router.internet}"
"""


def _node(name: str, nat: str | None = None, **addresses: str) -> Node:
    return Node(
        name=name,
        nat=nat,
        interfaces=tuple(
            Interface(network=network, address=IPv4Interface(address), device=f"eth{index}")
            for index, (network, address) in enumerate(addresses.items())
        ),
    )


NODES = [
    _node("server", internet="198.51.100.10/24"),
    _node("router", nat="internet", internet="198.51.100.1/24", home="192.168.1.1/24"),
    _node("client", home="192.168.1.10/24"),
]
NETWORKS = [
    Network(name="internet", subnet=IPv4Network("198.51.100.0/24")),
    Network(name="home", subnet=IPv4Network("192.168.1.0/24")),
]
TOPOLOGY = Topology(
    name="small",
    file=Path("docker-compose.yml"),
    digest="",
    networks={network.name: network for network in NETWORKS},
    nodes={node.name: node for node in NODES},
)


@pytest.fixture
def scenario_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scenario]:
    """Loads a text as `lesson.yaml`, or another name, in the current folder."""
    monkeypatch.chdir(tmp_path)

    def load_it(text: str, name: str = "lesson") -> Scenario:
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        return load_scenario(path, TOPOLOGY)

    return load_it


@pytest.fixture
def step_of(scenario_of: Callable[..., Scenario]) -> Callable[..., Any]:
    """The last step of a scenario whose first line of steps is 6."""
    return lambda text, rest="": scenario_of(f"{HEAD}steps:\n{text}\n{rest}").steps[-1]


@pytest.fixture
def refusal(scenario_of: Callable[..., Scenario]) -> Callable[..., list[str]]:
    """What is said of a scenario with these steps, the first in line 6, and whatever follows them."""

    def said(steps: str, rest: str = "") -> list[str]:
        with pytest.raises(DocumentError) as caught:
            scenario_of(f"{HEAD}steps:\n{steps}\n{rest}")
        return list(caught.value.problems)

    return said


RUN = "  - {run: it, host: client, command: 'true'}"


# What a scenario is


def test_what_passes_and_what_is_translated_is_expected_like_what_is_printed(
    scenario_of: Callable[..., Scenario],
) -> None:
    seen = "packets:\n  - at: router/home\n    only: [udp/3000]\n    show: [ttl]\n    transcript: |\n      {a} > {b}\n"
    scenario = scenario_of(f"{HEAD}steps:\n{RUN}\n{seen}checks:\n  - differs: ['{{a}}', '{{b}}']\n")
    (watch,) = scenario.packets
    assert (watch.host, watch.network, watch.only, watch.show) == ("router", "home", ("udp/3000",), ("ttl",))
    assert (str(watch.place), str(watch.template.place), watch.source) == (
        "lesson.yaml:8",
        "lesson.yaml:12",
        "packets at router/home",
    )


def test_the_example_of_the_design_is_understood(scenario_of: Callable[..., Scenario]) -> None:
    scenario = scenario_of(UDP_ECHO, "udp-echo")
    server, client = scenario.steps
    assert isinstance(server, Start)
    assert isinstance(client, Run)
    assert (scenario.name, scenario.topics) == ("udp-echo", ("udp", "ephemeral-port", "nat"))
    assert (server.role, server.host, server.ready, server.exit) == ("server", "server", PortReady("udp", 3000), None)
    assert client.argv == ("python", "services/udp_echo.py", "client", "{server}")
    assert (client.exit, client.timeout_s, client.repeat, client.tty) == (0, 10, None, True)
    assert [(check.kind, check.texts) for check in scenario.checks] == [
        ("private", ("{client}",)),
        ("public", ("{router.internet}",)),
    ]


def test_every_line_of_a_transcript_knows_where_it_stands(scenario_of: Callable[..., Scenario]) -> None:
    server, client = scenario_of(UDP_ECHO, "udp-echo").programs()
    assert server.template is not None
    assert client.template is not None
    assert server.place == Place("udp-echo.yaml", 8)
    assert [line.place.line for line in server.template.lines()] == [13, 14]
    assert [UDP_ECHO.splitlines()[line.place.line - 1].strip() for line in client.template.lines()] == [
        line.source for line in client.template.lines()
    ]


def test_all_kinds_of_steps_are_understood(scenario_of: Callable[..., Scenario]) -> None:
    steps = scenario_of(
        HEAD
        + """\
steps:
  - start: server
    host: server
    command: cat -
    ready: {line: up and running}
    exit: killed
    tty: false
    env: {LANG: C}
    files: {/tmp/a/b.txt: hello}
    timeout: 0.5
  - together:
      - {run: one, host: client, command: "echo ''", exit: nonzero}
      - {run: two, host: router, command: 'true', repeat: 3, exit: running}
  - {stop: server, signal: INT}
  - {link: client/home, loss: 30%, rate: 1.5mbit, delay: 50ms, mtu: 600}
  - {link: client/home, down: true}
  - {link: client/home, restore: true}
  - {gateway: client, to: none}
  - {gateway: client, to: router}
  - {gateway: client, restore: true}
  - {forward: router, port: tcp/8080, to: client}
  - {forward: router, port: udp/53, to: 'client:5353'}
  - {network: home, hub: true}
"""
    ).steps
    start, together, stop, slow, cut, restore, *others = steps
    assert isinstance(start, Start)
    assert (start.ready, start.exit, start.tty, start.timeout_s) == (LineReady("up and running"), "killed", False, 0.5)
    assert (start.env, start.files) == ({"LANG": "C"}, {"/tmp/a/b.txt": "hello"})
    assert isinstance(together, Together)
    assert [(run.role, run.argv, run.repeat, run.exit) for run in together.together] == [
        ("one", ("echo", ""), None, "nonzero"),
        ("two", ("true",), 3, "running"),
    ]
    assert isinstance(stop, Stop)
    assert (stop.stop, stop.signal_number) == ("server", 2)
    changes = [step.change for step in (slow, cut, restore) if isinstance(step, Link)]
    assert changes == [
        LinkChange(loss_percent=30, rate_kbit=1500, delay_ms=50, mtu_bytes=600),
        LinkChange(down=True),
        LinkChange(),
    ]
    assert [(step.kind, step.subject, step.how) for step in others if isinstance(step, NetworkStep)] == [
        ("gateway", "client", "none"),
        ("gateway", "client", "router"),
        ("gateway", "client", "restored"),
        ("forward", "router tcp/8080", "to client:8080"),
        ("forward", "router udp/53", "to client:5353"),
        ("network", "home", "a hub"),
    ]


def test_a_delay_is_a_need_that_is_noticed(scenario_of: Callable[..., Scenario]) -> None:
    link = f"{HEAD}steps:\n{RUN}\n  - link: client/home\n"
    assert scenario_of(f"{link}    delay: 50ms\n").needs == ("delay",)
    assert scenario_of(f"{link}    loss: 5%\n").needs == ()
    assert scenario_of(f"{link}    loss: 5%\nneeds: [delay]\n").needs == ("delay",)


def test_a_hub_is_a_need_that_is_noticed(scenario_of: Callable[..., Scenario]) -> None:
    assert scenario_of(f"{HEAD}steps:\n{RUN}\n  - {{network: home, hub: true}}\n").needs == ("hub",)


def test_variables_of_a_repeated_run_are_lists(scenario_of: Callable[..., Scenario]) -> None:
    text = "  - run: it\n    host: client\n    command: x\n    repeat: 5\n    transcript: |\n      {port:ephemeral}"
    scenario = scenario_of(f"{HEAD}steps:\n{text}\nchecks:\n  - distinct: ['{{port}}']\n")
    assert scenario.lists == {"port"}


def test_a_repeated_run_may_use_a_list_item_by_item(step_of: Callable[..., Any]) -> None:
    keys = "host: client\n    repeat: 2\n    command:"
    first = f"  - run: one\n    {keys} x\n    transcript: '{{port:int}}'"
    assert step_of(f"{first}\n  - run: two\n    {keys} y {{port}}").argv == ("y", "{port}")


def test_what_runs_together_has_roles_too(scenario_of: Callable[..., Scenario]) -> None:
    scenario = scenario_of(f"{HEAD}steps:\n  - together:\n      - {{run: one, host: client, command: x}}\n")
    assert scenario.program("one").place.line == 7


def test_a_program_is_found_by_its_role_or_the_role_that_was_meant_is_told(
    scenario_of: Callable[..., Scenario],
) -> None:
    scenario = scenario_of(UDP_ECHO, "udp-echo")
    assert scenario.program("client").host == "client"
    with pytest.raises(UsageError) as caught:
        scenario.program("cleint")
    assert str(caught.value) == "no role 'cleint' in udp-echo (did you mean 'client'?)"


@pytest.mark.parametrize("transcript", ["one line", "'one line'", '"one line"', "|-\n      one line"])
def test_one_line_may_be_written_in_any_way(step_of: Callable[..., Any], transcript: str) -> None:
    step = step_of(f"  - run: it\n    host: client\n    command: x\n    transcript: {transcript}")
    (line,) = step.template.lines()
    assert (line.source, line.place.line) == ("one line", 10 if "|" in transcript else 9)


def test_every_scenario_of_the_repository_is_right() -> None:
    topology = load_topology(ROOT / "docker-compose.yml")
    for path in list_scenarios(ROOT / "scenarios"):
        assert load_scenario(path, topology).name == path.stem


# What is refused


def program(**changes: str | None) -> str:
    """One run with some lines changed, added or (None) left out; its keys stand in lines 6, 7, 8, …"""
    keys = {"run": "it", "host": "client", "command": "x", **changes}
    lines = [f"{key}: {value}" for key, value in keys.items() if value is not None]
    return "  - " + "\n    ".join(lines)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"host": "cleint"}, "lesson.yaml:7: steps[0].host: no host 'cleint' (did you mean 'client'?)"),
        ({"host": "no"}, 'lesson.yaml:7: steps[0].host: `no` unquoted means false in YAML: write "no"'),
        ({"host": None}, "lesson.yaml:6: steps[0]: 'host' is missing"),
        ({"tiemout": "3"}, "lesson.yaml:9: steps[0].tiemout: no such key (did you mean 'timeout'?)"),
        ({"run": "The Client"}, ("lesson.yaml:6: steps[0].run: 'The Client' is not a role: lower-case words"
            " joined by hyphens")),
        ({"command": "python 'x"}, "lesson.yaml:8: steps[0].command: a quote is not closed in \"python 'x\""),
        ({"command": "x \\"}, "lesson.yaml:8: steps[0].command: nothing follows the last \\ in 'x \\\\'"),
        ({"command": "' '"}, "lesson.yaml:8: steps[0].command: the command is empty"),
        ({"command": '"\'\' x"'}, "lesson.yaml:8: steps[0].command: the command is empty"),
        ({"command": ""}, "lesson.yaml:8: steps[0].command: expected text, found nothing"),
        ({"command": "[a, b]"}, "lesson.yaml:8: steps[0].command: expected text, found a list"),
        ({"command": "x {sever}"}, "lesson.yaml:8: {sever} is used but nothing binds it (did you mean 'server'?)"),
        ({"command": "x {router.intrnet}"},
            "lesson.yaml:8: {router.intrnet} is no host's network (did you mean 'router.internet'?)"),
        ({"timeout": "0"}, "lesson.yaml:9: steps[0].timeout: 0 is no timeout (allowed: seconds, above 0 to 600)"),
        ({"timeout": "-1"}, "lesson.yaml:9: steps[0].timeout: -1 is no timeout (allowed: seconds, above 0 to 600)"),
        ({"timeout": "601"}, "lesson.yaml:9: steps[0].timeout: 601 is no timeout (allowed: seconds, above 0 to 600)"),
        ({"timeout": "5s"}, "lesson.yaml:9: steps[0].timeout: '5s' is no timeout (allowed: seconds, above 0 to 600)"),
        ({"repeat": "0"}, "lesson.yaml:9: steps[0].repeat: 0 is no number of repetitions (allowed: 1 to 1000)"),
        ({"repeat": "1001"}, "lesson.yaml:9: steps[0].repeat: 1001 is no number of repetitions (allowed: 1 to 1000)"),
        ({"repeat": "yes"}, "lesson.yaml:9: steps[0].repeat: true is no number of repetitions (allowed: 1 to 1000)"),
        ({"exit": "256"}, ("lesson.yaml:9: steps[0].exit: 256 is no exit status (allowed: 0 to 255, nonzero, killed,"
            " running)")),
        ({"exit": "kiled"}, "lesson.yaml:9: steps[0].exit: 'kiled' is no exit status (did you mean 'killed'?)"),
        ({"exit": "no"}, ("lesson.yaml:9: steps[0].exit: false is no exit status (allowed: 0 to 255, nonzero, killed,"
            " running)")),
        ({"tty": "'no'"}, "lesson.yaml:9: steps[0].tty: expected true or false, found 'no'"),
        ({"env": "{A: 1}"}, 'lesson.yaml:9: steps[0].env.A: `1` unquoted means a number in YAML: write "1"'),
        ({"env": "{A-B: x}"}, "lesson.yaml:9: steps[0].env.A-B: 'A-B' is not the name of an environment variable"),
        ({"files": "{/etc/passwd: x}"}, ("lesson.yaml:9: steps[0].files./etc/passwd: '/etc/passwd' is not a file under"
            " /tmp, the one folder where a host can write")),
        ({"files": "{/tmp/../etc/x: x}"}, ("lesson.yaml:9: steps[0].files./tmp/../etc/x: '/tmp/../etc/x' is not a file"
            " under /tmp, the one folder where a host can write")),
        ({"files": "{a.txt: x}"}, ("lesson.yaml:9: steps[0].files.a.txt: 'a.txt' is not a file under /tmp,"
            " the one folder"
            " where a host can write")),
        ({"transcript": ""}, ("lesson.yaml:9: steps[0].transcript: nothing stands here; give it a value or"
            " leave the key"
            " out")),
        ({"transcript": "{port}"}, ('lesson.yaml:9: steps[0].transcript: `{port}` unquoted means a mapping in YAML:'
            ' write "{port}"')),
        ({"transcript": ">\n      a"}, ("lesson.yaml:9: steps[0].transcript: lines must stay lines: write"
            " them as a block"
            " below `transcript: |`")),
        ({"transcript": ">-\n      a\n      b"}, ("lesson.yaml:9: steps[0].transcript: lines must stay lines: write"
            " them as a block below `transcript: |`")),
        ({"command": '"a\\0b"'}, "lesson.yaml:8: steps[0].command: a NUL character cannot be given to a program"),
        ({"env": '{A: "a\\0b"}'}, "lesson.yaml:9: steps[0].env.A: a NUL character cannot be given to a program"),
        ({"transcript": '"a\\nb"'}, ("lesson.yaml:9: steps[0].transcript: lines must stay lines: write them as a block"
            " below `transcript: |`")),
        ({"transcript": "|\n      fine\n      {x:prt}"},
            "lesson.yaml:11: unknown kind 'prt' in '{x:prt}' (did you mean 'port'?)"),
        ({"transcript": "|\n      fine\n\n      {a}{b}"},
            "lesson.yaml:12: '{a}{b}' stand side by side: nothing tells where the first one ends"),
        ({"transcript": "|\n      say <<{late}>>\n"}, ("lesson.yaml:10: {late} is used but nothing binds it"
            " (allowed: client, client.home, router, router.home, router.internet, server, server.internet)")),
        ({"ready": "udp/3000"}, ("lesson.yaml:9: steps[0].ready: not here: a run is awaited until it is over;"
            " only what is started must be ready")),
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_meant_is_refused_with_its_line(
    refusal: Callable[..., list[str]], changes: dict[str, str | None], said: str
) -> None:
    assert refusal(program(**changes)) == [said]


@pytest.mark.parametrize(
    ("ready", "said"),
    [
        ("udp/70000", "70000 is no port (allowed: 1 to 65535)"),
        ("tcp/0", "0 is no port (allowed: 1 to 65535)"),
        ("tcp/99999999999999999999", "99999999999999999999 is no port (allowed: 1 to 65535)"),
        ("3000", "3000 says nothing about being ready (allowed: udp/PORT, tcp/PORT, or line: TEXT below it)"),
        (
            "sctp/3000",
            "'sctp/3000' says nothing about being ready (allowed: udp/PORT, tcp/PORT, or line: TEXT below it)",
        ),
        ("{line: ''}", "expected text, found nothing"),
        ("", "nothing stands here; give it a value or leave the key out"),
    ],
)
def test_being_ready_has_three_forms(refusal: Callable[..., list[str]], ready: str, said: str) -> None:
    start = f"  - start: it\n    host: client\n    command: x\n    ready: {ready}"
    assert refusal(start) == [f"lesson.yaml:9: steps[0].ready: {said}"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{link: cleint/home, down: true}", "steps[1].link: no host 'cleint' (did you mean 'client'?)"),
        ("{link: client/hone, down: true}", "steps[1].link: client is not on network 'hone' (did you mean 'home'?)"),
        ("{link: server/home, down: true}", "steps[1].link: server is not on network 'home' (allowed: internet)"),
        ("{link: client, down: true}", "steps[1].link: 'client' is not of the form HOST/NETWORK"),
        ("{link: client/home}", ("steps[1]: changes nothing (allowed: loss, rate, delay and mtu together, or down:"
            " true, or restore: true)")),
        ("{link: client/home, down: true, loss: 3%}", "steps[1]: down goes with nothing else, found loss too"),
        ("{link: client/home, down: true, restore: true}", "steps[1]: down goes with nothing else, found restore too"),
        ("{link: client/home, loss: 30}", "steps[1].loss: '30' is no loss (allowed: above 0% to 100%)"),
        ("{link: client/home, loss: 101%}", "steps[1].loss: '101%' is no loss (allowed: above 0% to 100%)"),
        ("{link: client/home, loss: 0%}", "steps[1].loss: '0%' is no loss (allowed: above 0% to 100%)"),
        ("{link: client/home, rate: 1MB}", "steps[1].rate: '1MB' is no rate (allowed: 1kbit to 10gbit, like 1mbit)"),
        ("{link: client/home, rate: 11gbit}", ("steps[1].rate: '11gbit' is no rate (allowed: 1kbit to 10gbit,"
            " like 1mbit)")),
        ("{link: client/home, delay: 11s}", "steps[1].delay: '11s' is no delay (allowed: above 0ms to 10s, like 50ms)"),
        ("{link: client/home, mtu: 67}", "steps[1].mtu: 67 is no MTU (allowed: 68 to 1500 bytes)"),
        ("{link: client/home, mtu: 1501}", "steps[1].mtu: 1501 is no MTU (allowed: 68 to 1500 bytes)"),
        ("{link: client/home, mtu: true}", "steps[1].mtu: true is no MTU (allowed: 68 to 1500 bytes)"),
        ("{gateway: client}", ("steps[1]: changes nothing (allowed: to: HOST, ADDRESS or none, or restore: true)")),
        ("{gateway: client, to: none, restore: true}",
            "steps[1]: found both (allowed: to: HOST, ADDRESS or none, or restore: true)"),
        ("{gateway: cleint, to: none}", "steps[1].gateway: no host 'cleint' (did you mean 'client'?)"),
        ("{gateway: client, to: ruoter}", "steps[1].to: client has no neighbour 'ruoter' (did you mean 'router'?)"),
        ("{gateway: client, to: client}", "steps[1].to: client has no neighbour 'client' (allowed: router)"),
        ("{gateway: client, to: server}",
            "steps[1].to: server is on no network of client, so it cannot be its next hop"),
        ("{gateway: client, to: 198.51.100.1}",
            "steps[1].to: 198.51.100.1 is on no network of client, so it cannot be its next hop"),
        ("{gateway: client, to: 192.168.1.10}", "steps[1].to: 192.168.1.10 is client itself"),
        ("{forward: router, port: tcp/80, to: server}",
            "steps[1].to: no host 'server' behind router (allowed: client)"),
        ("{forward: client, port: tcp/80, to: server}",
            "steps[1].forward: client hides no home, so there is nothing to forward to (home routers: router)"),
        ("{forward: ruoter, port: tcp/80, to: client}", "steps[1].forward: no host 'ruoter' (did you mean 'router'?)"),
        ("{forward: router, port: 80, to: client}", "steps[1].port: 80 is not of the form udp/PORT or tcp/PORT"),
        ("{forward: router, port: tcp/0, to: client}", "steps[1].port: 0 is no port (allowed: 1 to 65535)"),
        ("{forward: router, port: tcp/80, to: 'client:'}",
            "steps[1].to: 'client:' is not of the form HOST or HOST:PORT"),
        ("{forward: router, port: tcp/80, to: 'client:99999'}",
            "steps[1].to: 99999 is no port (allowed: 1 to 65535)"),
        ("{forward: router, port: tcp/80}", "steps[1]: 'to' is missing"),
        ("{network: hoem, hub: true}", "steps[1].network: no network 'hoem' (did you mean 'home'?)"),
        ("{network: home}", "steps[1]: 'hub' is missing"),
        ("{network: home, hub: 1}", "steps[1].hub: expected true or false, found 1"),
        ("{stop: srever}", "steps[1].stop: nothing was started in the role 'srever'"),
        ("{stop: it}", "steps[1].stop: 'it' is over by then; only a program of an earlier start can be stopped, once"),
        ("{stop: it, signal: SIGTERM}", "steps[1].signal: no such word: 'SIGTERM' (did you mean 'TERM'?)"),
        ("{strat: x}", "steps[1]: a step says what to do first, found 'strat' (did you mean 'start'?)"),
        ("{start: x, run: y}", "steps[1]: one step cannot be both start and run"),
        ("wait", ("steps[1]: a step says what to do first (allowed: forward, gateway, link, network, run, start,"
            " stop, together)")),
        ("{together: []}", "steps[1].together: nothing stands here; at least one is needed"),
        ("{together: [{stop: it}]}", ("steps[1].together[0].stop: no such key (allowed: command, env, exit,"
            " files, host,"
            " repeat, run, timeout, transcript, tty)")),
        ("{run: it, host: client, command: x}",
            "steps[1].run: the role 'it' is taken in line 6; each program has a role of its own"),
    ],
)  # fmt: skip
def test_a_step_that_makes_no_sense_is_refused_with_its_line(
    refusal: Callable[..., list[str]], step: str, said: str
) -> None:
    assert f"lesson.yaml:7: {said}" in refusal(f"{RUN}\n  - {step}")


def test_a_program_is_stopped_after_it_was_started_and_once(refusal: Callable[..., list[str]]) -> None:
    start = "  - {start: server, host: server, command: x}"
    over = "'server' is over by then; only a program of an earlier start can be stopped, once"
    assert refusal(f"{start}\n  - stop: server\n  - stop: server") == [f"lesson.yaml:8: steps[2].stop: {over}"]
    assert refusal(f"{start}\n  - stop: sever") == [
        "lesson.yaml:7: steps[1].stop: nothing was started in the role 'sever' (did you mean 'server'?)"
    ]
    assert refusal(f"  - stop: server\n{start}") == [
        "lesson.yaml:6: steps[0].stop: nothing was started in the role 'server'"
    ]


def test_what_is_started_is_never_expected_to_be_still_running(refusal: Callable[..., list[str]]) -> None:
    assert refusal("  - {start: server, host: server, command: x, exit: running}") == [
        "lesson.yaml:6: steps[0].exit: 'running' is for a run; what is started keeps running anyway"
    ]


def test_what_runs_together_cannot_know_what_the_other_prints(refusal: Callable[..., list[str]]) -> None:
    one = "{run: one, host: client, command: x, transcript: 'port {port}'}"
    two = "{run: two, host: client, command: 'y {port}'}"
    assert refusal(f"  - together:\n      - {one}\n      - {two}") == [
        "lesson.yaml:8: {port} is used before anything can bind it"
    ]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("checks:\n  - privat: x", "lesson.yaml:8: checks[0].privat: no such key (did you mean 'private'?)"),
        ("checks:\n  - private: {client}",
            'lesson.yaml:8: checks[0].private: `{client}` unquoted means a mapping in YAML: write "{client}"'),
        ("checks:\n  - private:", ("lesson.yaml:8: checks[0].private: nothing stands here; give it a value or leave the"
            " key out")),
        ("checks:\n  - equal: []", "lesson.yaml:8: checks[0].equal: the list is empty"),
        ("checks:\n  - equal: [1, 2]", "lesson.yaml:8: checks[0].equal: expected text, found 1"),
        ("checks:\n  - {equal: a, distinct: b}", ("lesson.yaml:8: checks[0]: expected one check, found 2"
            " (allowed: equal, distinct, differs, ascending, private, public, ephemeral)")),
        ("checks:\n  - public: '{clinet}'", ("lesson.yaml:8: {clinet} is used but nothing binds it"
            " (did you mean 'client'?)")),
        ("packets:\n  - {at: client/hme, transcript: x}",
            "lesson.yaml:8: packets[0].at: client is not on network 'hme' (did you mean 'home'?)"),
        ("packets:\n  - {at: cleint/home, transcript: x}",
            "lesson.yaml:8: packets[0].at: no host 'cleint' (did you mean 'client'?)"),
        ("packets:\n  - {at: client/home, only: [upd], transcript: x}", ("lesson.yaml:8: packets[0].only[0]:"
            " 'upd' is no sort of packets (allowed: arp, icmp, udp, tcp, udp/PORT, tcp/PORT)")),
        ("packets:\n  - {at: client/home, only: [udp/70000], transcript: x}",
            "lesson.yaml:8: packets[0].only[0]: 70000 is no port (allowed: 1 to 65535)"),
        ("packets:\n  - at: client/home\n    transcript: |\n      a <<x>>",
            "lesson.yaml:10: nobody can type into packets"),
        ("packets:\n  - {at: client/home}", "lesson.yaml:8: packets[0]: 'transcript' is missing"),
        ("nat:\n  - {at: client, transcript: x}",
            "lesson.yaml:8: nat[0].at: client translates nothing (allowed: router)"),
        ("nat:\n  - {at: cleint, transcript: x}", "lesson.yaml:8: nat[0].at: no host 'cleint' (allowed: router)"),
        ("packets:\n  - {at: client, transcript: x}", ("lesson.yaml:8: packets[0].at: 'client' is not of the form"
            " HOST/NETWORK")),
        ("needs: [dely]", "lesson.yaml:7: needs[0]: no such word: 'dely' (did you mean 'delay'?)"),
        ("chekcs: []", "lesson.yaml:7: chekcs: no such key (did you mean 'checks'?)"),
    ],
)  # fmt: skip
def test_the_rest_of_the_file_is_checked_too(refusal: Callable[..., list[str]], rest: str, said: str) -> None:
    assert said in refusal(RUN, rest)


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        (1, "name: lessen", "lesson.yaml:1: name: 'lessen' in a file called lesson.yaml (allowed: 'lesson')"),
        (1, "name: My Lesson", "lesson.yaml:1: name: 'My Lesson' is not a name: lower-case words joined by hyphens"),
        (1, "", "lesson.yaml:2: 'name' is missing"),
        (2, "title: ''", "lesson.yaml:2: title: expected text, found nothing"),
        (3, "topics: []", "lesson.yaml:3: topics: nothing stands here; at least one is needed"),
        (3, "topics: udp", "lesson.yaml:3: topics: expected a list, found 'udp'"),
        (3, "topics: [UDP]", "lesson.yaml:3: topics[0]: 'UDP' is not a topic: lower-case words joined by hyphens"),
        (3, "topics: [no]", 'lesson.yaml:3: topics[0]: `no` unquoted means false in YAML: write "no"'),
        (4, "story: |", "lesson.yaml:4: story: expected text, found nothing"),
        (5, "steps: []", "lesson.yaml:5: steps: nothing stands here; at least one is needed"),
    ],
)
def test_the_head_of_the_file_is_checked_too(
    scenario_of: Callable[..., Scenario], line: int, instead: str, said: str
) -> None:
    lines = f"{HEAD}steps:\n{RUN}\n".splitlines()
    lines[line - 1] = instead
    text = "\n".join(lines[:5] if "steps: []" in instead else lines)
    with pytest.raises(DocumentError) as caught:
        scenario_of(text)
    assert caught.value.problems == (said,)


def test_every_problem_is_told_at_once_in_line_order(refusal: Callable[..., list[str]]) -> None:
    runs = [program(host="sever", tiemout="3"), program(run="b", transcript="|\n      {a}{b}")]
    problems = refusal("\n".join([runs[0], "  - stop: nobody", runs[1]]), "title: again")
    assert [re.findall(r"lesson.yaml:(\d+)", problem) for problem in problems] == [["7"], ["9"], ["10"], ["15"], ["16"]]


anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["{a}", "{", "'"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_wherever_the_worst_is_a_message(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    tree = yaml.safe_load(UDP_ECHO)
    *way, last = data.draw(st.sampled_from(list(_ways(tree, ()))))
    holder = tree
    for key in way:
        holder = holder[key]
    holder[last] = data.draw(anything)
    path = tmp_path_factory.getbasetemp() / "udp-echo.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False))
    with contextlib.suppress(DocumentError):
        load_scenario(path, TOPOLOGY)


def _ways(tree: Any, way: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*way, key)
        yield from _ways(value, (*way, key))


def test_a_message_is_one_line_whatever_a_key_holds(refusal: Callable[..., list[str]]) -> None:
    assert refusal(RUN, '"a\\nb\\e[31m": 1')[0].startswith(r"lesson.yaml:7: a\nb\x1b[31m: no such key")


# Finding them


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `scenarios` with two files, in the current folder."""
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "scenarios"
    found.mkdir()
    for name in ("udp-echo.yaml", "tcp-greeting.yaml", "notes.txt"):
        (found / name).touch()
    return found


def test_scenarios_are_listed_by_name(folder: Path) -> None:
    assert [path.name for path in list_scenarios(folder)] == ["tcp-greeting.yaml", "udp-echo.yaml"]


def test_a_scenario_is_found_by_its_name_or_its_path(folder: Path) -> None:
    assert find_scenario("udp-echo", folder) == folder / "udp-echo.yaml"
    assert find_scenario("scenarios/udp-echo.yaml", folder) == Path("scenarios/udp-echo.yaml")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("udp-ecko", "no scenario 'udp-ecko' in scenarios (did you mean 'udp-echo'?)"),
        ("zzz", "no scenario 'zzz' in scenarios (allowed: tcp-greeting, udp-echo)"),
        ("", "no scenario '' in scenarios (allowed: tcp-greeting, udp-echo)"),
        ("mine/x.yaml", "no scenario file mine/x.yaml"),
        ("scenarios", "no scenario 'scenarios' in scenarios (allowed: tcp-greeting, udp-echo)"),
    ],
)
def test_a_scenario_that_is_not_there_is_said_with_what_was_meant(folder: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_scenario(name, folder)
    assert str(caught.value) == said


def test_link_settings_have_units() -> None:
    assert (loss_percent("0.5%"), rate_kbit("1gbit"), rate_kbit("64kbit"), delay_ms("1.5s")) == (0.5, 10**6, 64, 1500)
    for parse, text in ((loss_percent, "5"), (rate_kbit, "1"), (delay_ms, "5 ms"), (delay_ms, "٣ms")):
        with pytest.raises(ValueError, match=re.escape(f"{text!r} is no")):
            parse(text)
