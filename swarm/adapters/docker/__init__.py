"""The one door to the container engine."""

from swarm.adapters.docker.images import DockerImages
from swarm.adapters.docker.sandboxes import Docker

__all__ = ["Docker", "DockerImages"]
