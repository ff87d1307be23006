"""Steps that change the network: what each does on real hosts, and that nothing of it is left afterwards."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from lab import links
from lab.errors import LabError
from lab.privileged import as_root
from lab.runner import run
from tests import lessons
from tests.lessons import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engines.base import Lab
    from lab.scenario import Scenario
    from lab.verdict import Result

EVERYTHING = """\
        - gateway: client-a1
          to: none
        - link: client-a2/home-a
          mtu: 600
        - forward: router-a
          port: udp/3000
          to: client-a2
"""
AT_HOME = """
        - start: server
          host: client-a1
          command: python services/udp_echo.py server --port 3001
          ready: udp/3001
"""
ASK = "python services/udp_echo.py client {router-a} --timeout 0.5 --port"
ANSWERED = "|\n            Input lowercase sentence: <<a>>\n            ...\n            {_} replied with 'A'"
IN_VAIN = "|\n            Input lowercase sentence: <<a>>\n            ..."


def state(lab: Lab) -> dict[str, str]:
    """All that these steps change, as the hosts themselves tell it."""
    return {
        "route": as_root(lab, "client-a1", ["ip", "route"]),
        "links": as_root(lab, "client-a2", ["ip", "link"]),
        "rules": as_root(lab, "router-a", ["nft", "list", "tables"]),
    }


def test_a_default_route_goes_and_comes_back(result_of: Callable[..., Result]) -> None:
    show = "host: client-a1\n          command: ip -color=never route show default"
    result = result_of(f"""
        - gateway: client-a1
          to: none
        - run: none
          {show}
          transcript: ""
        - gateway: client-a1
          to: client-a2
        - run: neighbour
          {show}
          transcript: |
            default via {{client-a2}} dev{{_}}
        - gateway: client-a1
          to: 192.168.1.77
        - run: nobody
          {show}
          transcript: |
            default via 192.168.1.77 dev{{_}}
        - gateway: client-a1
          restore: true
        - run: restored
          {show}
          transcript: |
            default via {{router-a.home-a}} dev{{_}}
    """)
    assert told(result) == []
    assert result.record
    assert [(change.how, change.stands) for change in result.record.changes] == [
        ("none", True),
        ("client-a2", True),
        ("192.168.1.77", True),
        ("restored", False),
    ]


def test_a_link_that_comes_up_again_leaves_the_gateway_as_a_step_has_set_it(result_of: Callable[..., Result]) -> None:
    assert not told(
        result_of("""
        - gateway: client-a1
          to: none
        - link: client-a1/home-a
          down: true
        - link: client-a1/home-a
          restore: true
        - run: still-none
          host: client-a1
          command: ip -color=never route show default
          transcript: ""
    """)
    )


def test_a_forwarded_port_leads_inside_and_no_other_does(result_of: Callable[..., Result]) -> None:
    result = result_of(f"""{AT_HOME}
        - run: before
          host: server
          command: {ASK} 8080
          exit: nonzero
          transcript: {IN_VAIN}
        - forward: router-a
          port: udp/8080
          to: client-a1:3001
        - run: after
          host: server
          command: {ASK} 8080
          transcript: {ANSWERED}
        - run: another-port
          host: server
          command: {ASK} 3001
          exit: nonzero
          transcript: {IN_VAIN}
    """)
    assert told(result) == []


def test_a_small_mtu_is_that_of_this_end_only(lines_of: Callable[..., list[str]], netns_lab: Lab) -> None:
    assert lines_of("""
        - link: client-a2/home-a
          mtu: 600
        - run: here
          host: client-a2
          command: sh -c 'grep . /sys/class/net/eth*/mtu'
          transcript: |
            600
        - run: there
          host: client-a1
          command: sh -c 'grep . /sys/class/net/eth*/mtu'
          transcript: |
            1500
    """) == ["1500"]
    assert " mtu 1500 " in state(netns_lab)["links"].splitlines()[2]


def test_a_slow_link_is_cut_before_it_loses_its_limits(netns_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a whole file could pass in between."""
    done: list[str] = []
    monkeypatch.setattr(links, "as_root", lambda *given, **how: (done.append(given[2][0]), as_root(*given, **how))[1])
    for change, commands in {
        links.LinkChange(rate_kbit=800): ["ip", "nft", "tc", "ip"],
        links.LinkChange(down=True): ["ip", "ip", "nft", "tc"],
        links.LinkChange(): ["ip", "nft", "tc", "ip"],
    }.items():
        links.change_link(netns_lab, "client-a2", "home-a", change)
        assert done == commands
        done.clear()


def test_it_is_all_undone_when_the_scenario_is_over(lesson: Callable[[str], Scenario], netns_lab: Lab) -> None:
    before = state(netns_lab)
    during: list[dict[str, str]] = []
    scenario = lesson(f'{EVERYTHING}\n        - {{run: last, host: server, command: "true"}}')
    result = lessons.result(
        scenario, netns_lab, watch=lambda text: during.append(state(netns_lab)) if text.startswith("last") else None
    )
    assert told(result) == []
    assert all(during[0][what] != before[what] for what in before)
    assert state(netns_lab) == before


def test_it_is_all_undone_after_a_failure(lesson: Callable[[str], Scenario], netns_lab: Lab) -> None:
    before = state(netns_lab)
    scenario = lesson(f'{EVERYTHING}\n        - {{run: bad, host: server, command: "false"}}')
    assert len(told(lessons.result(scenario, netns_lab))) == 1
    assert state(netns_lab) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, LabError])
def test_it_is_all_undone_after_ctrl_c_and_when_the_lab_fails(
    lesson: Callable[[str], Scenario], netns_lab: Lab, error: type[BaseException]
) -> None:
    before = state(netns_lab)

    def interrupt(text: str) -> None:
        if text.startswith("last"):
            raise error

    with pytest.raises(error):
        run(lesson(f'{EVERYTHING}\n        - {{run: last, host: server, command: "true"}}'), netns_lab, watch=interrupt)
    assert state(netns_lab) == before


def test_a_gateway_that_a_step_removed_is_no_damage_but_a_likely_cause(result_of: Callable[..., Result]) -> None:
    result = result_of("""
        - gateway: client-a1
          to: none
        - run: client
          host: client-a1
          command: python services/whoami.py client {server} --tcp
    """)
    assert told(result) == [
        (
            "lesson.yaml:9: client on client-a1: ended with exit status 1; expected exit 0"
            " (client-a1 had no default gateway, while it ran)"
        )
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_a_hub_is_a_switch_again_also_when_it_became_one_only_half_way(
    lesson: Callable[[str], Scenario], netns_lab: Lab, *, fails: bool
) -> None:
    asked: list[tuple[str, bool]] = []

    class Recording:
        """The lab, with a note of what it is asked for."""

        def __getattr__(self, name: str) -> object:
            return getattr(netns_lab, name)

        def set_hub(self, network: str, *, on: bool) -> None:
            asked.append((network, on))
            netns_lab.set_hub(network, on=on)
            if on and fails:
                raise LabError("and then it failed")

    scenario = lesson("""
        - network: home-a
          hub: true
        - run: bad
          host: server
          command: "false"
    """)
    with pytest.raises(LabError) if fails else contextlib.nullcontext():
        run(scenario, Recording())
    assert asked == [("home-a", True), ("home-a", False)]
