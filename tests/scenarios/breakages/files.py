"""Breakages of the scenarios on files."""

from tests.scenarios.breakage import BROKEN, Breakage
from tests.scenarios.networks import CUT, NO_NAT, NO_ROUTE, cut, without_nat, without_route

BREAKAGES = (
    Breakage(
        scenario="file-download",
        name="the server sends wrong bytes",
        programs={"server": f"{BROKEN}file_corrupt.py"},
        everywhere=True,
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 1; expected exit 0; "
        "expected \"Received 'sonnet-18.txt': 177 \"...'bdc59d661c09625803767a28e67fe2', "
        "seen \"'sonnet-18.txt' is thrown away\"...'bdc59d661c09625803767a28e67fe2'",
    ),
    Breakage(
        scenario="file-download",
        name="the client takes the first bytes for the whole file",
        programs={"client": f"{BROKEN}file_recv_once.py {{server}}"},
        line="{hash}  /tmp/downloads/sonnet-18.txt",
        subject="what-has-arrived on client-a1",
        what="{hash} is '17d57a9ee7d014fe6452ac37b9a26f'...'bdc59d661c09625803767a28e67fe2'"
        " (bound by server on server, scenarios/file-download.yaml:LINE);"
        " seen 'a8d79958329b44cb2a615a57e33cc9'...'1d959f395ce800f4da25473d978ce6'",
    ),
    Breakage(
        scenario="file-download",
        name="the home router does not translate",
        network=without_nat,
        line="- run: client",
        subject="client on client-a1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"Received 'sonnet-18.txt': {size} bytes, sha256 {hash}\"",
        cause=NO_NAT,
    ),
    Breakage(
        scenario="file-missing",
        name="the server sends bytes and says nothing about them",
        programs={"server": f"{BROKEN}file_bytes_only.py /tmp/missing-shared"},
        everywhere=True,
        line="the server refuses 'sonnet-19.txt': not found",
        subject="who-asks-for-what-is-not-there on client-a1",
        what="expected \"the server refuses 'sonnet-19.txt': not found\","
        " seen 'the server closed the connection before it answered'",
    ),
    Breakage(
        scenario="file-missing",
        name="the client makes the file before it knows whether there is one",
        programs={
            "who-asks-for-what-is-not-there": f"{BROKEN}file_opens_first.py {{server}} sonnet-19.txt /tmp/missing"
        },
        line="already-here.txt",
        subject="what-is-left-behind on client-a1",
        what="expected 'already-here.txt', seen 'already-here.txt  sonnet-19.txt'",
    ),
    Breakage(
        scenario="file-missing",
        name="the cable to the Internet is cut",
        network=cut,
        line="the server refuses 'sonnet-19.txt': not found",
        subject="who-asks-for-what-is-not-there on client-a1",
        what="expected \"the server refuses 'sonnet-19.txt': not found\","
        " seen \"cannot fetch from ('203.0.113.\"...' 3000): Network is unreachable'",
        cause=CUT,
    ),
    Breakage(
        scenario="file-empty",
        name="the server sends bytes and says nothing about them",
        programs={"server": f"{BROKEN}file_bytes_only.py /tmp/empty-shared"},
        everywhere=True,
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 1; expected exit 0; expected \"Received '__init__.py': \","
        " seen 'the server closed the connection before it answered'",
    ),
    Breakage(
        scenario="file-empty",
        name="the home router does not translate",
        network=without_nat,
        line="- run: client",
        subject="client on client-a1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"Received '__init__.py': {after:int} bytes, sha256 {hash}\"",
        cause=NO_NAT,
    ),
    Breakage(
        scenario="file-large",
        name="the client calls recv() once",
        programs={"client": "python services/pitfalls/recv_once.py client {server} noise --into /tmp"},
        line="Received 'noise': 67108864 bytes, sha256 {hash}",
        subject="client on client-a1",
        what="expected \"Received 'noise': 67108864 bytes, sha256 \", seen \"Received 'noise': 1024 bytes\"",
    ),
    Breakage(
        scenario="file-large",
        name="there is no way out of the home",
        network=without_route,
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 1; expected exit 0; expected \"Received 'noise': 67108864 bytes, sha256 \","
        " seen \"cannot fetch from ('203.0.113.\"...' 3000): Network is unreachable'",
        cause=NO_ROUTE,
    ),
    Breakage(
        scenario="file-many-clients",
        name="the server talks to one client until it is done",
        programs={"server": f"{BROKEN}file_one_at_a_time.py /tmp/many-shared"},
        line="- run: client-b1",
        subject="client-b1 on client-b1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"Received 'sonnet-18.txt': {size} bytes, sha256 {hash}\"",
    ),
    Breakage(
        scenario="file-many-clients",
        name="one of the home routers does not translate",
        network=lambda lab: without_nat(lab, "router-b"),
        line="- run: client-b1",
        subject="client-b1 on client-b1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"Received 'sonnet-18.txt': {size} bytes, sha256 {hash}\"",
        cause=NO_NAT.replace("router-a", "router-b"),
    ),
    Breakage(
        scenario="file-escape",
        name="the server opens whatever name it is given",
        programs={"server": "python services/pitfalls/any_name.py server --root /tmp/escape/public"},
        everywhere=True,
        line="Refused '../secret.txt' to ('{router-a.internet}', {_:port}): not found",
        subject="server on server",
        what="expected \"Refused '../secret.txt' to ('\","
        " seen \"Sent '../secret.txt' to ('198.51.100.11', PORT): 18 bytes\"",
    ),
    Breakage(
        scenario="file-escape",
        name="the cable to the Internet is cut",
        network=cut,
        line="the server refuses '../secret.txt': not found",
        subject="up on client-a1",
        what="expected \"the server refuses '../secret.txt': not found\","
        " seen \"cannot fetch from ('203.0.113.\"...' 3000): Network is unreachable'",
        cause=CUT,
    ),
    Breakage(
        scenario="file-cut",
        name="the client fetches everything again",
        programs={"client-again": "python services/file_download.py client {server} noise --into /tmp/cut"},
        line="Sent 'noise' to ('{router-a.internet}', {_:port}): {rest:int} bytes from {done} on, sha256 {hash}",
        subject="server on server",
        what="the transcript ends here; still expected:"
        " \"Sent 'noise' to ('{router-a.internet}', {_:port}): {rest:int} bytes from {done} on, sha256 {hash}\"",
    ),
    Breakage(
        scenario="file-cut",
        name="the client keeps nothing of what it has",
        programs={"client": "python services/file_download.py client {server} noise --into /tmp/cut --timeout 1"},
        line="{done} bytes",
        subject="the-part-that-is-kept on client-a1",
        what="the transcript ends here; still expected: '{done} bytes'",
    ),
    Breakage(
        scenario="file-cut",
        name="the home router does not translate",
        network=without_nat,
        line="cut off after {done:int} of {size:int} bytes: timed out",
        subject="client on client-a1",
        what="expected 'cut off after ', seen \"cannot fetch from ('203.0.113.10', 3000): timed out\"",
        cause=NO_NAT,
    ),
)
