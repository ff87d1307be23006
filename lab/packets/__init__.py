"""What passes on the wire: packets decoded, told in one line each, and written for other tools. Knows no engine."""

from lab.packets.decoding import decode
from lab.packets.model import Arp, Captured, Detail, Ethernet, Frame, Icmp, Ip, Packet, Tcp, Udp
from lab.packets.only import Only
from lab.packets.pcapng import PcapngWriter
from lab.packets.telling import Teller

__all__ = [
    "Arp",
    "Captured",
    "Detail",
    "Ethernet",
    "Frame",
    "Icmp",
    "Ip",
    "Only",
    "Packet",
    "PcapngWriter",
    "Tcp",
    "Teller",
    "Udp",
    "decode",
]
