"""Packets on their way: what was seen at many interfaces, put together into journeys from host to host."""

from lab.journeys.following import follow
from lab.journeys.model import Heard, Hop, Journey

__all__ = ["Heard", "Hop", "Journey", "follow"]
