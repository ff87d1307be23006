"""DNS over UDP in words (RFC 1035): what is asked, what is answered."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Any

PORT = 53
_LONGEST = 4096  # bytes; more would only be work
_MOST_ANSWERS = 32
_HEADER = struct.Struct(">6H")
_RESPONSE, _OPCODE, _RESERVED, _RCODE = 0x8000, 0x7800, 0x0040, 0x000F
_INTERNET = 1
_RCODES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_TYPES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 255: "ANY"}


def in_words(message: bytes, *, is_expected: bool) -> str | None:
    """`query A server.lab.test` or `answer server.lab.test = 203.0.113.10`; None when this is no such message.

    Where it is not expected (another port than 53), it must be one without any doubt.
    """
    if not _HEADER.size <= len(message) <= _LONGEST:
        return None
    ident, flags, questions, answers, _, _ = _HEADER.unpack_from(message)
    is_usual = questions == 1 and not flags & (_OPCODE | _RESERVED)
    if questions > 1 or answers > _MOST_ANSWERS or not (is_expected or is_usual):
        return None
    from lab.packets import dns_message  # noqa: PLC0415  it needs dpkt

    # The name servers and the rest after the answers are not told, so they need not be read.
    decoded = dns_message.read(_HEADER.pack(ident, flags, questions, answers, 0, 0) + message[_HEADER.size :])
    if decoded is None or not (is_expected or decoded.qd[0].cls == _INTERNET):
        return None
    return _answer(decoded, flags & _RCODE) if flags & _RESPONSE else _query(decoded)


def _query(decoded: Any) -> str | None:
    return f"query {_type(decoded.qd[0])} {_name(decoded.qd[0].name)}" if decoded.qd and not decoded.opcode else None


def _answer(decoded: Any, rcode: int) -> str | None:
    if not (decoded.qd or rcode):
        return None
    asked = _name(decoded.qd[0].name) if decoded.qd else ""
    found = [told for record in decoded.an if (told := _record(record)) is not None]
    if rcode:
        said = _RCODES.get(rcode, f"RCODE {rcode}")
    elif found:
        said = f"= {', '.join(found)}"
    else:
        said = "NODATA"  # the name is there, but nothing of that type (RFC 2308, section 2.2)
    return " ".join(word for word in ("answer", asked, said) if word)


def _record(record: Any) -> str | None:
    """What one record says; addresses just so, all else with its type."""
    kind = _type(record)
    if kind == "A":
        return str(IPv4Address(record.rdata)) if len(record.rdata) == 4 else None
    if kind == "AAAA":
        return str(IPv6Address(record.rdata)) if len(record.rdata) == 16 else None
    return f"{kind} {_name(record.points_to)}" if record.points_to is not None else kind


def _type(question: Any) -> str:
    return _TYPES.get(question.type, f"TYPE{question.type}")


def _name(name: str) -> str:
    r"""With what would not be printed, or be taken for something else, as `\DDD` (RFC 4343, section 2.1)."""
    return "".join(character if _is_plain(character) else _escaped(character) for character in name) or "."


def _is_plain(character: str) -> bool:
    return character.isprintable() and character not in " \\"


def _escaped(character: str) -> str:
    return "".join(f"\\{byte:03d}" for byte in character.encode())
