"""Breakages of the scenarios on pitfalls."""

from tests.scenarios.breakage import BROKEN, Breakage

BREAKAGES = (
    Breakage(
        scenario="pitfall-bind-loopback",
        name="the server listens to everybody",
        programs={"server": "python services/udp_echo.py server"},
        line="- run: client-at-home",
        subject="client-at-home on client-a1",
        what="ended with exit status 0; expected exit 1;"
        " expected 'connection refused', seen \"The server ('203.0.113.10', 3000) replied with"
        " 'SALLY'\"",
    ),
    Breakage(
        scenario="pitfall-recv-once",
        name="the client reads the whole file",
        programs={"client": "python services/file_download.py client {server} file_download.py --into /tmp"},
        line="1024 /tmp/file_download.py",
        subject="what-has-arrived on client-a1",
        what="expected '1024 /tmp/file_download.py', seen 'PORT /tmp/file_download.py'",
    ),
    Breakage(
        scenario="pitfall-send-once",
        name="the server sends the whole file",
        programs={"server": "python services/file_download.py server --root /tmp/big-files"},
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 0; expected exit 1;"
        " expected 'cut off after ', seen \"Received 'big': 16777216"
        " bytes\"...'1b75663a516279c8b9d243b719643e'",
    ),
    Breakage(
        scenario="pitfall-greeting-17",
        name="the client sends 16 bytes",
        programs={"client": "python services/tcp_greeting.py client {server}"},
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 0; expected exit 1;"
        " expected \"The server said 'Farewell, cli\"...' and then reset the connection', seen \"The"
        " server said 'Farewell, client'\"",
    ),
    Breakage(
        scenario="pitfall-ascii-only",
        name="the server understands UTF-8",
        programs={"server": "python services/udp_echo.py server"},
        line="- start: server",
        subject="server on server",
        what="ended with exit status 0, when the lab stopped it; expected exit 1;"
        " expected \"The server ends: 'ascii' codec\"...'n 0: ordinal not in range(128)', seen \"The"
        " client at ('198.51.100.12', PORT) says '下午好'\"",
    ),
    Breakage(
        scenario="pitfall-any-name",
        name="the server gives away nothing but what is in its folder",
        programs={"server": "python services/file_download.py server --root /tmp/kitchen/shared"},
        line="ok",
        subject="thief on client-a1",
        what="expected 'ok', seen 'error not found'",
    ),
    Breakage(
        scenario="pitfall-anyone-answers",
        name="the client looks who has answered",
        programs={"client": "python services/udp_echo.py client {server}"},
        line="- start: client",
        subject="client on server-2",
        what="killed by SIGINT, when the lab stopped it; expected exit 0;"
        " expected \"The server ('203.0.113.10', 30\"...\" 'i am the server, believe me'\", seen"
        ' "message \'i am the server, beli"..." host (\'198.51.100.11\', PORT)!"',
        cause="the link server/datacenter had loss 100%, while it ran",
    ),
    Breakage(
        scenario="pitfall-one-at-a-time",
        name="the server talks to all at once",
        programs={"server": "python services/tcp_echo.py server"},
        line="Goodbye to ('{router-a.internet}', {silent})",
        subject="server on server",
        what="expected \"Goodbye to ('198.51.100.11', PORT)\", seen \"Connection from ('198.51.100.12', PORT)\"",
    ),
    Breakage(
        scenario="pitfall-no-reuse",
        name="the server sets SO_REUSEADDR",
        programs={"server": f"{BROKEN}tcp_reuse.py 0", "server-started-again": f"{BROKEN}tcp_reuse.py {{port}}"},
        line="- run: server-started-again",
        subject="server-started-again on server",
        what="still running after TIMEOUT s;"
        ' expected "cannot listen at (\'0.0.0.0\', PORT): Address already in use", seen "Listening'
        " at ('0.0.0.0', PORT)\"",
    ),
    Breakage(
        scenario="pitfall-message-boundaries",
        name="the server looks for the line feed",
        programs={"server": "python services/tcp_echo.py server"},
        line="The client at ('{router-a.internet}', {one}) says 'first\\nsecond'",
        subject="server on server",
        what="expected \"The client at ('198.51.100.11', PORT) says 'first\\\\nsecond'\", seen \"The client"
        " at ('198.51.100.11', PORT) says 'first'\"",
    ),
    Breakage(
        scenario="pitfall-gbk-utf8",
        name="the server reads UTF-8, too",
        programs={"server": "python services/tcp_reply.py server --encoding utf-8"},
        line="The client at ('{router-a.internet}', {first}) says '浣犲ソ'",
        subject="server on server",
        what="expected \"The client at ('198.51.100.11', PORT) says '浣犲ソ'\", seen \"The client at"
        " ('198.51.100.11', PORT) says '你好'\"",
    ),
    Breakage(
        scenario="pitfall-deadlock",
        name="the client sends few lines",
        programs={"client": "python services/pitfalls/deadlock.py client {server} --lines 100"},
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 0; expected to be still running;"
        " expected 'Sending 100000 lines of 1000 bytes', seen 'Sending 100 lines of 1000 bytes'",
    ),
)
