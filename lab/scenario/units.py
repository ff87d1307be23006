"""Link settings as people write them: `30%`, `1mbit`, `50ms`, `600`."""

from __future__ import annotations

import re

LOSS = r"(\d{1,3}(?:\.\d{1,3})?)%"
RATE = r"(\d{1,6}(?:\.\d{1,3})?)(kbit|mbit|gbit)"
DELAY = r"(\d{1,6}(?:\.\d{1,3})?)(ms|s)"

LEAST_MTU = 68  # RFC 791: every network carries that much
LARGEST_MTU = 1500  # RFC 894: more does not fit into an Ethernet frame

_KBIT = {"kbit": 1, "mbit": 1_000, "gbit": 1_000_000}
_MS = {"ms": 1, "s": 1_000}


def loss_percent(text: str) -> float:
    """Of every hundred packets so many are lost; ValueError unless it is more than 0% and at most 100%."""
    match = re.fullmatch(LOSS, text, re.ASCII)
    percent = float(match[1]) if match else 0
    if not 0 < percent <= 100:
        raise ValueError(f"{text!r} is no loss (allowed: above 0% to 100%)")
    return percent


def rate_kbit(text: str) -> int:
    """Thousands of bits a second; ValueError unless it is 1kbit to 10gbit."""
    match = re.fullmatch(RATE, text, re.ASCII)
    kbit = round(float(match[1]) * _KBIT[match[2]]) if match else 0
    if not 1 <= kbit <= 10_000_000:
        raise ValueError(f"{text!r} is no rate (allowed: 1kbit to 10gbit, like 1mbit)")
    return kbit


def delay_ms(text: str) -> float:
    """Milliseconds that every packet waits; ValueError unless it is above 0ms to 10s."""
    match = re.fullmatch(DELAY, text, re.ASCII)
    wait_ms = float(match[1]) * _MS[match[2]] if match else 0
    if not 0 < wait_ms <= 10_000:
        raise ValueError(f"{text!r} is no delay (allowed: above 0ms to 10s, like 50ms)")
    return wait_ms


def mtu_bytes(text: str) -> int:
    """The largest packet, in bytes; ValueError unless it is 68 to 1500."""
    if not re.fullmatch("[0-9]{1,4}", text) or not LEAST_MTU <= int(text) <= LARGEST_MTU:
        raise ValueError(f"{text} is no MTU (allowed: {LEAST_MTU} to {LARGEST_MTU} bytes)")
    return int(text)
