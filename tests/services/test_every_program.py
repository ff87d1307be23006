"""What all programs have in common: how they end, and what they say to a wrong command line."""

import signal
import socket

import pytest

OVER_TCP = ["tcp_greeting", "tcp_echo", "tcp_reply", "file_download", "http_site"]
SERVERS = [*OVER_TCP, "udp_echo", "udp_prefix", "udp_chat", "whoami", "dns"]
CLIENTS = ["udp_echo", "udp_multi", "tcp_greeting", "tcp_echo", "udp_chat", "file_download", "whoami"]
PROMPTS = {
    "udp_echo client 127.0.0.1": "Input lowercase sentence: ",
    "udp_multi client 127.0.0.1": "Input lowercase sentence: ",
    "udp_chat client 127.0.0.1": "What is your name? ",
    "tcp_reply client": "server ip: ",
    "udp_send 127.0.0.1 --from-port 0": "Line to send: ",
    "udp_messenger --host 127.0.0.1 -p 0": "Your choice: ",
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_is_told_to_stop_ends_quietly_with_0(serve, name, number):
    program, _ = serve(name)
    if name == "tcp_greeting":
        program.expect("Waiting for a new connection\n")
    if name == "udp_chat":
        program.expect("What is your name? ")
    assert program.stop(number) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", PROMPTS)
def test_who_waits_for_a_person_and_is_told_to_stop_ends_quietly_with_130(start, command, number):
    program = start(*command.split())
    program.expect(PROMPTS[command])
    assert program.stop(number) == (130, "")


@pytest.mark.parametrize(("name", "arguments"), [("tcp_greeting", []), ("whoami", ["--tcp"]), ("file_download", ["x"])])
def test_a_client_of_a_silent_server_ends_quietly_with_130(start, listener, name, arguments):
    program = start(name, "client", "127.0.0.1", *arguments, "-p", listener.getsockname()[1])
    with listener.accept()[0] as connection:
        connection.settimeout(10)
        if name == "whoami":
            program.expect("My own address is")
            program.expect("\n")
        else:
            connection.recv(1)
        if name == "tcp_greeting":
            program.expect("\n")
        assert program.stop(signal.SIGINT) == (130, "")


def test_ctrl_c_on_a_terminal_ends_a_server_quietly(serve):
    program, _ = serve("udp_echo", tty=True)
    program.type("\x03")
    assert program.end() == (0, "^C")


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_can_only_listen_where_nobody_else_does(start, name):
    kind = socket.SOCK_STREAM if name in OVER_TCP else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        if kind == socket.SOCK_STREAM:
            other.listen()
        status, said = start(name, "server", "--host", "127.0.0.1", "-p", port).end()
    assert status == 1
    assert said.startswith(f"cannot listen at ('127.0.0.1', {port}): Address already in use")
    assert said.count("\n") == 1


@pytest.mark.parametrize("host", ["::1", "a" * 70])
def test_a_client_says_that_there_is_no_such_host(start, host):
    clients = {name: start(name, "client", host, *(["x"] if name == "file_download" else [])) for name in CLIENTS}
    clients["udp_chat"].type("ann\n")
    for name, client in clients.items():
        status, said = client.end()
        verb = "fetch from" if name == "file_download" else "talk to"
        assert status == 1
        assert said.removeprefix("What is your name? ").startswith(f"cannot {verb} ('{host}', 3000): ")
        assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-p", "70000"], "argument -p/--port: '70000' is no port: 0 to 65535"),
        (["--port=-1"], "argument -p/--port: '-1' is no port: 0 to 65535"),
        (["--encoding", "klingon"], "argument --encoding: no text encoding 'klingon'; try "),
        (["--encoding", "base64"], "argument --encoding: no text encoding 'base64'; try "),
    ],
)
def test_a_wrong_option_is_named_and_nothing_begins(start, arguments, complaint):
    with_this_option = [name for name in SERVERS if name != "dns" or "--encoding" not in arguments]  # names are ASCII
    for program in [start(name, "server", *arguments) for name in with_this_option]:
        status, said = program.end()
        assert status == 2
        assert f": error: {complaint}" in said.splitlines()[-1]
        assert "Traceback" not in said


def test_a_time_is_more_than_nothing_and_at_most_an_hour(start):
    values = ["0", "-1", "nan", "inf", "4000"]
    for value, program in {value: start("tcp_greeting", "server", f"--timeout={value}") for value in values}.items():
        status, said = program.end()
        assert status == 2
        assert f"'{value}' is no time: more than 0 s, at most 3600" in said
