"""udp_prefix.py: one datagram is answered, with five characters before it."""

import pytest

PREFIX = "来自服务器"


def test_one_datagram_is_answered_and_the_server_ends(start, serve):
    server, port = serve("udp_prefix")
    client = start("udp_echo", "client", "127.0.0.1", "-p", port)
    client.type("sally\n")
    client.expect(f"The server ('127.0.0.1', {port}) replied with '{PREFIX}sally'\n")
    status, said = server.end()
    assert said.startswith("The client at ('127.0.0.1', ")
    assert said.endswith(") says 'sally'\n")
    assert status == 0


def test_it_speaks_gbk(serve, udp):
    _, port = serve("udp_prefix", "--encoding", "gbk")
    udp.sendto("下午好".encode("gbk"), ("127.0.0.1", port))
    assert udp.recv(100).decode("gbk") == f"{PREFIX}下午好"


@pytest.mark.parametrize("data", ["下".encode("gbk"), b"a" * 65_500])
def test_a_datagram_that_cannot_be_answered_is_not_the_one(serve, udp, data):
    server, port = serve("udp_prefix")
    udp.sendto(data, ("127.0.0.1", port))
    server.expect(f"The client at {udp.getsockname()} cannot be answered: ")
    udp.sendto(b"", ("127.0.0.1", port))
    assert udp.recv(100).decode() == PREFIX
    assert server.end()[0] == 0


def test_an_encoding_without_the_prefix_is_refused(start):
    status, said = start("udp_prefix", "server", "--encoding", "latin-1").end()
    assert status == 2
    assert said.endswith(f"argument --encoding: {PREFIX!r} cannot be written in latin-1\n")
