"""A world to send packets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.world import World

if TYPE_CHECKING:
    from lab.topology import Topology


@pytest.fixture
def world(topology: Topology) -> World:
    return World(topology)
