"""Captured frames as Wireshark and tshark read them (draft-ietf-opsawg-pcapng), written as they come."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.packets.model import Address, Frame

_SECTION, _INTERFACE, _NAMES, _PACKET = 0x0A0D0D0A, 1, 4, 6  # kinds of blocks
_BYTE_ORDER, _TO_THE_END = 0x1A2B3C4D, -1  # of a section
_ETHERNET, _UNLIMITED = 1, 0  # of an interface
_NAME_OF = {4: 1, 6: 2}  # kinds of names

_END, _COMMENT = 0, 1  # options of every block
_APPLICATION = 4  # of a section
_INTERFACE_NAME, _RESOLUTION = 2, 9  # of an interface
_FLAGS = 2  # of a packet
_INCOMING, _OUTGOING = 1, 2
_LONGEST = 0xFFFF

_NANOSECONDS = 9  # as a resolution: how many decimal places
_NS = 1_000_000_000


class PcapngWriter:
    """A capture file; each place has an interface of its own in it, named HOST/NETWORK.

    `names` are the hosts that Wireshark is to show for addresses, `comment` is about the whole capture.
    """

    def __init__(self, file: BinaryIO, names: Mapping[Address, str] | None = None, comment: str | None = None) -> None:
        self._file = file
        self._interfaces: dict[str, int] = {}
        options = [(_APPLICATION, b"socket-lab"), *_commented(comment)]
        self._write(_SECTION, struct.pack("<IHHq", _BYTE_ORDER, 1, 0, _TO_THE_END) + _options(options))
        if names:
            self._write(_NAMES, b"".join(_name(address, name) for address, name in names.items()) + _record(_END, b""))

    def interface(self, place: str) -> int:
        """The number of this place in the file. Wireshark also lists a place at which nothing passed."""
        if place not in self._interfaces:
            self._interfaces[place] = len(self._interfaces)
            options = [(_INTERFACE_NAME, place.encode()), (_RESOLUTION, bytes([_NANOSECONDS]))]
            self._write(_INTERFACE, struct.pack("<HHI", _ETHERNET, 0, _UNLIMITED) + _options(options))
        return self._interfaces[place]

    def packet(self, place: str, frame: Frame, comment: str | None = None) -> None:
        """One frame, and what there is to say of it."""
        time_ns = _nanoseconds(max(frame.time_s, 0.0))
        length = max(frame.length, len(frame.data))
        head = struct.pack(
            "<IIIII", self.interface(place), time_ns >> 32, time_ns & 0xFFFFFFFF, len(frame.data), length
        )
        direction = struct.pack("<I", _OUTGOING if frame.outgoing else _INCOMING)
        options = [(_FLAGS, direction), *_commented(comment)]
        self._write(_PACKET, head + _padded(frame.data) + _options(options))

    def flush(self) -> None:
        """Let those who follow the file see what was written."""
        self._file.flush()

    def _write(self, kind: int, body: bytes) -> None:
        length = struct.pack("<I", len(body) + 12)
        self._file.write(struct.pack("<I", kind) + length + body + length)


def _nanoseconds(time_s: float) -> int:
    """The whole seconds apart, or the product would be rounded to quarters of a microsecond."""
    return int(time_s) * _NS + round(time_s % 1 * _NS)


def _options(options: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_record(code, value) for code, value in options) + _record(_END, b"")


def _record(code: int, value: bytes) -> bytes:
    """An option or a name: both have this form."""
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _name(address: Address, name: str) -> bytes:
    return _record(_NAME_OF[address.version], address.packed + name.encode() + b"\0")


def _commented(comment: str | None) -> list[tuple[int, bytes]]:
    """At most as long as an option may be, and not cut inside a character."""
    if comment is None:
        return []
    return [(_COMMENT, comment.encode()[:_LONGEST].decode(errors="ignore").encode())]
