"""What passes on the wire: packets decoded, told in one line each, and written for other tools. Knows no engine."""

from lab.packets.model import Arp, Captured, Ethernet, Frame, Icmp, Ip, Packet, Tcp, Udp

__all__ = ["Arp", "Captured", "Ethernet", "Frame", "Icmp", "Ip", "Packet", "Tcp", "Udp"]
