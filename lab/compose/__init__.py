"""docker-compose.yml as the description of a lab."""

from lab.compose.loading import find_compose_file, load_topology

__all__ = ["find_compose_file", "load_topology"]
