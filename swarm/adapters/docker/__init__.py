"""The only room that talks to the container engine."""

from swarm.adapters.docker.containers import DockerContainers
from swarm.adapters.docker.images import DockerImages

__all__ = ["DockerContainers", "DockerImages"]
