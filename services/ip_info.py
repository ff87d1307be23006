"""What an IPv4 address tells: its class, its network and host part, and what it is set aside for.

    ip_info.py 192.168.1.10 203.0.113.10
    ip_info.py --interfaces             the addresses that this host has, asked from its kernel with ip(8)

An address is 32 bits, written as four numbers of eight. Until 1993 the first bits alone said where the network part
ends (classes A to E, RFC 791); today a mask says so (RFC 4632, shown by --interfaces), but the words live on.

Private addresses (RFC 1918) mean something only inside their own network, and everybody may use the same ones.
`Public` is what is left when all that has a purpose of its own is taken away.

Status 0; 1 if a text is no address, with the reason.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import Any

BYTE = 0xFF
CLASSES = [  # name, first and last of the first part, first bits, bits of the network part (no such part from D on)
    ("A", 0, 127, "0", 8),
    ("B", 128, 191, "10", 16),
    ("C", 192, 223, "110", 24),
    ("D", 224, 239, "1110", None),
    ("E", 240, 255, "1111", None),
]
SET_ASIDE = [  # network, bits of it, what kind of address, what for; the first that fits counts
    ("255.255.255.255", 32, "broadcast", "everybody on the own network, and no router passes it on (RFC 919)"),
    ("0.0.0.0", 8, "unspecified", "no address yet, or all that this host has (RFC 1122)"),  # noqa: S104
    ("10.0.0.0", 8, "private", "for anybody's own network, not for the Internet (RFC 1918)"),
    ("172.16.0.0", 12, "private", "for anybody's own network, not for the Internet (RFC 1918)"),
    ("192.168.0.0", 16, "private", "for anybody's own network, not for the Internet (RFC 1918)"),
    ("127.0.0.0", 8, "loopback", "this host itself: it never leaves it (RFC 1122)"),
    ("169.254.0.0", 16, "link-local", "what a host gives itself when nobody else does (RFC 3927)"),
    ("100.64.0.0", 10, "shared", "between a provider and its customers (RFC 6598)"),
    ("192.0.2.0", 24, "public", "but for documentation: nobody has it (RFC 5737)"),
    ("198.51.100.0", 24, "public", "but for documentation: nobody has it (RFC 5737)"),
    ("203.0.113.0", 24, "public", "but for documentation: nobody has it (RFC 5737)"),
    ("224.0.0.0", 4, "multicast", "a group of hosts that want to hear it (RFC 1112)"),
    ("240.0.0.0", 4, "reserved", "never used (RFC 1112)"),
]


def parse(text: str) -> int:
    """The 32 bits of an address; ValueError with the reason if it is none."""
    parts = text.split(".")
    if len(parts) != 4:
        raise ValueError(f"it has {len(parts)} part{'s' if len(parts) > 1 else ''}, not 4")
    bits = 0
    for part in parts:
        if not part:
            raise ValueError("a part is empty")
        if not (part.isascii() and part.isdecimal()):
            raise ValueError(f"{part!r} is no number")
        if part != "0" and part.startswith("0"):
            raise ValueError(f"{part} begins with a zero, and some programs read such numbers as octal")
        if len(part) > 3 or int(part) > BYTE:
            raise ValueError(f"{part} is more than 255, the most that eight bits can hold")
        bits = bits << 8 | int(part)
    return bits


def dotted(bits: int) -> str:
    return ".".join(str(bits >> shift & BYTE) for shift in (24, 16, 8, 0))


def mask_of(length: int) -> int:
    """As many ones as that, and zeros to make it 32 bits."""
    return 0xFFFF_FFFF << (32 - length) & 0xFFFF_FFFF


def kind_of(address: int) -> tuple[str, str]:
    """What kind of address it is, and what it is for."""
    for network, length, kind, purpose in SET_ASIDE:
        if address & mask_of(length) == parse(network):
            return kind, purpose
    return "public", "one host in the whole Internet"


def explain(address: int) -> list[str]:
    """Everything the bits tell, a line each."""
    first = address >> 24
    name, low, high, bits, length = next(row for row in CLASSES if row[1] <= first <= row[2])
    lines = [f"class {name}: the first part is {low} to {high}, the first bits are {bits}"]
    if length is not None:
        mask = mask_of(length)
        lines += [
            f"network {dotted(address & mask)}, mask {dotted(mask)} or /{length}",
            f"host part {dotted(address & ~mask)}, broadcast address {dotted(address & mask | ~mask & 0xFFFF_FFFF)}",
        ]
        if not address & ~mask:
            lines.append("its host part is all zeros: it names the network")
        if address | mask == 0xFFFF_FFFF:
            lines.append("its host part is all ones: it means every host of the network")
    kind, purpose = kind_of(address)
    return [*lines, f"{kind}: {purpose}"]


def show(texts: list[str]) -> int:
    status = 0
    for text in texts:
        try:
            lines = explain(parse(text))
        except ValueError as reason:
            print(f"{text!r} is no IPv4 address: {reason}")
            status = 1
            continue
        print(text)
        for line in lines:
            print(f"  {line}")
    return status


def show_interfaces() -> int:
    """Every IPv4 address of this host, with the mask that it really has."""
    command = shutil.which("ip", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if command is None:
        print("cannot list interfaces: ip(8) of iproute2 is not there")
        return 1
    run = subprocess.run([command, "-json", "-family", "inet", "addr"], capture_output=True, check=False)
    if run.returncode:
        print(f"cannot list interfaces: {run.stderr.decode(errors='backslashreplace').strip()}")
        return 1
    interfaces: list[dict[str, Any]] = json.loads(run.stdout or b"[]")
    for interface in interfaces:
        for entry in interface.get("addr_info", []):
            address, mask = parse(entry["local"]), mask_of(entry["prefixlen"])
            print(f"{interface['ifname']}: {entry['local']}/{entry['prefixlen']}")
            print(f"  network {dotted(address & mask)}, mask {dotted(mask)}")
            print(f"  host part {dotted(address & ~mask)}, broadcast address {entry.get('broadcast', 'none')}")
            print("  " + ": ".join(kind_of(address)))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="What an IPv4 address tells.")
    parser.add_argument("addresses", nargs="*", metavar="ADDRESS", help="as in 192.168.1.10")
    parser.add_argument("--interfaces", action="store_true", help="the addresses that this host has")
    options = parser.parse_args()
    if options.interfaces == bool(options.addresses):
        parser.error("give either addresses or --interfaces")
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C, and "please end": both as KeyboardInterrupt
        signal.signal(ending, signal.default_int_handler)
    try:
        return show_interfaces() if options.interfaces else show(options.addresses)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
