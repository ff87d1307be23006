"""What a topology can be asked."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.topology import Topology


@pytest.mark.parametrize(
    ("address", "nearby", "owner"),
    [
        ("203.0.113.10", (), "server"),
        ("198.51.100.1", ("datacenter",), "isp"),
        ("192.168.1.10", ("home-a",), "client-a1"),
        ("192.168.1.10", ("home-b", "internet"), "client-b1"),
        ("192.168.1.10", (), None),
        ("192.168.1.11", (), "client-a2"),
        ("192.0.2.1", (), None),
    ],
)
def test_an_address_belongs_to_the_one_nearby_or_the_only_one(
    topology: Topology, address: str, nearby: tuple[str, ...], owner: str | None
) -> None:
    assert topology.whose(ip_address(address), nearby) == owner
