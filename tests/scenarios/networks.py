"""A lab's network, broken, and the cause that is then told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.links import LinkChange, change_link
from lab.process import Process

if TYPE_CHECKING:
    from lab.engines.base import Lab

REMEDY = "(lab down, lab up makes it anew)"
NO_NAT = f"the lab is not as its file says: router-a has lost the rules that make it a home router {REMEDY}"
NO_ROUTE = f"the lab is not as its file says: client-a1 has no default route {REMEDY}"
CUT = f"the lab is not as its file says: the link router-a/internet is down {REMEDY}"


def on(lab: Lab, host: str, *argv: str, given: str = "") -> None:
    with Process(lab.spawn(host, argv, env={}, tty=False, privileged=True), tty=False) as process:
        process.feed(given)
        assert process.wait(10) == 0, process.output.all_lines()


def without_nat(lab: Lab, router: str = "router-a") -> None:
    on(lab, router, "nft", "delete", "table", "ip", "home_router")


def cut(lab: Lab) -> None:
    change_link(lab, "router-a", "internet", LinkChange(down=True))


def without_route(lab: Lab) -> None:
    on(lab, "client-a1", "ip", "route", "del", "default")


def port_forwarded(lab: Lab) -> None:
    rules = """
        table ip forward_port {
            chain arriving {
                type nat hook prerouting priority dstnat; policy accept;
                ip daddr 198.51.100.11 tcp dport 3000 dnat to 192.168.1.10
            }
        }
        insert rule ip home_router pass ct status dnat accept
    """
    on(lab, "router-a", "nft", "-f", "-", given=rules)


def without_icmp(lab: Lab) -> None:
    rules = "table ip black_hole { chain pass { type filter hook forward priority filter; ip protocol icmp drop; }; }"
    on(lab, "router-a", "nft", "-f", "-", given=rules)


def hub(lab: Lab) -> None:
    lab.set_hub("home-a", on=True)
