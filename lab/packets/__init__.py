"""What passes on the wire: packets decoded, told in one line each, and written for other tools. Knows no engine."""

from lab.packets.model import Arp, Captured, Detail, Ethernet, Frame, Icmp, Ip, Packet, Tcp, Udp
from lab.packets.only import Only

__all__ = ["Arp", "Captured", "Detail", "Ethernet", "Frame", "Icmp", "Ip", "Only", "Packet", "Tcp", "Udp"]
