#!/usr/bin/env python3
"""Hands over every packet that the kernel sees at some interfaces of this host: none missing from `READY` on.

    capture.py SNAP ADDRESS...     at most SNAP bytes of each packet; interfaces are found by their address

On standard output comes one record after another, each a `HEADER` and then so many bytes of the packet: `READY` once,
`PACKET`s, and at the end one `END` an interface with the number of packets that the kernel had no room for. It ends
when its standard input does, or on SIGTERM, and first hands over what the kernel has by then.

The kernel writes into memory that it shares with us (packet_mmap.rst, TPACKET_V3): a burst waits there whatever
net.core.rmem_max says, which nobody without the machine's own root may exceed.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import select
import signal
import socket
import struct
import sys

TYPE_CHECKING = False  # type checkers know this name; importing typing would cost a third of our start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEADER = struct.Struct("<BBBxIIQ")
"""Which kind of record, the interface's place among the arguments, 1 if outgoing, bytes that follow, bytes that the
packet had, nanoseconds since the epoch; in an `END` the last is the number of packets dropped."""
READY, PACKET, END = range(3)

BLOCK_BYTES = 128 * 1024  # more than the largest packet
BLOCKS = 64
_RETIRE_MS = 8  # a block that is not full is handed over after this
_SLOT_BYTES = 2048  # the kernel wants to be told one, and V3 does not use it

# linux/if_packet.h
_SOL_PACKET = 263
_PACKET_ADD_MEMBERSHIP, _PACKET_RX_RING, _PACKET_STATISTICS, _PACKET_VERSION = 1, 5, 6, 10
_PACKET_MR_PROMISC, _PACKET_OUTGOING, _TPACKET_V3, _TP_STATUS_USER = 1, 4, 2, 1
_ETH_P_ALL = 3
_BLOCK = struct.Struct("=8xIII")  # tpacket_block_desc: status, packets, offset of the first
_STATUS = struct.Struct("=II")
_STATUS_AT = 8
_SLOT = struct.Struct("=IIIII4xH")  # tpacket3_hdr: next, seconds, nanoseconds, kept, length, offset of the frame
_KIND_AT = 48 + 10  # behind it stands a sockaddr_ll: sll_pkttype
_SIOCGIFADDR = 0x8915


class Tap:
    """One interface, listened to from the moment that this exists. Raises OSError."""

    def __init__(self, number: int, device: str, snap: int) -> None:
        self._number = number
        self._device = device
        self._snap = snap
        self._at = 0
        # Protocol 0 hears nothing yet: what another interface sees must not get in.
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(_SOL_PACKET, _PACKET_VERSION, _TPACKET_V3)
        self._blocks = self._make_ring()
        self._memory = mmap.mmap(self.socket.fileno(), self._blocks * BLOCK_BYTES)
        self.socket.bind((device, _ETH_P_ALL))
        everything = struct.pack("iHH8x", socket.if_nametoindex(device), _PACKET_MR_PROMISC, 0)
        self.socket.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, everything)

    def records(self) -> Iterator[bytes]:
        """What the kernel has handed over, a block at a time; no more than once around, for others wait too."""
        for _ in range(self._blocks):
            status, count, _ = _BLOCK.unpack_from(self._memory, self._at)
            if not status & _TP_STATUS_USER:
                return
            yield self._block(count)
            # The number goes too, so that an old one is never taken for that of a block still being filled.
            _STATUS.pack_into(self._memory, self._at + _STATUS_AT, 0, 0)
            self._at = (self._at + BLOCK_BYTES) % len(self._memory)

    def last_records(self) -> Iterator[bytes]:
        """The rest, with what stands in the block that the kernel is still filling: it will not be asked again.

        Whatever any program has sent or received by now is in there, since the kernel shows it to us first.
        """
        yield from self.records()
        _, count, _ = _BLOCK.unpack_from(self._memory, self._at)
        yield self._block(count)
        dropped = struct.unpack("III", self.socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 12))[1]
        yield HEADER.pack(END, self._number, 0, 0, 0, dropped)

    def clear_error(self) -> None:
        """The interface went down, which is no reason to stop; OSError when it is not there any more."""
        self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        socket.if_nametoindex(self._device)

    def _make_ring(self) -> int:
        """As many blocks as there is memory for."""
        blocks = BLOCKS
        while True:
            slots = blocks * (BLOCK_BYTES // _SLOT_BYTES)
            wanted = struct.pack("7I", BLOCK_BYTES, blocks, _SLOT_BYTES, slots, _RETIRE_MS, 0, 0)
            try:
                self.socket.setsockopt(_SOL_PACKET, _PACKET_RX_RING, wanted)
            except MemoryError:
                blocks //= 2
                if blocks < 2:
                    raise
            else:
                return blocks

    def _block(self, count: int) -> bytes:
        memory, parts = self._memory, []
        at = self._at + _BLOCK.unpack_from(memory, self._at)[2]
        for _ in range(count):
            step, seconds, nanoseconds, kept, length, offset = _SLOT.unpack_from(memory, at)
            kept = min(kept, self._snap)
            outgoing = memory[at + _KIND_AT] == _PACKET_OUTGOING
            time_ns = seconds * 1_000_000_000 + nanoseconds
            parts.append(HEADER.pack(PACKET, self._number, outgoing, kept, length, time_ns))
            parts.append(memory[at + offset : at + offset + kept])
            at += step
        return b"".join(parts)


def device_of(address: str) -> str:
    """The interface that has this IPv4 address (netdevice(7)); LookupError when none has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            try:
                told = fcntl.ioctl(any_socket, _SIOCGIFADDR, struct.pack("16s24x", name.encode()))
            except OSError:  # it has none
                continue
            if socket.inet_ntoa(told[20:24]) == address:
                return name
    raise LookupError(f"this host has no interface with the address {address} any more")


def main(argv: Sequence[str]) -> int:
    """Hand packets over until nobody wants more; 1: it cannot be done, 2: wrong command line."""
    try:
        snap, addresses = int(argv[0]), argv[1:]
    except (IndexError, ValueError):
        print("usage: capture.py SNAP ADDRESS...", file=sys.stderr)
        return 2
    stop_read, stop_write = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(stop_write, b"\0"))
    try:
        taps = [Tap(number, device_of(address), snap) for number, address in enumerate(addresses)]
        _write(HEADER.pack(READY, 0, 0, 0, 0, 0))
        _listen(taps, (0, stop_read))
        for tap in taps:
            for records in tap.last_records():
                _write(records)
    except (LookupError, OSError, MemoryError) as error:
        print(f"cannot capture: {error}", file=sys.stderr)
        return 1
    return 0


def _listen(taps: Sequence[Tap], ends: Sequence[int]) -> None:
    """Hand over what comes until one of the ends has something to say."""
    waiting = select.poll()
    by_number = {tap.socket.fileno(): tap for tap in taps}
    for number in (*by_number, *ends):
        waiting.register(number, select.POLLIN)
    while True:
        for number, event in waiting.poll():
            if number in ends:
                return
            for records in by_number[number].records():
                _write(records)
            if event & select.POLLERR:
                by_number[number].clear_error()


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
