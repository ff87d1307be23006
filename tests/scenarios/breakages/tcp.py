"""Breakages of the scenarios on TCP."""

from tests.scenarios.breakage import BROKEN, Breakage
from tests.scenarios.networks import NO_ROUTE, without_route

BREAKAGES = (
    Breakage(
        scenario="tcp-greeting",
        name="the server sends 15 bytes",
        programs={"server": f"{BROKEN}tcp_fifteen_bytes.py"},
        everywhere=True,
        line="- run: neighbour",
        subject="neighbour on server-2",
        what="ended with exit status 1; expected exit 0; expected \"The server said 'Farewell, client'\","
        " seen 'expected 16 bytes, got 15 before the peer closed'",
    ),
    Breakage(
        scenario="tcp-greeting",
        name="the server never answers",
        programs={"server": f"{BROKEN}tcp_never_answers.py"},
        line="- run: neighbour",
        subject="neighbour on server-2",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"The server said 'Farewell, client'\"",
    ),
    Breakage(
        scenario="tcp-greeting",
        name="there is no way out of the home",
        network=without_route,
        line="- run: client",
        subject="client on client-a1",
        what='ended with exit status 1; expected exit 0; expected "Client has been assigned socket name (\'",'
        " seen \"cannot talk to ('203.0.113.10'\"...' 3000): Network is unreachable'",
        cause=NO_ROUTE,
    ),
    Breakage(
        scenario="tcp-cut-short",
        name="the client takes what the first recv() brings for all",
        programs={"client": f"{BROKEN}tcp_recv_once.py {{server-2}}"},
        everywhere=True,
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 0; expected exit 1;"
        " expected 'expected 16 bytes, got 5 before the peer closed', seen \"The server said"
        " 'Farew'\"",
    ),
    Breakage(
        scenario="tcp-echo",
        name="the server closes after one line",
        programs={"server": f"{BROKEN}tcp_one_line.py"},
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 1; expected exit 0;"
        " expected \"The server replied with ''\", seen 'the server closed the connection before it"
        " answered'",
        cause="the lab still waited for '>>> ', to type what comes after it",
    ),
    Breakage(
        scenario="tcp-many-clients",
        name="the server talks to one client at a time",
        programs={"server": "python services/pitfalls/one_at_a_time.py server"},
        line="- run: client-in-home-b",
        subject="client-in-home-b on client-b1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"The server replied with 'GOOD MORNING'\", '>>> <<exit>>'",
        cause="the lab still waited for '>>> ', to type what comes after it",
    ),
    Breakage(
        scenario="tcp-once",
        name="the server does not end",
        programs={"server": "python services/tcp_echo.py server"},
        line="The client at ('{router-a.internet}', {first}) says 'first'",
        subject="server on server",
        what="expected no more lines",
    ),
    Breakage(
        scenario="tcp-gbk",
        name="the server takes everything for UTF-8",
        programs={"server": "python services/tcp_reply.py server --encoding utf-8"},
        line="The client at ('{router-a.internet}', {outside}) says '下午好'",
        subject="server on server",
        what="expected \"The client at ('198.51.100.11', PORT) says '下午好'\", seen \"The client at"
        " ('198.51.100.11'\"...'n 0: invalid continuation byte'",
    ),
    Breakage(
        scenario="tcp-refused",
        name="the server listens at the usual port",
        programs={"server": "python services/tcp_greeting.py server"},
        line="- start: server",
        subject="server on server",
        what="not ready after TIMEOUT s: tcp/3001 did not come;"
        " expected \"Listening at ('0.0.0.0', 3001)\", seen \"Listening at ('0.0.0.0', 3000)\"",
        cause="nobody listens on tcp/3001 on server (open there: tcp/3000)",
    ),
    Breakage(
        scenario="tcp-unreachable",
        name="the client waits for ever",
        programs={"silence": "python services/tcp_greeting.py client {server} --port 3001 --timeout 600"},
        line="- run: silence",
        subject="silence on client-a1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"cannot talk to ('{server}', 3001): timed out\"",
        cause="the link server/datacenter had loss 100%, while it ran",
    ),
    Breakage(
        scenario="tcp-reset",
        name="the server dies with its rude client",
        programs={"server": f"{BROKEN}tcp_dies_of_reset.py"},
        line="- start: server",
        subject="server on server",
        what="ended with exit status 1; expected exit 0;"
        " expected \"Lost ('198.51.100.11', PORT): Connection reset by peer\", seen 'Traceback (most"
        " recent call last):'",
        cause="the program died with a traceback: ConnectionResetError: [Errno 104] Connection reset by peer",
    ),
    Breakage(
        scenario="tcp-time-wait",
        name="the server closes first",
        programs={"server": f"sh -c '{BROKEN}tcp_one_line.py; exec sleep 60'"},
        line="- run: note-on-the-client",
        subject="note-on-the-client on client-a1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: '0 0 {client-a1}:{port} {server}:3000'",
        cause="nobody listens on tcp/3000 on server",
    ),
    Breakage(
        scenario="tcp-stream",
        name="the receiver asks for as much as the first word has",
        programs={"stream-receiver": "python services/pieces.py receiver --tcp --size 3"},
        line="4 bytes: 'onet'",
        subject="stream-receiver on server",
        what="expected \"4 bytes: 'onet'\", seen \"3 bytes: 'one'\"",
    ),
    Breakage(
        scenario="tcp-stream",
        name="every datagram fits",
        programs={"datagram-receiver": "python services/pieces.py receiver --udp --size 5"},
        everywhere=True,
        line="? A datagram: 'thre', cut off",
        subject="datagram-receiver on server",
        what="expected \"A datagram: 'thre', cut off\", seen \"A datagram: 'three'\"",
    ),
    Breakage(
        scenario="tcp-stream",
        name="there is no way out of the home",
        network=without_route,
        line="- run: datagram-sender",
        subject="datagram-sender on client-a1",
        what="ended with exit status 1; expected exit 0;"
        " expected \"Sent 'one'\", seen \"cannot talk to ('203.0.113.10'\"...' 3000): Network is unreachable'",
        cause=NO_ROUTE,
    ),
)
