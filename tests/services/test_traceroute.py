"""traceroute.py: who is on the way. Routers are met in the scenario of that name; here there is only the end."""

import signal

import pytest


def test_a_host_where_nobody_listens_is_reached(start):
    said = "The way to 127.0.0.1, at most 30 hops\n 1 127.0.0.1\n"
    assert start("traceroute", "127.0.0.1").end() == (0, said)
    assert start("traceroute", "localhost", "-p", 9).end() == (0, said)


def test_a_hop_that_stays_silent_is_a_star_and_after_the_last_it_gives_up(start, udp):
    tracer = start("traceroute", "127.0.0.1", "-p", udp.getsockname()[1], "--hops", 2, "--timeout", 0.02)
    head = "The way to 127.0.0.1, at most 2 hops\n"
    assert tracer.end() == (1, f"{head} 1 *\n 2 *\n127.0.0.1 was not reached in 2 hops\n")
    assert [len(udp.recv(100)) for _ in range(6)] == [0] * 6  # three tries a hop


@pytest.mark.parametrize("host", ["::1", "a" * 70, "300.1.1.1", "255.255.255.255"])
def test_what_leads_nowhere_is_one_line(start, host):
    status, said = start("traceroute", host, "--timeout", 0.02).end()
    assert status == 1
    assert said.splitlines()[-1].startswith(f"cannot trace the way to {host}: ")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-p", "0"], "argument -p/--port: '0' is no port to send to: 1 to 65535"),
        (["-p", "65536"], "argument -p/--port: '65536' is no port to send to: 1 to 65535"),
        (["--hops", "0"], "argument --hops: '0' is no number of hops: 1 to 255"),
        (["--hops", "256"], "argument --hops: '256' is no number of hops: 1 to 255"),
        (["--timeout", "0"], "argument --timeout: '0' is no time: more than 0 s, at most 3600"),
        (["--timeout", "soon"], "argument --timeout: 'soon' is no time: more than 0 s, at most 3600"),
    ],
)
def test_a_wrong_option_is_named(start, arguments, complaint):
    status, said = start("traceroute", "127.0.0.1", *arguments).end()
    assert (status, said.splitlines()[-1].partition("error: ")[2]) == (2, complaint)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_waits_for_a_complaint_and_is_told_to_stop_ends_quietly_with_130(start, udp, number):
    tracer = start("traceroute", "127.0.0.1", "-p", udp.getsockname()[1], "--timeout", 60)
    tracer.expect("hops\n")
    udp.recv(1)
    assert tracer.stop(number) == (130, "")
