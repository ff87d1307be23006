"""Breakages of the scenarios that look at the wire: what was printed may be right, and what passed is not."""

from tests.scenarios.breakage import BROKEN, Breakage
from tests.scenarios.networks import NO_NAT, hub, without_icmp, without_nat

BREAKAGES = (
    Breakage(
        scenario="tcp-handshake",
        name="the server listens to itself only",
        programs={"sleepy-server": f"{BROKEN}tcp_sleepy_at_home.py"},
        line="connected from port {port:ephemeral}",
        subject="client on client-a1",
        what="expected 'connected from port ', seen 'connection refused'",
    ),
    Breakage(
        scenario="tcp-handshake",
        name="the client of nobody only says that it was refused",
        programs={"client-of-nobody": f"{BROKEN}says_so.py 'connection refused'"},
        line="{client-a1}:{other:ephemeral} > {server}:3001 TCP SYN seq 0 win {_:int} <{_}>",
        subject="packets at client-a1/home-a",
        what="the transcript ends here; still expected: '{client-a1}:{other:ephemeral} > {server}:3001"
        " TCP SYN seq 0 win {_:int} <{_}>', '{server}:3001 > {client-a1}:{other} TCP RST ACK seq"
        " {_:int} ack 1 win 0'",
    ),
    Breakage(
        scenario="tcp-goodbye",
        name="the client never says goodbye",
        programs={"client": f"{BROKEN}tcp_never_says_goodbye.py {{server}}"},
        line="- run: client",
        subject="client on server-2",
        what="still running after TIMEOUT s; the transcript ends here; still expected: 'all of the answer: 17'",
    ),
    Breakage(
        scenario="tcp-goodbye",
        name="the client asks in two parts",
        programs={"client": f"{BROKEN}tcp_in_two_parts.py {{server}}"},
        line="{server-2}:{port} > {server}:3000 TCP PSH ACK seq 1 ack 1 win {_:int} len 17 'How many letters?'",
        subject="packets at server-2/datacenter",
        what="expected \" len 17 'How many letters?'\" after '203.0.113.20:PORT > 203.0.113'...'0 TCP"
        " PSH ACK seq 1 ack 1 win ', seen \"WINDOW len 9 'How many '\"",
    ),
    Breakage(
        scenario="tcp-loss",
        name="the client downloads nothing",
        programs={"client": "true"},
        line="{server}:3000 > {router-a.internet}:{_:port} TCP {_} (retransmission)",
        subject="packets at server/datacenter",
        what="the transcript ends here; still expected: '{server}:3000 > {router-a.internet}:{_:port} TCP"
        " {_} (retransmission)'",
    ),
    Breakage(
        scenario="tcp-loss",
        name="there is no NAT",
        network=without_nat,
        line="- run: client",
        subject="client on client-a1",
        what="still running after TIMEOUT s",
        cause=NO_NAT,
    ),
    Breakage(
        scenario="arp",
        name="the address is known already",
        programs={"client": f"{BROKEN}says_so.py nothing"},
        line="{own} > {mac} {client-a1}:{later} > {client-a2}:3000 UDP {_}",
        subject="packets at client-a1/home-a",
        what="the transcript ends here; still expected: '{own} > {mac} {client-a1}:{later} >"
        " {client-a2}:3000 UDP {_}', '{mac} > {own} {client-a2}:3000 > {client-a1}:{later} UDP {_}'",
    ),
    Breakage(
        scenario="arp",
        name="the network is a hub",
        network=hub,
        line="ARP who-has {client-a2} from {client-a1}",
        subject="packets at router-a/home-a",
        what="expected no more lines",
    ),
    Breakage(
        scenario="mac-changes-ip-stays",
        name="the client's packets are not to live long",
        programs={"client": f"{BROKEN}udp_short_lived.py {{server}}"},
        line="{client:mac} > {router-inside:mac} {client-a1}:{inside} > {server}:3000 ttl 64 UDP 5 'sally'",
        subject="packets at client-a1/home-a",
        what="expected \":3000 ttl 64 UDP 5 'sally'\" after 'MAC > MAC'...'.168.1.10:PORT > 203.0.113.10',"
        " seen \":3000 ttl 3 UDP 5 'sally'\"",
    ),
    Breakage(
        scenario="mac-changes-ip-stays",
        name="there is no NAT",
        network=without_nat,
        line="{router-outside:mac} > {isp-here:mac} {router-a.internet}:{outside} > {server}:3000 ttl 63 UDP 5 'sally'",
        subject="packets at isp/internet",
        what="{router-a.internet} is '198.51.100.11' (the address of that host); seen '192.168.1.10'",
    ),
    Breakage(
        scenario="udp-fragments",
        name="four datagrams instead of one",
        programs={"client": f"{BROKEN}udp_in_pieces.py {{server}}"},
        line="one datagram of 4000 bytes from ('{router-a.internet}', {outside:port})",
        subject="server on server",
        what='expected "one datagram of 4000 bytes from (\'", seen "one datagram of 1000 bytes from'
        " ('198.51.100.11', PORT)\"",
    ),
    Breakage(
        scenario="udp-fragments",
        name="there is no NAT",
        network=without_nat,
        line="{router-a.internet}:{outside} > {server}:3000 UDP fragment 0+1480",
        subject="packets at server/datacenter",
        what="{router-a.internet} is '198.51.100.11' (the address of that host); seen '192.168.1.10'",
    ),
    Breakage(
        scenario="hub-or-switch",
        name="the network is a hub from the beginning",
        network=hub,
        line="{client-a1}:{overheard} > {client-a2}:3000 UDP {_}",
        subject="packets at router-a/home-a",
        what="{overheard} is 'PORT' (bound by server on client-a2, scenarios/hub-or-switch.yaml:LINE); seen 'PORT'",
    ),
    Breakage(
        scenario="hub-or-switch",
        name="the second client talks to itself",
        programs={"client-on-a-hub": f"{BROKEN}says_so.py nothing"},
        line="{client-a1}:{overheard} > {client-a2}:3000 UDP {_}",
        subject="packets at router-a/home-a",
        what="the transcript ends here; still expected: '{client-a1}:{overheard} > {client-a2}:3000 UDP"
        " {_}', '{client-a2}:3000 > {client-a1}:{overheard} UDP {_}'",
    ),
    Breakage(
        scenario="mtu",
        name="the client's datagrams may be cut",
        programs={"client": f"{BROKEN}udp_may_be_cut.py {{server}}"},
        line="The sender at ('{router-a.internet}', {_:port}) says {_}",
        subject="server on server",
        what="expected no more lines",
    ),
    Breakage(
        scenario="mtu",
        name="a router throws away what ICMP says",
        network=without_icmp,
        line="- run: client",
        subject="client on client-a1",
        what="still running after TIMEOUT s; the transcript ends here; still expected: '1000 bytes:"
        " Message too long', 'the kernel believes in an MTU of 600', '500 bytes: sent'",
        cause="the link isp/datacenter had mtu 600, while it ran",
    ),
)
