"""Ethernet and ARP, and through them to all above (IEEE 802.3, IEEE 802.1Q, RFC 826)."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from dpkt import arp, ethernet  # type: ignore[import-untyped]

from lab.packets import internet
from lab.packets.header import Trouble, read
from lab.packets.model import Arp, Ethernet, Packet

if TYPE_CHECKING:
    from lab.packets.model import Frame

_TAGS = frozenset({ethernet.ETH_TYPE_8021Q, ethernet.ETH_TYPE_8021AD, ethernet.ETH_TYPE_QINQ1, ethernet.ETH_TYPE_QINQ2})
_SMALLEST_TYPE = 0x0600  # below it, the field is a length (IEEE 802.3, 3.2.6)


def decode(frame: Frame) -> Packet:
    """The packet in this frame; `ethernet.kind` is that behind any VLAN tags."""
    try:
        header = read(ethernet.Ethernet, frame.data)
    except Trouble as trouble:
        return Packet(frame=frame, trouble=str(trouble))
    link = Ethernet(source=header.src.hex(":"), target=header.dst.hex(":"), kind=header.type)
    try:
        kind, data = _untagged(header.type, header.data)
        link = Ethernet(source=link.source, target=link.target, kind=kind)
        if kind == ethernet.ETH_TYPE_ARP:
            return Packet(frame=frame, ethernet=link, arp=_arp(data))
        if kind in {ethernet.ETH_TYPE_IP, ethernet.ETH_TYPE_IP6}:
            return internet.decode(frame, data, link)
        raise _unknown(kind, frame.length - len(frame.data) + len(data))
    except Trouble as trouble:
        return Packet(frame=frame, ethernet=link, trouble=str(trouble))


def _untagged(kind: int, data: bytes) -> tuple[int, bytes]:
    while kind in _TAGS:
        tag = read(ethernet.VLANtag8021Q, data)
        kind, data = tag.type, tag.data
    return kind, data


def _arp(data: bytes) -> Arp:
    header = read(arp.ARP, data)
    if (header.hrd, header.pro, header.hln, header.pln) != (arp.ARP_HRD_ETH, arp.ARP_PRO_IP, 6, 4):
        raise _unknown(ethernet.ETH_TYPE_ARP, len(data))
    return Arp(
        operation=header.op,
        sender_mac=header.sha.hex(":"),
        sender=IPv4Address(header.spa),
        target_mac=header.tha.hex(":"),
        target=IPv4Address(header.tpa),
    )


def _unknown(kind: int, length: int) -> Trouble:
    what = f"ethertype 0x{kind:04x}" if kind >= _SMALLEST_TYPE else "IEEE 802.3"
    return Trouble(f"not decoded: {length} bytes of {what}")
