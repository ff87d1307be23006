"""The kinds a hole may have, `{name:kind}`: one function a kind, which says what is wrong with a text.

A new kind is one function and one line in `KINDS`. Python's `ipaddress.is_private` is True for the documentation
networks of RFC 5737, which stand for the public Internet in the lab; so what is private and public is written out here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.topology import Address


@dataclass(frozen=True)
class Setting:
    """What a kind may need to know about where a transcript was seen.

    `ephemeral` are the ports of that host's ip_local_port_range (ip(7)). `echo` is False where nothing typed is
    shown: a program on pipes instead of a terminal.
    """

    host: str
    ephemeral: range = range(32768, 61000)
    echo: bool = True


@dataclass(frozen=True)
class Kind:
    """`characters` finds the longest text that may be of this kind; `objection` says what is wrong with a text."""

    characters: re.Pattern[str]
    objection: Callable[[str, Setting], str | None]


_PRIVATE = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_NOT_PUBLIC = {
    "this network, RFC 1122": ip_network("0.0.0.0/8"),
    "shared address space, RFC 6598": ip_network("100.64.0.0/10"),
    "loopback": ip_network("127.0.0.0/8"),
    "link-local": ip_network("169.254.0.0/16"),
    "multicast": ip_network("224.0.0.0/4"),
    "broadcast": ip_network("255.255.255.255/32"),
    "reserved": ip_network("240.0.0.0/4"),
}
_PUBLIC_IPV6 = ip_network("2000::/3")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?"  # a clock, with or without the date
    r"|\d+(\.\d+)?( ?(ns|us|µs|ms|s|sec|seconds?|min|minutes?|h|hours?))?",  # how long something took
    re.ASCII,
)


def port(text: str, setting: Setting) -> str | None:  # noqa: ARG001
    """A port that can be sent to: 1 to 65535."""
    return None if _number(text) in range(1, 65536) else "is no port (1 to 65535)"


def ephemeral(text: str, setting: Setting) -> str | None:
    """A port the host's kernel gives to a socket that was not bound."""
    ports = setting.ephemeral
    if _number(text) in ports:
        return None
    return f"is not in the ephemeral ports of {setting.host} ({ports.start} to {ports.stop - 1})"


def integer(text: str, setting: Setting) -> str | None:  # noqa: ARG001
    """A whole number in decimal digits, with or without a sign."""
    return None if re.fullmatch(r"[+-]?[0-9]+", text) else "is no whole number"


def ip(text: str, setting: Setting) -> str | None:  # noqa: ARG001
    """An IPv4 or IPv6 address."""
    return None if _address(text) else "is no IP address"


def private(text: str, setting: Setting) -> str | None:
    """An address of RFC 1918, which no router of the Internet forwards."""
    address = _address(text)
    if address and any(address in network for network in _PRIVATE):
        return None
    return ip(text, setting) or "is not private (RFC 1918)"


def public(text: str, setting: Setting) -> str | None:
    """An address one can be reached at from anywhere; the documentation networks stand for such here."""
    address = _address(text)
    if address is None:
        return ip(text, setting)
    if isinstance(address, IPv6Address):
        return None if address in _PUBLIC_IPV6 else "is not public (IPv6 outside 2000::/3)"
    if any(address in network for network in _PRIVATE):
        return "is not public (private, RFC 1918)"
    return next((f"is not public ({why})" for why, network in _NOT_PUBLIC.items() if address in network), None)


def mac(text: str, setting: Setting) -> str | None:  # noqa: ARG001
    """A hardware address: six pairs of hex digits."""
    pair = "[0-9A-Fa-f]{2}"
    return None if re.fullmatch(rf"{pair}(:{pair}){{5}}|{pair}(-{pair}){{5}}", text) else "is no MAC address"


def hexadecimal(text: str, setting: Setting) -> str | None:  # noqa: ARG001
    """Hex digits, with or without 0x."""
    return None if re.fullmatch(r"(0[xX])?[0-9A-Fa-f]+", text) else "is no hexadecimal number"


def time(text: str, setting: Setting) -> str | None:  # noqa: ARG001
    """A time of day, a date and time, or how long something took, with or without its unit."""
    return None if _TIME.fullmatch(text) else "is no time"


def word(text: str, setting: Setting) -> str | None:  # noqa: ARG001
    """Anything without white space."""
    return None if re.fullmatch(r"\S+", text) else "is not one word"


KINDS = {
    "port": Kind(re.compile("[0-9]{1,5}"), port),
    "ephemeral": Kind(re.compile("[0-9]{1,5}"), ephemeral),
    "int": Kind(re.compile("[+-]?[0-9]+"), integer),
    "ip": Kind(re.compile(r"[0-9A-Fa-f:.]{1,45}"), ip),
    "private": Kind(re.compile(r"[0-9A-Fa-f:.]{1,45}"), private),
    "public": Kind(re.compile(r"[0-9A-Fa-f:.]{1,45}"), public),
    "mac": Kind(re.compile(r"[0-9A-Fa-f:-]{1,17}"), mac),
    "hex": Kind(re.compile(r"[0-9A-Fa-fxX]+"), hexadecimal),
    "time": Kind(re.compile(r"[0-9A-Za-zµ:.,+ -]{1,40}"), time),
    "word": Kind(re.compile(r"\S+"), word),
}


def _number(text: str) -> int:
    """A port as programs print it: no sign, no leading zero; -1 for anything else."""
    return int(text) if re.fullmatch(r"0|[1-9][0-9]{0,4}", text) else -1


def _address(text: str) -> Address | None:
    """The address in a text; an IPv4 address that a dual-stack socket shows as ::ffff:a.b.c.d is that IPv4 address."""
    try:
        address = ip_address(text)
    except (AddressValueError, ValueError):
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
