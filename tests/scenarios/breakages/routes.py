"""Breakages of the scenarios on how packets travel."""

from tests.scenarios.breakage import Breakage
from tests.scenarios.networks import NO_ROUTE, without_route

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
)
