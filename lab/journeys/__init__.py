"""Packets on their way: what was seen at many interfaces, put together into journeys from host to host."""

from lab.journeys.following import follow
from lab.journeys.likeness import Flow, flow_of
from lab.journeys.model import Heard, Hop, Journey
from lab.journeys.neighbours import Neighbours

__all__ = ["Flow", "Heard", "Hop", "Journey", "Neighbours", "flow_of", "follow"]
