"""Breakages of the scenarios on UDP."""

from tests.scenarios.breakage import BROKEN, ROOT, Breakage
from tests.scenarios.networks import CUT, NO_NAT, cut, without_nat, without_route

BREAKAGES = (
    Breakage(
        scenario="udp-echo",
        name="the server forgets the upper case",
        programs={"server": f"{BROKEN}udp_lower_case.py"},
        everywhere=True,
        line="The server ('{server}', 3000) replied with 'SALLY'",
        subject="client on client-a1",
        what="expected \"The server ('203.0.113.10', 3000) replied with 'SALLY'\","
        " seen \"The server ('203.0.113.10', 3000) replied with 'sally'\"",
    ),
    Breakage(
        scenario="udp-echo",
        name="the server dies of its first datagram",
        programs={"server": f"{BROKEN}udp_dies.py"},
        line="- start: server",
        subject="server on server",
        what="ended with exit status 1; expected exit 0; expected no more lines",
        cause="the program died with a traceback: KeyError: 'Sally'",
    ),
    Breakage(
        scenario="udp-echo",
        name="the server listens to itself only",
        programs={"server": "python services/udp_echo.py server --host 127.0.0.1"},
        line="- run: client",
        subject="client on client-a1",
        what="ended with exit status 1; expected exit 0;"
        " expected \"The server ('203.0.113.10', 3000) replied with 'SALLY'\","
        " seen \"no answer from ('203.0.113.10', 3000) after 1 try\"",
        cause="server listens on udp/3000 at 127.0.0.1 only, where no other host can reach it",
    ),
    Breakage(
        scenario="udp-echo",
        name="the server listens at another port",
        programs={"server": "python services/udp_echo.py server -p 3001"},
        line="- start: server",
        subject="server on server",
        what="not ready after TIMEOUT s: udp/3000 did not come;"
        " expected \"Listening at ('0.0.0.0', 3000)\", seen \"Listening at ('0.0.0.0', 3001)\"",
        cause="nobody listens on udp/3000 on server (open there: udp/3001)",
    ),
    Breakage(
        scenario="udp-echo",
        name="the server never listens",
        programs={"server": f"{BROKEN}never_listens.py"},
        line="- start: server",
        subject="server on server",
        what="not ready after TIMEOUT s: udp/3000 did not come; the transcript ends here;"
        " still expected: \"The client at ('{router-a.internet}', {outside:port}) says 'sally'\"",
        cause="nobody listens on udp/3000 on server",
    ),
    Breakage(
        scenario="udp-echo",
        name="there is no such file",
        programs={"server": "python my_echo.py"},
        line="- start: server",
        subject="server on server",
        what="ended with exit status 2 before udp/3000 was there; expected \"Listening at ('0.0.0.0', 3000)\","
        f" seen \"python: can't open file '{str(ROOT)[:5]}\"...'o 2] No such file or directory'",
        cause=f"there is no file {ROOT}/my_echo.py on server: hosts see the folder of the lab, and their own /tmp",
    ),
    Breakage(
        scenario="udp-echo",
        name="the home router does not translate",
        network=without_nat,
        line="The client at ('{router-a.internet}', {outside:port}) says 'sally'",
        subject="server on server",
        what="{router-a.internet} is '198.51.100.11' (the address of that host); seen '192.168.1.10'",
        cause=NO_NAT,
    ),
    Breakage(
        scenario="udp-echo",
        name="the cable to the Internet is cut",
        network=cut,
        line="- run: client",
        subject="client on client-a1",
        what="still running after TIMEOUT s; the transcript ends here;"
        " still expected: \"The server ('{server}', 3000) replied with 'SALLY'\"",
        cause=CUT,
    ),
    Breakage(
        scenario="udp-connected",
        name="the client forgets to connect",
        programs={"client": "python services/udp_echo.py client {server} --timeout 0.8 --retries 5"},
        line="- start: client",
        subject="client on server-2",
        what="killed by SIGINT, when the lab stopped it; expected exit 0;"
        " {server-2} is '203.0.113.20' (the address of that host); seen '0.0.0.0'",
        cause="the link server/datacenter had loss 100%, while it ran",
    ),
    Breakage(
        scenario="udp-stranger",
        name="the client believes anybody",
        programs={"client": "python services/pitfalls/anyone_answers.py client {server}"},
        everywhere=True,
        line="message 'believe me' from unexpected host ('{router-a.internet}', {stranger:port})!",
        subject="client on server-2",
        what="expected \"message 'believe me' from unexpected host ('\", seen \"The server"
        " ('203.0.113.10', 3000) replied with 'believe me'\"",
    ),
    Breakage(
        scenario="udp-many-servers",
        name="one of the servers ends at once",
        programs={"second-server": "sh -c 'exit 3'"},
        line="- start: second-server",
        subject="second-server on server-2",
        what="ended with exit status 3 before udp/3000 was there; the transcript ends here; still expected:"
        " \"Listening at ('0.0.0.0', 3000)\", \"The client at ('{router-a.internet}', {_:port}) says 'sally'\"",
    ),
    Breakage(
        scenario="udp-prefix",
        name="the server answers without the prefix",
        programs={"server": "python services/udp_echo.py server"},
        line="The server ('{server}', 3000) replied with '来自服务器你好'",
        subject="client on client-a1",
        what="expected \"The server ('203.0.113.10', 3000) replied with '来自服务器你好'\", seen \"The server"
        " ('203.0.113.10', 3000) replied with '你好'\"",
    ),
    Breakage(
        scenario="udp-one-way",
        name="the receiver takes everything for GBK",
        programs={"receiver": "python services/udp_receive.py --encoding gbk"},
        line="The sender at ('{router-a.internet}', {outside}) says '下午好'",
        subject="receiver on server",
        what="expected \"The sender at ('198.51.100.11', PORT) says '下午好'\", seen \"The sender at"
        " ('198.51.100.11'\"...' incomplete multibyte sequence'",
    ),
    Breakage(
        scenario="udp-no-server",
        name="the second client does not connect either",
        programs={"connected-client": "python services/udp_echo.py client {server} --timeout 0.5 --retries 1"},
        line="The OS assigned the address ('{client-a1}', {connected:ephemeral}) to me",
        subject="connected-client on client-a1",
        what="{client-a1} is '192.168.1.10' (the address of that host); seen '0.0.0.0'",
    ),
    Breakage(
        scenario="udp-too-big",
        name="the server has a small buffer",
        programs={"server": f"{BROKEN}udp_short_buffer.py"},
        line="65,507 bytes: sent, and 65,507 capital letters came back",
        subject="client on client-a1",
        what="expected '65,507 bytes: sent, and 65,507 capital letters came back',"
        " seen '65,507 bytes: sent, and 2,048 capital letters came back'",
    ),
    Breakage(
        scenario="udp-loss",
        name="the patient client is not patient",
        programs={"patient-client": "python services/udp_echo.py client {server} --timeout 0.5"},
        line="- start: patient-client",
        subject="patient-client on client-a1",
        what="ended with exit status 1; expected exit 0;"
        ' expected "The server (\'203.0.113.10\', 30"..."0) replied with \'I AM PATIENT\'", seen "no'
        " answer from ('203.0.113.10', 3000) after 1 try\"",
        cause="the link router-a/internet had loss 100%, while it ran",
    ),
    Breakage(
        scenario="udp-broadcast",
        name="the neighbour is bound to its one address",
        programs={"neighbour": "python services/udp_receive.py --host 192.168.1.10"},
        line="Listening at ('0.0.0.0', 8080)",
        subject="neighbour on client-a1",
        what="expected \"Listening at ('0.0.0.0', PORT)\", seen \"Listening at ('192.168.1.10', PORT)\"",
    ),
    Breakage(
        scenario="udp-no-server",
        name="there is no way out of the home",
        network=without_route,
        line="The OS assigned the address ('0.0.0.0', {unconnected:ephemeral}) to me",
        subject="unconnected-client on client-a1",
        what='expected "The OS assigned the address (\'0.0.0.0\', ", seen "cannot talk to'
        " ('203.0.113.10'\"...' 3000): Network is unreachable'",
    ),
    Breakage(
        scenario="udp-multicast",
        name="the member does not join",
        programs={"member": "python services/udp_receive.py"},
        line="Listening at ('239.1.2.3', 8080)",
        subject="member on client-a1",
        what="expected \"Listening at ('239.1.2.3', PORT)\", seen \"Listening at ('0.0.0.0', PORT)\"",
    ),
    Breakage(
        scenario="udp-multicast",
        name="the sender speaks to another group",
        programs={"to-the-group": "python services/udp_send.py 239.1.2.4 --from-host {client-a2}"},
        everywhere=True,
        line="The sender at ('{client-a2}', 7890) says 'hello, group'",
        subject="member on client-a1",
        what="the transcript ends here; still expected: \"The sender at ('{client-a2}', PORT) says 'hello, group'\"",
    ),
)
