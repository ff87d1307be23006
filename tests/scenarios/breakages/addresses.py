"""Breakages of the scenarios on addresses."""

from tests.scenarios.breakage import BROKEN, Breakage
from tests.scenarios.networks import NO_NAT, port_forwarded, without_nat

BREAKAGES = (
    Breakage(
        scenario="private-vs-public",
        name="the client takes its own address for the public one",
        programs={"client-at-home": f"{BROKEN}whoami_wishful.py {{server}}"},
        everywhere=True,
        line="The server sees me as ('{seen}', {outside})",
        subject="client-at-home on client-a1",
        what="{seen} is '198.51.100.11' (bound by server on server, scenarios/private-vs-public.yaml:LINE);"
        " seen '192.168.1.10'",
    ),
    Breakage(
        scenario="private-vs-public",
        name="the home router does not translate",
        network=without_nat,
        line="Asked over UDP by ('{seen:public}', {outside:port})",
        subject="server on server",
        what="'192.168.1.10' is not public (private, RFC 1918)",
        cause=NO_NAT,
    ),
    Breakage(
        scenario="same-private-address",
        name="a client takes its own address for the public one",
        programs={"client-in-home-b": f"{BROKEN}whoami_wishful.py {{server}}"},
        everywhere=True,
        line="The server sees me as ('{seen-b}', {port-b})",
        subject="client-in-home-b on client-b1",
        what="{seen-b} is '198.51.100.12' (bound by server on server, scenarios/same-private-address.yaml:LINE);"
        " seen '192.168.1.10'",
    ),
    Breakage(
        scenario="same-private-address",
        name="one of the home routers does not translate",
        network=lambda lab: without_nat(lab, "router-b"),
        line="- run: client-in-home-b",
        subject="client-in-home-b on client-b1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"The server sees me as ('{seen-b}', {port-b})\"",
        cause=NO_NAT.replace("router-a", "router-b"),
    ),
    Breakage(
        scenario="no-way-in",
        name="the server listens to itself only",
        programs={"server-at-home": "python services/tcp_greeting.py server --host 127.0.0.1"},
        everywhere=True,
        line="- run: caller-in-the-same-home",
        subject="caller-in-the-same-home on client-a2",
        what='ended with exit status 1; expected exit 0; expected "Client has been assigned socket name (\'",'
        " seen \"cannot talk to ('192.168.1.10', 3000): Connection refused\"",
        cause="server-at-home listens on tcp/3000 at 127.0.0.1 only, where no other host can reach it",
    ),
    Breakage(
        scenario="no-way-in",
        name="the home router forwards the port",
        network=port_forwarded,
        line="- run: caller-to-the-public-address",
        subject="caller-to-the-public-address on server",
        what="ended with exit status 0; expected exit 1;"
        " expected \"cannot talk to ('198.51.100.11', 3000): Connection refused\","
        " seen \"Client has been assigned socket name ('203.0.113.10', PORT)\"",
    ),
    Breakage(
        scenario="what-is-my-ip",
        name="the home router does not translate",
        network=without_nat,
        line="- run: first-in-home-a",
        subject="first-in-home-a on client-a1",
        what='still running after TIMEOUT s; the transcript ends here; still expected: "My own address is'
        " ('{own-a1:private}', {_:ephemeral})\", \"The server sees me as ('{home-a}', {port-a1})\"",
        cause=NO_NAT,
    ),
    Breakage(
        scenario="loopback-or-everyone",
        name="the second server binds the loopback address",
        programs={"for-one-address": "python services/whoami.py server --host 127.0.0.1 -p 3002"},
        line="Listening at ('{server}', 3002)",
        subject="for-one-address on server",
        what="{server} is '203.0.113.10' (the address of that host); seen '127.0.0.1'",
    ),
    Breakage(
        scenario="address-classes",
        name="another address is taken apart",
        programs={"at-home": "python services/ip_info.py {loop}"},
        line="{client-a1}",
        subject="at-home on client-a1",
        what="{client-a1} is '192.168.1.10' (the address of that host); seen '127.0.0.1'",
    ),
    Breakage(
        scenario="well-known-ports",
        name="the second program asks for no port",
        programs={"second-on-the-same-port": "python services/ip_info.py {server}"},
        line="- run: second-on-the-same-port",
        subject="second-on-the-same-port on server",
        what="ended with exit status 0; expected exit 1; expected \"cannot listen at ('0.0.0.0', 1024):"
        " Address already in use\", seen '203.0.113.10'",
    ),
    Breakage(
        scenario="port-forward",
        name="the server at home listens to itself only",
        programs={"server-at-home": "python services/tcp_greeting.py server --host 127.0.0.1"},
        everywhere=True,
        line="- run: caller",
        subject="caller on server",
        what='ended with exit status 1; expected exit 0; expected "Client has been assigned socket name (\'",'
        " seen \"cannot talk to ('198.51.100.11', PORT): Connection refused\"",
        cause="server-at-home listens on tcp/3000 at 127.0.0.1 only, where no other host can reach it",
    ),
    Breakage(
        scenario="port-forward",
        name="another port is open too",
        network=port_forwarded,
        line="- run: caller-at-another-port",
        subject="caller-at-another-port on server",
        what="ended with exit status 0; expected exit 1;"
        " expected \"cannot talk to ('198.51.100.11', 3000): Connection refused\","
        " seen \"Client has been assigned socket name ('203.0.113.10', PORT)\"",
    ),
)
