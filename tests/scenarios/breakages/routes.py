"""Breakages of the scenarios on how packets travel."""

from tests.scenarios.breakage import Breakage
from tests.scenarios.networks import NO_NAT, NO_ROUTE, without_nat, without_route

BREAKAGES = (
    Breakage(
        scenario="default-gateway",
        name="there is no default route from the beginning",
        network=without_route,
        line="default via {gateway:private} dev{_}",
        subject="routing-table on client-a1",
        what="expected 'default via ', seen '192.168.1.0/24 dev eth0 proto '...'l scope link src 192.168.1.10 '",
        cause=NO_ROUTE,
    ),
    Breakage(
        scenario="direct",
        name="the server listens to itself only",
        programs={"server-at-home": "python services/whoami.py server --host 127.0.0.1"},
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 1; expected exit 0; expected \"The server sees me as ('192.168.1.10',"
        " PORT)\", seen 'connection refused'",
        cause="server-at-home listens on udp/3000 at 127.0.0.1 only, where no other host can reach it",
    ),
    Breakage(
        scenario="default-gateway",
        name="the neighbour listens to itself only",
        programs={"neighbour": "python services/whoami.py server --host 127.0.0.1"},
        everywhere=True,
        line="- run: client-next-door",
        subject="client-next-door on client-a1",
        what="ended with exit status 1; expected exit 0; expected \"The server sees me as ('192.168.1.10',"
        " PORT)\", seen 'connection refused'",
        cause="neighbour listens on udp/3000 at 127.0.0.1 only, where no other host can reach it",
    ),
    Breakage(
        scenario="default-gateway",
        name="the home router does not translate",
        network=without_nat,
        line="Asked over UDP by ('{router-a.internet}', {before:port})",
        subject="server on server",
        what="{router-a.internet} is '198.51.100.11' (the address of that host); seen '192.168.1.10'",
        cause=NO_NAT,
    ),
    Breakage(
        scenario="traceroute",
        name="the tracer gives up too early",
        programs={"from-home": "python services/traceroute.py {server} --hops 2"},
        line="- run: from-home",
        subject="from-home on client-a1",
        what="ended with exit status 1; expected exit 0;"
        " expected 'The way to 203.0.113.10, at most 30 hops', seen 'The way to 203.0.113.10, at most 2 hops'",
    ),
    Breakage(
        scenario="traceroute",
        name="there is no way out of the home",
        network=without_route,
        line="- run: from-home",
        subject="from-home on client-a1",
        what="ended with exit status 1; expected exit 0;"
        " expected ' 1 192.168.1.1', seen 'cannot trace the way to 203.0.113.10: Network is unreachable'",
        cause=NO_ROUTE,
    ),
)
