"""From records to transcripts: what becomes a variable, what it is called, and where it is written into a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.document import load
from lab.errors import DocumentError
from lab.record import Execution, Record, TypedAt
from lab.recording import Rehearsals, Unrecordable, is_bare, rehearse, transcripts, with_transcripts
from lab.recording.typist import PROMPT_S, SILENCE_S, Silence, Typist
from lab.scenario import load_scenario
from lab.transcript import Bindings, Bound, Line, Place, Setting, Template, Transcript, Typed
from lab.trial import try_scenario
from lab.verdict import Verdict
from tests.scenarios.breakage import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engines.base import Lab
    from lab.topology import Topology

ROOT = Path(__file__).parents[1]
HEAD = "name: mine\ntitle: A lesson\ntopics: [test]\nstory: Once.\nsteps:\n"
TWO = (
    "- start: server\n  host: server\n  command: serve {server}\n"
    "- run: client\n  host: {host}\n  command: ask {server} 40000\n"
)
Recorded = dict[str, list[str]]


def write(folder: Path, steps: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(HEAD + steps)
    return path


@pytest.fixture
def recorded(topology: Topology, tmp_path: Path) -> Callable[..., Recorded]:
    """What is written when the programs printed this, a text for each run; `typed_again` is for the second."""

    def transcripts_of(
        steps: str,
        *runs: dict[str, str | list[str]],
        typed: dict[str, list[TypedAt]] | None = None,
        typed_again: dict[str, list[TypedAt]] | None = None,
    ) -> Recorded:
        scenario = load_scenario(write(tmp_path, steps), topology)
        records = []
        for run in runs:
            executions = []
            for step in scenario.programs():
                texts = run[step.role]
                for number, text in enumerate([texts] if isinstance(texts, str) else texts):
                    executions.append(
                        Execution(
                            step=step,
                            index=None if isinstance(texts, str) else number,
                            argv=tuple(step.argv),
                            is_own=False,
                            transcript=Transcript(
                                f"{step.role} on {step.host}",
                                tuple(Line(line, 0.1, complete=True) for line in text.split("\n")),
                            ),
                            setting=Setting(step.host),
                            end="ended",
                            status=0,
                            waiting_for=None,
                            started_s=0.1,
                            ended_s=0.2,
                            typed=tuple(((records and typed_again) or typed or {}).get(step.role, ())),
                        )
                    )
            records.append(Record(executions=tuple(executions), is_whole=True, open_ports={}, duration_s=1))
        return transcripts(Rehearsals(scenario, topology, tuple(records)), list(scenario.programs()))

    return transcripts_of


def two(host: str) -> str:
    return TWO.replace("{host}", host)


@pytest.fixture
def client(recorded: Callable[..., Recorded]) -> Callable[..., list[str]]:
    """What is written of a client that printed this in two runs."""

    def lines(*texts: str, host: str = "client-a1") -> list[str]:
        return recorded(two(host), *({"server": "", "client": text} for text in texts))["client"]

    return lines


@pytest.mark.parametrize(
    ("host", "address", "written"),
    [
        ("client-a1", "203.0.113.10", "{server}"),
        ("client-a1", "192.168.1.10", "{client-a1}"),
        ("client-b1", "192.168.1.10", "{client-b1}"),
        ("client-a1", "192.168.1.1", "{router-a.home-a}"),
        ("client-b1", "192.168.1.1", "{router-b.home-b}"),
        ("server", "192.168.1.10", "{client-b1}"),
        ("server", "198.51.100.11", "{router-a}"),
        ("server", "203.0.113.1", "{isp.datacenter}"),
        ("server", "::ffff:203.0.113.20", "::ffff:{server-2}"),
        ("server", "203.0.113.101", "203.0.113.101"),
        ("server", "0.0.0.0", "0.0.0.0"),
    ],
)
def test_an_address_becomes_the_host_that_is_meant_there(
    recorded: Callable[..., Recorded], host: str, address: str, written: str
) -> None:
    """Of equal private addresses the nearest is meant; where none is near, that of a host that takes part."""
    steps = f"- run: one\n  host: {host}\n  command: a\n- run: other\n  host: client-b1\n  command: b\n"
    run = {"one": f"it is {address}!", "other": "x"}
    assert recorded(steps, run, run)["one"] == [f"it is {written}!"]


def test_what_differs_between_two_runs_becomes_a_hole_of_its_kind(client: Callable[..., list[str]]) -> None:
    one = "pid 4711\ntook 0.25 s at 10:11:12\nhash 00ff00ff11\n1: ab cd\nkept 17"
    other = "pid 4822\ntook 0.31 s at 10:11:13\nhash a0ff00ff12\n1: ef cd\nkept 17"
    assert client(one, other) == [
        "pid {_:int}",
        "took {_:time} s at {_:time}",
        "hash {_:hex}",
        "1: {_:word} cd",
        "kept 17",
    ]


def test_lines_that_have_little_in_common_get_one_hole(client: Callable[..., list[str]]) -> None:
    assert client("it said: yes, I do. Bye", "it said: no. Bye") == ["it said: {_}. Bye"]
    assert client("from a b", "from a") == ["from a{_}"]
    assert client("is it? yes", "is it! yes") == ["is it{_:word} yes"]
    assert client("what!? yes", "what#% yes") == ["what{_} yes"]


def test_a_value_that_comes_twice_is_one_variable_when_it_was_equal_in_both_runs(
    recorded: Callable[..., Recorded],
) -> None:
    steps = two("server-2")
    first = {"server": "id 123456 or 7", "client": "got 123456, 7 and 55555555"}
    second = {"server": "id 654321 or 8", "client": "got 654321, 8 and 66666666"}
    assert recorded(steps, first, second) == {
        "server": ["id {id:int} or {_:int}"],
        "client": ["got {id}, {_:int} and {_:int}"],
    }
    by_luck = {"server": "id 123456", "client": "got 123456"}
    assert recorded(steps, by_luck, {"server": "id 654321", "client": "got 777777"}) == {
        "server": ["id {_:int}"],
        "client": ["got {_:int}"],
    }


def test_a_port_is_one_variable_where_there_is_no_nat_between(recorded: Callable[..., Recorded]) -> None:
    runs = [
        {"server": f"from ('203.0.113.20', {port})\nagain 203.0.113.20:{port}", "client": f"I am ('0.0.0.0', {port})"}
        for port in (40001, 40002)
    ]
    assert recorded(two("server-2"), *runs) == {
        "server": ["from ('{server-2}', {port:port})", "again {server-2}:{port}"],
        "client": ["I am ('0.0.0.0', {port:ephemeral})"],
    }


def test_a_port_seen_through_nat_is_another_one_even_when_the_router_kept_it_each_time(
    recorded: Callable[..., Recorded],
) -> None:
    runs = [
        {"server": f"from ('198.51.100.11', {port})\nport {port}", "client": f"I am ('192.168.1.10', {port})"}
        for port in (40001, 40002)
    ]
    assert recorded(two("client-a1"), *runs) == {
        "server": ["from ('{router-a}', {outside:port})", "port {outside}"],
        "client": ["I am ('{client-a1}', {client_port:ephemeral})"],
    }


def test_an_ephemeral_port_varies_even_if_it_did_not_and_one_that_was_asked_for_does_not(
    client: Callable[..., list[str]],
) -> None:
    text = "I am 192.168.1.10:50000, port 40000, at 203.0.113.10:3000; 50000 apples"
    assert client(text, text) == ["I am {client-a1}:{port:ephemeral}, port 40000, at {server}:3000; 50000 apples"]


def test_repeated_runs_give_lists_that_are_nobody_elses(recorded: Callable[..., Recorded]) -> None:
    steps = (
        "- start: server\n  host: server\n  command: serve\n"
        "- run: client\n  host: server-2\n  command: ask\n  repeat: 2\n"
    )
    runs: list[dict[str, str | list[str]]] = [
        {"server": f"203.0.113.20:{a}\n203.0.113.20:{b}", "client": [f"203.0.113.20:{a} {a}", f"203.0.113.20:{b} {b}"]}
        for a, b in ((40001, 40002), (40003, 40004))
    ]
    assert recorded(steps, *runs) == {
        "server": ["{server-2}:{port:port}", "{server-2}:{port_2:port}"],
        "client": ["{server-2}:{port_3:ephemeral} {port_3}"],
    }
    once = [{"server": f"id {number}", "client": [f"id {number}"]} for number in (123456, 654321)]
    assert recorded(steps.replace("repeat: 2", "repeat: 1"), *once) == {
        "server": ["id {_:int}"],
        "client": ["id {_:int}"],
    }


def test_what_was_typed_is_typed_again_and_its_echo_is_no_output(recorded: Callable[..., Recorded]) -> None:
    steps = (
        "- run: client\n  host: client-a1\n  command: ask {server}\n"
        "  transcript: |\n    <<sally>>\n    <<{server}>>\n    <<^D>>\n"
    )
    run: dict[str, str | list[str]] = {"client": "a {name}: sally\n203.0.113.10\nmore? no more"}
    typed = {
        "client": [TypedAt(line=0, column=10, text="sally"), TypedAt(line=1, column=0, text="203.0.113.10"),
                   TypedAt(line=2, column=6, text="^D")]
    }  # fmt: skip
    assert recorded(steps, run, run, typed=typed) == {
        "client": ["a {{name}}: <<sally>>", "<<{server}>>", "more? <<^D>>no more"]
    }


def test_what_looks_like_grammar_is_escaped(client: Callable[..., list[str]]) -> None:
    text = "...\n? who\n* it <<EOF {x}\nsee * this"
    assert client(text, text) == ["{}...", "{}? who", "{}* it <{}<EOF {{x}}", "see * this"]
    assert client("203.0.113.10? who", "203.0.113.10? who") == ["{server}? who"]


def test_a_prompt_may_end_like_the_sign_for_typing(recorded: Callable[..., Recorded]) -> None:
    steps = "- run: client\n  host: server\n  command: ask\n  transcript: |\n    <<x>>\n"
    typed = {"client": [TypedAt(line=0, column=2, text="x")]}
    assert recorded(steps, {"client": "a<x"}, {"client": "a<x"}, typed=typed) == {"client": ["a<{}<<x>>"]}


def test_what_was_typed_when_nothing_was_printed_any_more_is_kept(recorded: Callable[..., Recorded]) -> None:
    steps = "- run: client\n  host: server\n  command: ask\n  transcript: |\n    <<^D>>\n"
    typed = {"client": [TypedAt(line=1, column=0, text="^D")]}
    assert recorded(steps, {"client": "a"}, {"client": "a"}, typed=typed) == {"client": ["a", "<<^D>>"]}


def test_what_is_typed_at_another_place_the_second_time_cannot_be_recorded(recorded: Callable[..., Recorded]) -> None:
    steps = "- run: client\n  host: server\n  command: ask\n  transcript: |\n    <<x>>\n"
    first, second = ({"client": [TypedAt(line=line, column=1, text="x")]} for line in (0, 1))
    with pytest.raises(Unrecordable, match="client on server was typed to at another place the second time, in line 1"):
        recorded(steps, {"client": "?x\n?x"}, {"client": "?x\n?x"}, typed=first, typed_again=second)


def test_clocks_that_agree_were_only_read_in_the_same_second(recorded: Callable[..., Recorded]) -> None:
    runs = [{"server": f"at 10:11:1{second}", "client": f"at 10:11:1{second}"} for second in (2, 3)]
    assert recorded(two("server-2"), *runs) == {"server": ["at {_:time}"], "client": ["at {_:time}"]}


def test_programs_that_go_another_way_each_time_cannot_be_recorded(client: Callable[..., list[str]]) -> None:
    with pytest.raises(Unrecordable, match=r"client on client-a1 printed 1 line the first time and 2 lines the second"):
        client("one", "one\ntwo")


def test_of_transcripts_there_were_those_that_are_right_stay_and_names_are_kept(
    recorded: Callable[..., Recorded],
) -> None:
    steps = (
        "- start: server\n  host: server\n  command: serve\n  transcript: |\n    ...\n    from {_}:{his-port:port}\n"
        "- run: client\n  host: server-2\n  command: ask\n"
        "  transcript: |\n    {mine} is my address\n    {mine}:{his-port}\n    hash {sum}\n    old\n"
        "checks: [public: '{mine}', differs: ['{sum}', a]]\n"
    )
    runs: list[dict[str, str | list[str]]] = [
        {
            "server": f"noise\nfrom 203.0.113.20:{port}",
            "client": f"203.0.113.20 is my address\n203.0.113.20:{port}\nhash ff\nnew 203.0.113.10",
        }
        for port in (40001, 40002)
    ]
    assert recorded(steps, *runs) == {
        "client": ["{mine} is my address", "{mine}:{his-port:ephemeral}", "hash {sum}", "new {server}"]
    }


# Into the file


def edited(folder: Path, steps: str, **by_role: list[str]) -> str:
    """The steps with these transcripts for `one`, `two` (in a `together`), …"""
    document = load(write(folder, steps))
    places = {}
    for number, step in enumerate(document.data["steps"]):
        places[step.get("run")] = ("steps", number)
        for inner, run in enumerate(step.get("together", ())):
            places[run["run"]] = ("steps", number, "together", inner)
    text = with_transcripts(document.path.read_text(), document, {places[role]: new for role, new in by_role.items()})
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def test_a_transcript_is_replaced_where_it_stands_and_nothing_else(tmp_path: Path) -> None:
    before = (
        "  # first\n  - run: one   # the one\n    transcript: |  # old\n      a\n\n      b\n\n    # after\n"
        "    command: 'x'\n    host: server\n\n  - together:\n    - run: two\n      transcript: 'plain'   # kept\n"
        "      host: server\n      command: y\n    - transcript: |-\n        c\n      run: three\n      host: server\n"
        "      command: z\n"
    )
    after = (
        "  # first\n  - run: one   # the one\n    transcript: |  # old\n      new\n      {}\n\n    # after\n"
        "    command: 'x'\n    host: server\n\n  - together:\n    - run: two\n      transcript: |2   # kept\n"
        "         in\n\n        d\n      host: server\n      command: y\n    - transcript: ''\n"
        "      run: three\n      host: server\n      command: z\n"
    )
    assert edited(tmp_path, before, one=["new", ""], two=[" in", "", "d"], three=[]) == after
    write(tmp_path, after)
    data = load(tmp_path / "mine.yaml").data["steps"]
    assert data[0]["transcript"] == "new\n{}\n"
    assert [run["transcript"] for run in data[1]["together"]] == [" in\n\nd\n", ""]


def test_a_step_without_a_transcript_gets_one_at_its_end(tmp_path: Path) -> None:
    before = (
        "-   run: one\n    host: server\n    command: x\n    files:\n      /tmp/a: |\n        # text\n\n"
        "# next\n- run: two\n  host: server\n  command: y"
    )
    after = (
        "-   run: one\n    host: server\n    command: x\n    files:\n      /tmp/a: |\n        # text\n"
        "    transcript: |\n      a\n\n"
        "# next\n- run: two\n  host: server\n  command: y\n  transcript: |\n    b"
    )
    assert edited(tmp_path, before, one=["a"], two=["b"]) == after


def test_blank_lines_at_the_beginning_stay(tmp_path: Path) -> None:
    step = "- run: one\n  host: server\n  command: x\n"
    write(tmp_path, edited(tmp_path, step, one=["", "  a"]))
    assert load(tmp_path / "mine.yaml").data["steps"][0]["transcript"] == "\n  a\n"


def test_line_ends_of_other_systems_stay(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes((HEAD + "- run: one\n  host: server\n  command: x\n").replace("\n", "\r\n").encode())
    new = with_transcripts(path.read_bytes().decode(), load(path), {("steps", 0): ["a"]})
    assert new.endswith("  command: x\r\n  transcript: |\r\n    a\r\n")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "- {run: one, host: server, command: x}\n",
            "6: steps[0]: recording needs a step with each key in a line of its own",
        ),
        (
            "- run: one\n  host: server\n  command: x\n  'transcript': |\n    a\n",
            "9: steps[0].transcript: recording needs `transcript: |` in a line of its own here",
        ),
        (
            "- run: one\n  host: server\n  command: x\n  transcript:\n    'a'\n",
            "10: steps[0].transcript: recording needs `transcript: |` in a line of its own here",
        ),
    ],
)
def test_a_step_that_cannot_be_edited_line_by_line_is_refused_with_its_line(
    tmp_path: Path, step: str, message: str
) -> None:
    with pytest.raises(DocumentError) as error:
        edited(tmp_path, step, one=["a"])
    assert str(error.value) == f"{tmp_path}/mine.yaml:{message}"


@pytest.mark.parametrize(
    ("text", "answer"),
    [("<<a>>\n<<^C>>\n", True), ("", True), ("...\n", False), ("? <<a>>\n", False), ("a\n<<b>>\n", False)],
)
def test_a_transcript_of_nothing_but_typed_lines_is_none_yet(text: str, answer: bool) -> None:
    if text.startswith("? "):
        text = text.replace("? ", "Name? ")
    assert is_bare(Template.parse(text, Place("mine.yaml", 1))) is answer


# Who types


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def typist(clock: Clock, *lines: Typed, silence: Silence | None = None) -> Typist:
    return Typist(lines, Bindings(), silence or Silence(clock()), clock=clock)


def test_something_is_typed_when_an_unfinished_line_has_stood_for_a_while(clock: Clock) -> None:
    one = typist(clock, Typed("sally"), Typed("^D", is_key=True))
    assert one.next_typing("Na") is None
    clock.now_s += PROMPT_S - 0.01
    assert one.next_typing("Name") is None, "it is still printing"
    clock.now_s += PROMPT_S
    assert one.next_typing("Name") == Typed("sally")
    clock.now_s += PROMPT_S
    assert one.next_typing("Name") is None, "no echo yet"
    one.feed(Line("Name sally", clock()))
    assert one.next_typing("? ") is None
    assert not one.is_complete
    clock.now_s += PROMPT_S
    assert one.next_typing("? ") == Typed("^D", is_key=True)
    assert not one.is_complete
    clock.now_s += PROMPT_S
    assert one.next_typing("? ") is None
    assert one.is_complete


def test_the_same_prompt_may_come_again(clock: Clock) -> None:
    one = typist(clock, Typed("a"), Typed("b"))
    for text in "ab":
        assert one.next_typing("? ") is None
        clock.now_s += PROMPT_S
        assert one.next_typing("? ") == Typed(text)
        one.feed(Line(f"? {text}", clock()))


def test_without_a_prompt_it_waits_until_everybody_has_been_silent(clock: Clock) -> None:
    silence = Silence(clock())
    one, other = typist(clock, Typed("a"), silence=silence), typist(clock, silence=silence)
    clock.now_s += SILENCE_S - 0.1
    other.feed(Line("still here", clock()))
    clock.now_s += 0.2
    assert one.next_typing("") is None
    clock.now_s += SILENCE_S
    assert one.next_typing("") == Typed("a")


def test_what_is_typed_may_be_what_another_program_prints_first(clock: Clock) -> None:
    one = typist(clock, Typed("{port}"))
    one.next_typing("? ")
    clock.now_s += PROMPT_S
    assert one.next_typing("? ") is None
    one.learn(Bindings().bind(Bound("port", "40001")))
    assert one.next_typing("? ") == Typed("40001")


# On real hosts


def bare(text: str) -> str:
    """A scenario file with nothing but typed lines in its transcripts, and without checks of what these bound."""
    lines, is_transcript = [], False
    for line in re.split("^(?:packets|nat|checks):$", text, maxsplit=1, flags=re.MULTILINE)[0].splitlines():
        is_transcript = line.startswith("      ") if is_transcript else line == "    transcript: |"
        lines += [f"      {typed}" for typed in re.findall("<<.*?>>", line)] if line.startswith("      ") else [line]
    return "\n".join(lines).replace("    transcript: |\n  - ", "  - ") + "\n"


@pytest.mark.parametrize("name", ["udp-echo", "tcp-greeting", "udp-chat"])
def test_what_is_recorded_of_bare_steps_passes_on_either_engine(
    lab: Lab, netns_lab: Lab, tmp_path: Path, name: str
) -> None:
    for recorder in {one.engine: one for one in (lab, netns_lab)}.values():
        path = tmp_path / f"{name}.yaml"
        path.write_text(bare((ROOT / "scenarios" / path.name).read_text()))
        record(path, recorder)
        recorded = load_scenario(path, lab.topology)
        assert not any(is_bare(step.template) for step in recorded.programs())
        for each in (lab, netns_lab):
            result = try_scenario(recorded, each)
            assert result.verdict is Verdict.PASSED, (recorder.engine, path.read_text(), told(result))


def record(path: Path, lab: Lab) -> None:
    scenario = load_scenario(path, lab.topology)
    assert all(is_bare(step.template) for step in scenario.programs())
    records = tuple(rehearse(scenario, lab, {}, lambda _: None, folder=ROOT, own_folder=ROOT) for _ in range(2))
    found = transcripts(Rehearsals(scenario, lab.topology, records), list(scenario.programs()))
    document = load(path)
    places = {step.get("start") or step["run"]: number for number, step in enumerate(document.data["steps"])}
    new = {("steps", places[role]): lines for role, lines in found.items()}
    path.write_text(with_transcripts(path.read_text(), document, new))
