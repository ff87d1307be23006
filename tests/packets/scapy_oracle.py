"""What scapy finds in a frame, and what we find, in the same words."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror, TCPerror, UDPerror
from scapy.layers.inet6 import ICMPv6EchoRequest, IPerror6, IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import ARP, Ether

from lab.packets import Icmp, Ip, Packet, Tcp, Udp

Facts = dict[str, Any]

FLAGS = {"F": "FIN", "S": "SYN", "R": "RST", "P": "PSH", "A": "ACK", "U": "URG", "E": "ECE", "C": "CWR"}
OPTIONS = {"MSS": "mss {}", "WScale": "wscale {}", "SAckOK": "sackOK", "SAck": "sack", "Timestamp": "ts", "NOP": "nop"}


def by_scapy(data: bytes) -> Facts:
    """All that there is to compare."""
    frame = Ether(data)
    facts: Facts = {"macs": (frame.src, frame.dst)}
    if ARP in frame:
        arp = frame[ARP]
        return facts | {"arp": (arp.op, arp.hwsrc, arp.psrc, arp.hwdst, arp.pdst)}
    if IP in frame:
        facts |= _ipv4(frame[IP])
    else:
        facts |= _ipv6(frame[IPv6])
    for kind, facts_of in _TRANSPORTS:
        if kind in frame:
            facts |= facts_of(frame[kind])
    for kind in (IPerror, IPerror6):
        if kind in frame:
            facts |= _quoted(frame[kind])
    return facts


def _ipv4(ip: Any) -> Facts:
    return {
        "addresses": (ip_address(ip.src), ip_address(ip.dst)),
        "ttl": ip.ttl,
        "length": (ip.len, ip.ihl * 4),
        "part": (ip.id, ip.frag * 8, bool(ip.flags.MF)),
        "protocol": ip.proto,
        "may be cut": not ip.flags.DF,
    }


def _ipv6(ip: Any) -> Facts:
    facts: Facts = {"addresses": (ip_address(ip.src), ip_address(ip.dst)), "ttl": ip.hlim, "total": 40 + ip.plen}
    if IPv6ExtHdrFragment in ip:
        part = ip[IPv6ExtHdrFragment]
        facts["part"] = (part.id, part.offset * 8, bool(part.m))
    return facts


def _udp(udp: Any) -> Facts:
    return {"ports": (udp.sport, udp.dport), "size": udp.len - 8, "payload": udp.original[8 : udp.len]}


def _tcp(tcp: Any) -> Facts:
    return {
        "ports": (tcp.sport, tcp.dport),
        "numbers": (tcp.seq, tcp.ack, tcp.window),
        "flags": {FLAGS[letter] for letter in str(tcp.flags)},
        "options": tuple(OPTIONS[name].format(value) for name, value in tcp.options if name != "EOL"),
        "payload": tcp.original[tcp.dataofs * 4 :],
    }


def _icmp(icmp: Any) -> Facts:
    facts = {"kind": (icmp.type, icmp.code)}
    return facts | ({"echo": (icmp.id, icmp.seq)} if icmp.type in {0, 8} else {})


def _echo_6(icmp: Any) -> Facts:
    return {"kind": (icmp.type, icmp.code), "echo": (icmp.id, icmp.seq)}


def _quoted(ip: Any) -> Facts:
    facts: Facts = {"quoted addresses": (ip_address(ip.src), ip_address(ip.dst))}
    if UDPerror in ip:
        facts |= {"quoted ports": (ip[UDPerror].sport, ip[UDPerror].dport), "quoted number": ip[UDPerror].len - 8}
    if TCPerror in ip:
        facts |= {"quoted ports": (ip[TCPerror].sport, ip[TCPerror].dport), "quoted number": ip[TCPerror].seq}
    return facts


_TRANSPORTS = ((UDP, _udp), (TCP, _tcp), (ICMP, _icmp), (ICMPv6EchoRequest, _echo_6))


def by_us(packet: Packet) -> Facts:
    """The same of our own."""
    facts: Facts = {}
    if packet.ethernet is not None:
        facts["macs"] = (packet.ethernet.source, packet.ethernet.target)
    if (arp := packet.arp) is not None:
        facts["arp"] = (arp.operation, arp.sender_mac, str(arp.sender), arp.target_mac, str(arp.target))
    if packet.ip is not None:
        facts |= _our_ip(packet.ip) | _our_transport(packet)
    return facts


def _our_ip(ip: Ip) -> Facts:
    return {
        "addresses": (ip.source, ip.target),
        "ttl": ip.ttl,
        "length": (ip.length, ip.header),
        "total": ip.length,
        "part": (ip.ident, ip.offset, ip.more_fragments),
        "protocol": ip.protocol,
        "may be cut": not ip.dont_fragment,
    }


def _our_transport(packet: Packet) -> Facts:
    match packet.transport:
        case Udp() as udp:
            return {"ports": (udp.source_port, udp.target_port), "size": udp.length, "payload": udp.payload}
        case Tcp() as tcp:
            return {
                "ports": (tcp.source_port, tcp.target_port),
                "numbers": (tcp.seq, tcp.ack, tcp.window),
                "flags": tcp.flags,
                "options": tcp.options,
                "payload": tcp.payload,
                "size": tcp.length,
            }
        case Icmp() as icmp:
            return {"kind": (icmp.kind, icmp.code), "echo": (icmp.ident, icmp.seq)} | _our_quoted(icmp)
    return {}


def _our_quoted(icmp: Icmp) -> Facts:
    if icmp.quoted is None or icmp.quoted.ip is None:
        return {}
    facts: Facts = {"quoted addresses": (icmp.quoted.ip.source, icmp.quoted.ip.target)}
    match icmp.quoted.transport:
        case Udp() as udp:
            facts |= {"quoted ports": (udp.source_port, udp.target_port), "quoted number": udp.length}
        case Tcp() as tcp:
            facts |= {"quoted ports": (tcp.source_port, tcp.target_port), "quoted number": tcp.seq}
    return facts
