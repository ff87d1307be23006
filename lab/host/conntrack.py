#!/usr/bin/env python3
"""What this host's kernel remembers of the flows through it ("conntrack"), as nfnetlink(7) tells it.

    conntrack.py list       one JSON array a flow: protocol number, its two ends as whoever began it has them, and the
                            two ends as answers have them, each as [address, port]; for an ICMP echo the port is its id
    conntrack.py forget     forget them all

Not from /proc/net/nf_conntrack, which not every kernel has.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys

TYPE_CHECKING = False  # type checkers know this name; importing typing would cost a third of our start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    End = tuple[str, int]

# linux/netlink.h
_NETLINK_NETFILTER = 12
_NLM_F_REQUEST, _NLM_F_ACK, _NLM_F_DUMP = 0x1, 0x4, 0x300
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_NESTED = 0x3FFF  # the rest of an attribute's type
_HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_ATTRIBUTE = struct.Struct("=HH")  # nlattr: length, type
_BUFFER_BYTES = 1024 * 1024

# linux/netfilter/nfnetlink.h and nfnetlink_conntrack.h
_CTNETLINK = 1 << 8
_GET, _DELETE = _CTNETLINK | 1, _CTNETLINK | 2
_GENERIC = struct.Struct("=BBH")  # nfgenmsg: family, version, resource
_ORIGINAL, _REPLY = 1, 2
_IP, _PROTOCOL = 1, 2
_V4_SOURCE, _V4_TARGET, _V6_SOURCE, _V6_TARGET = 1, 2, 3, 4
_NUMBER, _SOURCE_PORT, _TARGET_PORT, _ECHO_ID, _ECHO6_ID = 1, 2, 3, 4, 7


def flows(messages: Iterator[bytes]) -> Iterator[tuple[int, End, End, End, End]]:
    """Protocol, source, target, and both again as an answer has them; what has neither ports nor an id is left out."""
    for message in messages:
        told = _attributes(message[_GENERIC.size :])
        original, reply = _tuple(told.get(_ORIGINAL, b"")), _tuple(told.get(_REPLY, b""))
        if original and reply:
            yield (*original, *reply[1:])


def _tuple(data: bytes) -> tuple[int, End, End] | None:
    told = _attributes(data)
    ip, protocol = _attributes(told.get(_IP, b"")), _attributes(told.get(_PROTOCOL, b""))
    source, target = ip.get(_V4_SOURCE, ip.get(_V6_SOURCE)), ip.get(_V4_TARGET, ip.get(_V6_TARGET))
    echo_id = protocol.get(_ECHO_ID, protocol.get(_ECHO6_ID))
    ports = protocol.get(_SOURCE_PORT, echo_id), protocol.get(_TARGET_PORT, echo_id)
    if source is None or target is None or ports[0] is None or ports[1] is None:
        return None
    return protocol[_NUMBER][0], _end(source, ports[0]), _end(target, ports[1])


def _end(address: bytes, port: bytes) -> End:
    family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, address), int.from_bytes(port, "big")


def _attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        found[kind & _NESTED] = data[at + _ATTRIBUTE.size : at + length]
        at += max(_ATTRIBUTE.size, (length + 3) & ~3)
    return found


def _ask(kind: int, flags: int) -> Iterator[bytes]:
    """What the kernel answers, message by message. Raises OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as kernel:
        request = _GENERIC.pack(socket.AF_UNSPEC, 0, 0)
        kernel.sendto(_HEADER.pack(_HEADER.size + len(request), kind, _NLM_F_REQUEST | flags, 1, 0) + request, (0, 0))
        while True:
            data = kernel.recv(_BUFFER_BYTES)
            at = 0
            while at < len(data):
                length, what, *_ = _HEADER.unpack_from(data, at)
                body = data[at + _HEADER.size : at + length]
                if what == _NLMSG_DONE:
                    return
                if what == _NLMSG_ERROR:
                    number = -struct.unpack_from("=i", body)[0]
                    if number:
                        raise OSError(number, os.strerror(number))
                    return
                yield body
                at += (length + 3) & ~3


def main(argv: Sequence[str]) -> int:
    """1: the kernel refuses, 2: wrong command line."""
    try:
        if list(argv) == ["list"]:
            for flow in flows(_ask(_GET, _NLM_F_DUMP)):
                print(json.dumps(flow))
        elif list(argv) == ["forget"]:
            list(_ask(_DELETE, _NLM_F_ACK))
        else:
            print("usage: conntrack.py list|forget", file=sys.stderr)
            return 2
    except OSError as error:
        print(f"the kernel does not tell what it remembers of flows: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
