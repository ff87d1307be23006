"""Which ports of a host are open, and which its kernel gives away: found without touching them.

Read from the host's own /proc/net (proc_net(5)): a connection made to find out would use up a server that accepts once.
"""

from __future__ import annotations

import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING

from lab.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.engines.base import Lab

_TIMEOUT_S = 10.0
_TABLES = {"/proc/net/udp": "udp", "/proc/net/udp6": "udp", "/proc/net/tcp": "tcp", "/proc/net/tcp6": "tcp"}
_DOCKERS_RESOLVER = "127.0.0.11"  # in every container, and nobody's program
_OPEN_STATE = {"tcp": "0A", "udp": "07"}  # LISTEN; a UDP socket bound to nobody counts as CLOSE


def open_ports(lab: Lab, host: str) -> Mapping[str, frozenset[str]]:
    """What listens on that host: `udp/3000`, `tcp/80`, …, each with the addresses it is bound to. Raises LabError."""
    with Process.start(lab, host, ["grep", "-H", "", *_TABLES], tty=False) as process:
        process.wait(_TIMEOUT_S)  # a table that this kernel does not have is no failure
        text = b"".join(piece.data for piece in process.output.pieces if piece.stream == "stdout").decode()
    found: dict[str, frozenset[str]] = {}
    for port, address in filter(None, map(_open_port, text.splitlines())):
        if address != _DOCKERS_RESOLVER:
            found[port] = found.get(port, frozenset()) | {address}
    return found


def ephemeral_ports(lab: Lab, host: str) -> range:
    """The ports from which that host's kernel picks one for a socket that nobody bound (ip(7), ip_local_port_range)."""
    with Process.start(lab, host, ["cat", "/proc/sys/net/ipv4/ip_local_port_range"], tty=False) as process:
        process.wait(_TIMEOUT_S)
        lines = process.output.all_lines()
    first, last = map(int, lines[0].text.split())
    return range(first, last + 1)


def _open_port(line: str) -> tuple[str, str] | None:
    path, _, row = line.partition(":")
    protocol, fields = _TABLES[path], row.split()
    if len(fields) < 4 or fields[3] != _OPEN_STATE[protocol]:
        return None
    address, _, port = fields[1].rpartition(":")
    return f"{protocol}/{int(port, 16)}", _address(address)


def _address(digits: str) -> str:
    """The table shows an address as numbers of 32 bits, each in this machine's own byte order."""
    words = (int(digits[at : at + 8], 16) for at in range(0, len(digits), 8))
    return str(ip_address(b"".join(word.to_bytes(4, sys.byteorder) for word in words)))
