"""Breakages of the scenarios on ephemeral ports."""

from tests.scenarios.breakage import BROKEN, Breakage
from tests.scenarios.networks import NO_ROUTE, without_nat, without_route

BREAKAGES = (
    Breakage(
        scenario="ephemeral-ports",
        name="the client binds the same port each time",
        programs={"client": f"{BROKEN}whoami_bound.py {{server}} 40000"},
        everywhere=True,
        line='- distinct: "{inside}"',
        subject="check distinct: {inside}",
        what="PORT is there more than once: PORT, PORT, PORT, PORT, PORT",
    ),
    Breakage(
        scenario="ephemeral-ports",
        name="the client binds a port that is not ephemeral",
        programs={"client": f"{BROKEN}whoami_bound.py {{server}} 5000"},
        line="My own address is ('{client-a1}', {inside:ephemeral})",
        subject="client (run 1) on client-a1",
        what="'PORT' is not in the ephemeral ports of client-a1 (PORT to PORT); 4 more runs of it went wrong too",
    ),
    Breakage(
        scenario="ephemeral-ports",
        name="there is no way out of the home",
        network=without_route,
        line="- run: client",
        subject="client (run 1) on client-a1",
        what='ended with exit status 1; expected exit 0; expected "My own address is (\'",'
        " seen \"cannot talk to ('203.0.113.10'\"...' 3000): Network is unreachable'",
        cause=NO_ROUTE,
    ),
    Breakage(
        scenario="bound-port",
        name="the sender lets the kernel choose",
        programs={"sender": "python services/udp_send.py {server} --from-port 0"},
        line="- run: sender",
        subject="sender (run 1) on server-2",
        what="it could not go on, and was ended;"
        " expected \"Sending from ('0.0.0.0', 4323) to ('203.0.113.10', PORT)\", seen \"Sending from"
        " ('0.0.0.0', PORT) to ('203.0.113.10', PORT)\"",
        cause="the lab still waited for 'Line to send: ', to type what comes after it",
    ),
    Breakage(
        scenario="ports-per-connection",
        name="the server talks to one client at a time",
        programs={"server": "python services/pitfalls/one_at_a_time.py server"},
        line="- start: second-client",
        subject="second-client on server-2",
        what="not ready after TIMEOUT s: a line with \"'TWO'\" did not come; the transcript ends here;"
        " still expected: \"The server replied with 'TWO'\", '>>> '",
    ),
    Breakage(
        scenario="nat-changes-port",
        name="the second client does not bind",
        programs={"second": f"{BROKEN}ask_unbound.py {{server}} 4322"},
        line="I sent from port 4322 and the server sees {router-a.internet} {changed}",
        subject="second on client-a2",
        what="expected 'I sent from port 4322 and the '...'erver sees 198.51.100.11 PORT', seen 'I sent"
        " from port PORT and the'...'erver sees 198.51.100.11 PORT'",
    ),
    Breakage(
        scenario="nat-keeps-port",
        name="the home router does not translate",
        network=without_nat,
        line="The sender at ('{router-a.internet}', 4321) says 'which port am i?'",
        subject="receiver on server",
        what="{router-a.internet} is '198.51.100.11' (the address of that host); seen '192.168.1.10'",
    ),
)
