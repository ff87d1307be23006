"""What tests in Python can do with a lab: `lab.testing`, on the embedded engine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError, Unavailable, UsageError
from lab.testing import Failed, Lab, Pool, ScenarioFailed
from lab.testing.turn import Turn
from lab.verdict import Verdict
from tests.cli.conftest import is_running
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engines.base import Engine
    from lab.engines.base import Lab as Connection
    from lab.topology import Topology

ROOT = Path(__file__).parents[1]
SERVER = "python services/udp_echo.py server --host 0.0.0.0"
PING = "python services/udp_echo.py client {server} --timeout 0.2 --retries 0"


@pytest.fixture
def lent(netns_lab: Connection) -> Iterator[Lab]:
    """The lab as the plugin lends it to a test."""
    with Lab(netns_lab) as lab:
        yield lab


# Hosts and programs


def test_a_host_has_its_name_and_addresses(lent: Lab) -> None:
    assert lent["client-a1"].run("hostname").stdout == "client-a1\n"
    assert str(lent["router-a"].address) == "198.51.100.11"
    assert {name: str(address) for name, address in lent["router-a"].addresses.items()} == {
        "internet": "198.51.100.11",
        "home-a": "192.168.1.1",
    }


def test_an_unknown_host_is_told_with_the_one_that_was_meant(lent: Lab) -> None:
    with pytest.raises(UsageError, match=r"no host 'sever' .*did you mean 'server'"):
        lent["sever"]


def test_a_program_gets_its_input_and_has_two_outputs_and_a_status(lent: Lab) -> None:
    done = lent["server"].run(["sh", "-c", "cat; echo two >&2; exit 3"], input="one\n", check=False)
    assert (done.stdout, done.stderr, done.status) == ("one\n", "two\n", 3)
    assert sorted(done.lines) == ["one", "two"]
    assert done.command[0] == "sh"


def test_without_input_it_finds_the_end_of_it(lent: Lab) -> None:
    assert lent["server"].run("cat").stdout == ""


def test_on_a_terminal_it_sees_one(lent: Lab) -> None:
    done = lent["server"].run("sh -c 'test -t 0 && read line && echo got $line'", tty=True, input="x\n")
    assert done.lines[-1] == "got x"
    assert "\r" not in done.stdout


def test_its_environment_can_be_added_to(lent: Lab) -> None:
    assert lent["server"].run("sh -c 'echo $LANG $MINE'", env={"MINE": "yes"}).stdout == "C.UTF-8 yes\n"


def test_programs_start_in_the_compose_files_folder(lent: Lab) -> None:
    assert lent["server"].run("pwd").stdout == f"{ROOT}\n"


def test_a_status_that_is_not_0_is_one_clear_message_with_the_output(lent: Lab) -> None:
    with pytest.raises(Failed) as caught:
        lent["server"].run("sh -c 'echo what a pity; exit 3'")
    assert str(caught.value) == (
        "sh -c 'echo what a pity; exit 3' on server ended with exit status 3. It printed:\n  │ what a pity"
    )


def test_so_is_a_time_out_and_the_program_is_ended(lent: Lab) -> None:
    with pytest.raises(Failed, match=r"^sleep 61111 on server was still running after 0.1 s. It printed nothing.$"):
        lent["server"].run("sleep 61111", timeout_s=0.1)
    assert not is_running("sleep", "61111")


def test_of_much_output_the_message_has_the_end(lent: Lab) -> None:
    with pytest.raises(Failed) as caught:
        lent["server"].run("sh -c 'seq 1000; exit 1'")
    told = str(caught.value).splitlines()
    assert told[1:3] == ["  │ … 940 lines before", "  │ 941"]
    assert told[-1] == "  │ 1000"


def test_an_empty_command_is_refused(lent: Lab) -> None:
    with pytest.raises(UsageError, match="a command is missing"):
        lent["server"].run("")


def test_a_conversation_across_the_nat(lent: Lab) -> None:
    server = lent["server"].start(SERVER)
    lent["server"].wait_until_listening("udp/3000")
    client = lent["client-a1"].start(f"python services/udp_echo.py client {lent['server'].address}")
    client.wait_for_prompt("sentence: ")
    client.type("sally")
    assert str(lent["router-a"].address) in server.wait_for_line("says 'sally'")
    assert client.wait().lines[-1] == "The server ('203.0.113.10', 3000) replied with 'SALLY'"
    assert server.is_running()
    assert server.stop().status == 0
    assert not server.is_running()


def test_a_line_is_found_once_and_only_after_the_one_before(lent: Lab) -> None:
    program = lent["server"].start("sh -c 'echo a 1; echo b; echo a 2; sleep 60'")
    assert [program.wait_for_line("a"), program.wait_for_line("a")] == ["a 1", "a 2"]
    with pytest.raises(Failed, match=r"did not print a line with 'b' within 0.1 s. It printed:"):
        program.wait_for_line("b", timeout_s=0.1)


def test_a_program_that_ends_is_not_waited_for_in_vain(lent: Lab) -> None:
    program = lent["server"].start("sh -c 'echo nothing of that kind; exit 4'")
    with pytest.raises(Failed, match="ended with exit status 4 before it printed a line with 'ready'"):
        program.wait_for_line("ready")


def test_its_last_words_are_found_though_no_line_end_follows(lent: Lab) -> None:
    assert lent["server"].start("printf ready").wait_for_line("ready") == "ready"


def test_keys_and_signals_reach_it(lent: Lab) -> None:
    cat = lent["server"].start("cat")
    cat.type("x")
    cat.wait_for_line("x")
    cat.press("^D")
    assert cat.wait().status == 0
    trap = "trap 'echo usr1; exit 5' USR1; echo up; while :; do sleep 0.1; done"
    trapped = lent["server"].start(["sh", "-c", trap])
    trapped.wait_for_line("up")
    assert trapped.stop("USR1").status == 5


def test_waiting_for_a_port_says_what_is_open_instead(lent: Lab) -> None:
    server = lent["server"].start(SERVER)
    server.wait_for_line("Listening")
    with pytest.raises(Failed, match=r"^nobody on server listens at tcp/3000 after 0 s \(open there: udp/3000\)$"):
        lent["server"].wait_until_listening("tcp/3000", timeout_s=0)
    with pytest.raises(UsageError, match="no port 'http'"):
        lent["server"].wait_until_listening("http")


def test_what_a_test_started_ends_with_it(netns_lab: Connection) -> None:
    with Lab(netns_lab) as lab:
        lab["server"].start("sleep 62222")
        until(lambda: is_running("sleep", "62222"), "it to run")
    assert not is_running("sleep", "62222")


# Links


def is_answered(lent: Lab) -> bool:
    command = PING.format(server=lent["server"].address)
    return lent["client-a1"].run(command, input="x\n", check=False).status == 0


def test_a_link_is_changed_for_a_block_and_then_as_before(lent: Lab) -> None:
    lent["server"].start(SERVER)
    lent["server"].wait_until_listening("udp/3000")
    assert is_answered(lent)
    with lent.link("client-a1/home-a", loss="100%"):
        assert not is_answered(lent)
    assert is_answered(lent)


def test_also_when_the_block_fails_and_blocks_nest(lent: Lab) -> None:
    lent["server"].start(SERVER)
    lent["server"].wait_until_listening("udp/3000")
    with lent.link("client-a1/home-a", loss="100%"):
        with pytest.raises(AssertionError), lent.link("client-a1/home-a", rate="1mbit"):
            assert not is_answered(lent)
        assert not is_answered(lent)
    assert is_answered(lent)


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        ("client-a1", {"down": True}, "which link\\? 'client-a1' should be HOST/NETWORK"),
        ("client-a1/home-b", {"down": True}, "client-a1 is not on network 'home-b'"),
        ("client-a1/home-a", {"loss": "much"}, "^loss: "),
        ("client-a1/home-a", {"rate": "fast"}, "^rate: "),
    ],
)
def test_a_link_that_cannot_be_meant_is_refused(
    lent: Lab, place: str, change: dict[str, str | bool], message: str
) -> None:
    with pytest.raises(UsageError, match=message), lent.link(place, **change):  # type: ignore[arg-type]
        pass


def test_a_capability_that_is_not_there_is_no_failure(lent: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.testing.lab.lacks", lambda *_: "no netem")
    with pytest.raises(Unavailable, match="no netem"), lent.link("client-a1/home-a", delay="5ms"):
        pass


# Packets


def test_a_capture_sees_all_from_the_first_packet_on(lent: Lab) -> None:
    lent["server"].start(SERVER)
    lent["server"].wait_until_listening("udp/3000")
    with lent.capture("router-a/internet", only=["udp/3000"]) as inside, lent.capture("client-a1/home-a") as outside:
        assert is_answered(lent)
    (asked, answered), (at_home, _) = inside.packets, outside.packets
    assert asked.ip is not None
    assert answered.ip is not None
    assert at_home.ip is not None
    assert str(asked.ip.source) == str(answered.ip.target) == "198.51.100.11"
    assert str(at_home.ip.source) == "192.168.1.10"
    assert inside.lines[0].endswith("> 203.0.113.10:3000 UDP 1 'x'")


def test_a_packet_can_be_waited_for(lent: Lab) -> None:
    lent["server"].start(SERVER)
    lent["server"].wait_until_listening("udp/3000")
    with lent.capture("server/datacenter", only=["udp"], show=["ttl"]) as seen:
        lent["client-a1"].start(f"python services/udp_echo.py client {lent['server'].address}").type("hello")
        assert " ttl 62 UDP 5 'hello'" in seen.wait_for_line("'hello'")
        with pytest.raises(Failed, match=r"no packet with 'TCP' at server/datacenter within 0.1 s. Seen:\n  │ 198"):
            seen.wait_for_line("TCP", timeout_s=0.1)


def test_sorts_that_do_not_exist_are_refused(lent: Lab) -> None:
    with pytest.raises(UsageError, match="'upd' is no sort"), lent.capture("server/datacenter", only=["upd"]):
        pass


# Scenarios


def test_a_scenario_runs_by_name_or_path_and_has_its_variables(lent: Lab) -> None:
    result = lent.run_scenario("udp-echo")
    assert (result.verdict, {bound.name for bound in result.bindings}) == (Verdict.PASSED, {"inside", "outside"})
    assert lent.run_scenario("scenarios/udp-echo.yaml").scenario.name == "udp-echo"


def test_with_a_program_of_ones_own_that_is_wrong_it_fails_with_the_report(lent: Lab) -> None:
    with pytest.raises(ScenarioFailed) as caught:
        lent.run_scenario("udp-echo", programs={"server": "sh -c 'exit 7'"})
    told = str(caught.value).splitlines()
    assert told[0].startswith("server on server: ended with exit status 7 before udp/3000 was there")
    assert "What went wrong" in told
    assert told[-1].startswith("✗ FAILED  udp-echo")
    assert caught.value.result.verdict is Verdict.FAILED
    assert lent.run_scenario("udp-echo", {"server": ["sh", "-c", "exit 7"]}, check=False).verdict is Verdict.FAILED


def test_a_role_that_is_not_there_is_refused(lent: Lab) -> None:
    with pytest.raises(UsageError, match=r"no role 'sever' in udp-echo .did you mean 'server'"):
        lent.run_scenario("udp-echo", programs={"sever": "true"})


# Where labs come from


def test_one_lab_an_engine_and_a_new_one_once_it_is_given_up(netns_engine: Engine, topology: Topology) -> None:
    pool = Pool(ROOT, "gw7")
    try:
        first = pool.lab(netns_engine, topology)
        assert pool.lab(netns_engine, topology) is first
        assert first.name == f"socket-lab-test-gw7-{os.getpid()}-1"
        pool.give_up("netns")
        second = pool.lab(netns_engine, topology)
        assert second.name != first.name
        with Lab(second) as lab:
            lab["server"].run("true")
        assert [one.name for one in netns_engine.running() if one.name.startswith("socket-lab-test-gw7")] == [
            second.name
        ]
    finally:
        pool.close()
    assert not [one.name for one in netns_engine.running() if one.name.startswith("socket-lab-test-gw7")]


def test_where_there_is_room_for_one_others_wait_for_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    turn = Turn.wait_for("docker")
    with pytest.raises(LabError, match=r"room for one lab, and another test process has had it for 0 s: .*loadgroup"):
        Turn.wait_for("docker", patience_s=0)
    turn.end()
    Turn.wait_for("docker", patience_s=0).end()
