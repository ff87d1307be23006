"""Breakages of the scenarios on chat."""

from tests.scenarios.breakage import BROKEN, Breakage
from tests.scenarios.networks import CUT, NO_NAT, cut, without_nat

BREAKAGES = (
    Breakage(
        scenario="udp-chat",
        name="each line comes from a new port",
        programs={"ann": f"{BROKEN}chat_new_port.py {{server}}"},
        everywhere=True,
        line="Ann at ('{router-a.internet}', {outside}): do you see where I am?",
        subject="bob on server",
        what="{outside} is 'PORT' (bound by bob on server, scenarios/udp-chat.yaml:LINE); seen 'PORT'",
        cause="the lab still waited for 'Bob: ', to type what comes after it",
    ),
    Breakage(
        scenario="udp-chat",
        name="nobody asks for a name",
        programs={"bob": f"{BROKEN}chat_without_prompt.py"},
        line="- run: ann",
        subject="ann on client-a1",
        what="ended by the lab, because another program could not go on; the transcript ends here;"
        " still expected: 'Bob: yes, me', 'Ann: <<do you see where I am?>>', 'Bob: only where your router is'"
        " and 1 more",
        cause="bob never came to 'What is your name? ', where the lab was to type",
    ),
    Breakage(
        scenario="udp-chat",
        name="the cable to the Internet is cut",
        network=cut,
        line="Ann at ('{router-a.internet}', {outside:port}): hello, is anybody there?",
        subject="bob on server",
        what="the transcript ends here; still expected:"
        " \"Ann at ('{router-a.internet}', {outside:port}): hello, is anybody there?\","
        " 'Bob: <<yes, me>>', \"Ann at ('{router-a.internet}', {outside}): do you see where I am?\" and 2 more",
        cause=CUT,
    ),
    Breakage(
        scenario="udp-messenger",
        name="one of them listens at another port",
        programs={"bob": "python services/udp_messenger.py --port 3001"},
        line="- start: bob",
        subject="bob on client-a2",
        what="not ready after TIMEOUT s: udp/3000 did not come;"
        " expected \"Listening at ('0.0.0.0', 3000)\", seen \"Listening at ('0.0.0.0', 3001)\"",
        cause="nobody listens on udp/3000 on client-a2 (open there: udp/3001)",
    ),
    Breakage(
        scenario="udp-chat-two-homes",
        name="the home router does not translate",
        network=without_nat,
        line="- start: carol",
        subject="carol on server",
        what="killed by SIGINT, when the lab stopped it; expected exit 0;"
        " {router-a.internet} is '198.51.100.11' (the address of that host); seen '192.168.1.10'",
        cause=NO_NAT,
    ),
)
