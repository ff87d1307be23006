"""Breakages of the scenarios on names."""

from tests.scenarios.breakage import Breakage

BREAKAGES = (
    Breakage(
        scenario="dns-lookup",
        name="the name server does not know the name",
        programs={"name-server": "python services/dns.py server"},
        line="- run: question",
        subject="question on client-a1",
        what="ended with exit status 1; expected exit 0; expected \"'www.example' has the address \", seen"
        " \"no such name: 'www.example'\"",
    ),
    Breakage(
        scenario="browse",
        name="another program answers at that port",
        programs={"web-server": "python services/whoami.py server"},
        line="The visitor at ('{router-a.internet}', {_:port}) asks GET /: 200 OK",
        subject="web-server on server",
        what='expected "The visitor at (\'", seen "Asked over HTTP by (\'198.51.100.11\', PORT)"',
    ),
)
