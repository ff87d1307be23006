"""whoami.py: the server answers with the address that it sees, over UDP, TCP and HTTP."""

import resource
import socket
import struct
import urllib.request

import pytest

QUESTION = b"?" * 64
CLOSE_WAIT = 8  # of <linux/tcp_states.h>


@pytest.mark.parametrize(("option", "way"), [([], "UDP"), (["--tcp"], "TCP"), (["--http"], "HTTP")])
def test_a_client_learns_both_its_addresses(start, serve, option, way):
    server, port = serve("whoami")
    status, said = start("whoami", "client", "127.0.0.1", "-p", port, *option).end()
    mine = server.expect("\n").removeprefix(f"Asked over {way} by ").removesuffix("\n")
    assert mine.startswith("('127.0.0.1', ")
    assert said == f"My own address is {mine}\nThe server sees me as {mine}\n"
    assert status == 0


def test_they_agree_on_an_encoding(start, serve):
    _, port = serve("whoami", "--encoding", "utf-16")
    for option in ([], ["--tcp"], ["--http"]):
        assert start("whoami", "client", "127.0.0.1", "-p", port, *option, "--encoding", "utf-16").end()[0] == 0
    status, said = start("whoami", "client", "127.0.0.1", "-p", port).end()
    assert "the answer makes no sense: b'\\xff\\xfe1\\x00" in said
    assert status == 1


# ------------------------------------------------------------------ UDP


def answers(udp, port):
    udp.sendto(QUESTION, ("127.0.0.1", port))
    return udp.recv(100) == f"127.0.0.1 {udp.getsockname()[1]}\n".encode()


def test_an_answer_is_never_longer_than_the_question(serve, udp):
    server, port = serve("whoami")
    mine = udp.getsockname()
    length = len(f"127.0.0.1 {mine[1]}\n")
    udp.sendto(b"?" * (length - 1), ("127.0.0.1", port))
    assert server.expect("\n") == f"Ignored {mine}: {length - 1} bytes asked, the answer would be {length}\n"
    udp.sendto(b"", ("127.0.0.1", port))
    assert server.expect("\n") == f"Ignored {mine}: 0 bytes asked, the answer would be {length}\n"
    udp.sendto(b"?" * length, ("127.0.0.1", port))
    assert len(udp.recv(100)) == length
    udp.setblocking(False)
    with pytest.raises(BlockingIOError):
        udp.recv(100)


def test_a_datagram_of_any_size_and_content_is_a_question(serve, udp):
    _, port = serve("whoami")
    udp.sendto(b"\xff" * 65_507, ("127.0.0.1", port))
    assert udp.recv(100).startswith(b"127.0.0.1 ")


def test_two_servers_do_not_talk_to_each_other_for_ever(serve, udp):
    server, port = serve("whoami")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as same_port:
        same_port.bind(("127.0.0.2", port))
        same_port.sendto(QUESTION, ("127.0.0.1", port))
        line = server.expect("\n")
        same_port.setblocking(False)
        with pytest.raises(BlockingIOError):
            same_port.recv(100)
    assert line == f"Ignored ('127.0.0.2', {port}): from my own port, as another server like me would\n"
    assert answers(udp, port)


def test_a_broadcast_is_not_answered(start, udp):
    server = start("whoami", "server", "-p", 0)
    server.expect("Listening at ('0.0.0.0', ")
    port = int(server.expect(")\n")[:-2])
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    udp.sendto(QUESTION, ("127.255.255.255", port))
    assert server.expect("\n") == f"Ignored {udp.getsockname()}: sent to 127.255.255.255, not to me alone\n"
    assert answers(udp, port)


# ------------------------------------------------------------------ TCP and HTTP


def line_for(sock):
    ip, port = sock.getsockname()
    return f"{ip} {port}\n".encode()


def test_a_peer_that_ends_its_side_is_answered_at_once(serve, connect, receive_all):
    _, port = serve("whoami")
    sock = connect(port)
    sock.shutdown(socket.SHUT_WR)
    assert receive_all(sock) == line_for(sock)


WORDS = [b"", b"GET / HT", b"hello\n", b"\xff\x00\n", b"GET /\r\n", b"x" * 100_000, b"a b c\r\n\r\n"]


