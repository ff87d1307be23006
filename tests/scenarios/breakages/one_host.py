"""Breakages of the scenarios on one host."""

from tests.scenarios.breakage import Breakage

BREAKAGES = (
    Breakage(
        scenario="unix-socket",
        name="the client looks for another file",
        programs={"client": "python services/unix_echo.py client --path /tmp/other.sock"},
        line="- run: client",
        subject="client on server",
        what="ended with exit status 1; expected exit 0; expected \"The server at '/tmp/lesson.sock' replied"
        " with 'SALLY'\", seen \"cannot talk to '/tmp/other.sock': No such file or directory\"",
    ),
    Breakage(
        scenario="byte-order",
        name="the sender forgets the order of the network",
        programs={"sender": "echo 3000"},
        line="!H packs 3000 as 0b b8 which the network reads as 3000",
        subject="sender on client-a1",
        what="expected '!H packs 3000 as 0b b8 which the network reads as 3000', seen '3000'",
    ),
    Breakage(
        scenario="socket-tour",
        name="another program runs",
        programs={"tour": "python services/ip_info.py --interfaces"},
        line="A new socket has a family, a type, a protocol and a file descriptor, and no address",
        subject="tour on client-a1",
        what="expected 'A new socket has a family, a t'...'ile descriptor, and no address', seen 'lo: 127.0.0.1/8'",
    ),
)
