"""The one door to the container engine."""

from swarm.adapters.docker.containers import Docker
from swarm.adapters.docker.images import DockerImages

__all__ = ["Docker", "DockerImages"]
