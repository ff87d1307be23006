"""What a scenario cannot say is said in Python."""

import pytest

from lab.testing import Failed, Lab


def test_the_question_leaves_home_with_the_routers_address(lab: Lab) -> None:
    lab["server"].start("python greeter.py server")
    lab["server"].wait_until_listening("udp/4000")
    with lab.capture("router/internet", only=["udp/4000"]) as seen:
        done = lab["client"].run(f"python greeter.py client {lab['server'].address}", input="Ada\n")
    assert done.stdout == "Your name: Hello, Ada\n"
    question, answer = seen.lines
    assert question.startswith(f"{lab['router'].addresses['internet']}:")
    assert question.endswith("> 203.0.113.10:4000 UDP 3 'Ada'")
    assert answer.endswith("UDP 10 'Hello, Ada'")


def test_two_clients_are_served_in_a_conversation(lab: Lab) -> None:
    server = lab["server"].start("python greeter.py server")
    lab["server"].wait_until_listening("udp/4000")
    for name in ("Ada", "Bob"):
        client = lab["client"].start("python greeter.py client server")
        client.wait_for_prompt("Your name: ")
        client.type(name)
        assert server.wait_for_line(name) == f"{name} asks from 203.0.113.1"
        assert client.wait().lines[-1] == f"Hello, {name}"
    assert server.stop().lines[0] == "listening on port 4000"


def test_without_a_network_the_client_gives_up(lab: Lab) -> None:
    lab["server"].start("python greeter.py server")
    lab["server"].wait_until_listening("udp/4000")
    ask = ["python", "greeter.py", "client", str(lab["server"].address)]
    with lab.link("router/home", loss="100%"), pytest.raises(Failed, match="no answer after 3 tries"):
        lab["client"].run(ask, input="Ada\n")
    assert lab["client"].run(ask, input="Ada\n").status == 0