def test_whatever_a_peer_says_or_does_not_say_it_is_answered(serve, connect, receive_all):
    _, port = serve("whoami")
    peers = [connect(port) for _ in WORDS]
    for peer, words in zip(peers, WORDS, strict=True):
        peer.sendall(words)
    assert [receive_all(peer) for peer in peers] == [line_for(peer) for peer in peers]
    states = {peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] for peer in peers}
    assert states == {CLOSE_WAIT}  # a goodbye (FIN) came to each, and to none a reset


def test_http_is_answered_as_http(serve):
    server, port = serve("whoami")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/any/path?x=1", timeout=10) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        body = response.read()
    assert server.expect("\n") == f"Asked over HTTP by ('127.0.0.1', {body.split()[1].decode()})\n"


def test_head_gets_the_header_alone(serve, connect, receive_all):
    _, port = serve("whoami")
    sock = connect(port)
    sock.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = receive_all(sock).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(line_for(sock))}".encode() in head
    assert body == b""


def test_an_http_request_in_pieces_is_put_together(serve, connect, receive_all):
    _, port = serve("whoami")
    sock = connect(port)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in (b"GET / HT", b"TP/1.1\r\nHo", b"st: x\r", b"\n\r\n"):
        sock.sendall(piece)
    assert receive_all(sock).startswith(b"HTTP/1.1 200 OK\r\n")


def test_silent_peers_hold_up_nobody(start, serve, connect, udp):
    _, port = serve("whoami")
    for _ in range(20):
        connect(port)
    assert answers(udp, port)
    assert start("whoami", "client", "127.0.0.1", "-p", port, "--tcp").end()[0] == 0


def test_a_reset_is_survived(serve, connect, udp):
    server, port = serve("whoami")
    with connect(port) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then sends a RST
        mine = sock.getsockname()
    assert server.expect("\n") == f"Lost {mine}: Connection reset by peer\n"
    assert answers(udp, port)


def test_running_out_of_descriptors_is_survived(serve, connect, receive_all, udp):
    server, port = serve("whoami")
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (6, 6))
    peers = [connect(port) for _ in range(4)]
    server.expect("Cannot answer now: [Errno 24] Too many open files\n")
    for peer in peers:
        peer.shutdown(socket.SHUT_WR)
    for peer in peers:
        assert receive_all(peer) == line_for(peer)
        peer.close()
    assert answers(udp, port)


# ------------------------------------------------------------------ the client


@pytest.mark.parametrize("option", [[], ["--tcp"], ["--http"]])
def test_a_client_says_that_nobody_is_there(start, option):
    status, said = start("whoami", "client", "127.0.0.1", "-p", 9, *option).end()
    assert said.endswith("connection refused\n")
    assert status == 1


def test_a_client_does_not_wait_for_ever(start, udp, listener):
    for option, sock in (([], udp), (["--tcp"], listener), (["--http"], listener)):
        port = sock.getsockname()[1]
        status, said = start("whoami", "client", "127.0.0.1", "-p", port, "--timeout", "0.1", *option).end()
        assert said.endswith(f"no answer from ('127.0.0.1', {port})\n")
        assert status == 1


def test_over_tcp_a_client_says_that_it_has_nothing_to_say(start, listener):
    client = start("whoami", "client", "127.0.0.1", "-p", listener.getsockname()[1], "--tcp")
    with listener.accept()[0] as connection:
        connection.settimeout(10)
        assert connection.recv(1) == b""
        connection.sendall(b"198.51.100.11 4")
        connection.sendall(b"6734\n")
    client.expect("\n")
    assert client.end() == (0, "The server sees me as ('198.51.100.11', 46734)\n")


@pytest.mark.parametrize("answer", [b"x", b"1.2.3.4", b"1.2.3.4 99999", b"256.1.1.1 5", b"1.2.3.4 5 6", b"\xff \x1b"])
def test_nonsense_is_not_believed(start, udp, answer):
    client = start("whoami", "client", "127.0.0.1", "-p", udp.getsockname()[1])
    udp.sendto(answer, udp.recvfrom(100)[1])
    status, said = client.end()
    assert said.endswith(f"the answer makes no sense: {answer!r}\n")
    assert status == 1


def test_an_http_error_is_no_address(start, listener):
    client = start("whoami", "client", "127.0.0.1", "-p", listener.getsockname()[1], "--http")
    with listener.accept()[0] as connection:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n1.2.3.4 5")
    assert "the answer makes no sense: b'HTTP/1.1 404 Not Found" in client.end()[1]
