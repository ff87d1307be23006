"""A DNS message as dpkt reads it, but for what makes dpkt give up on all of it."""

from __future__ import annotations

from typing import Any

from dpkt import dns, dpkt  # type: ignore[import-untyped]

_WITH_NAME = frozenset({dns.DNS_NS, dns.DNS_CNAME, dns.DNS_PTR, dns.DNS_MX, dns.DNS_SRV})


class _Record(dns.DNS.RR):  # type: ignore[misc]
    """One of a type that nobody knows is still a record."""

    def unpack_rdata(self, buf: bytes, off: int) -> None:
        if self.type in _WITH_NAME:
            super().unpack_rdata(buf, off)

    @property
    def points_to(self) -> str | None:
        """The name that it leads to, where that is what it is for."""
        values = (getattr(self, field, None) for field in ("nsname", "cname", "ptrname", "mxname", "srvname"))
        return next((value for value in values if value is not None), None)


class _Message(dns.DNS):  # type: ignore[misc]
    RR = _Record


def read(message: bytes) -> Any:
    """With `qd`, the questions, and `an`, the answers; None when it is no DNS message or is broken."""
    try:
        return _Message(message)
    except (dpkt.UnpackError, UnicodeDecodeError):
        return None
