"""Mutated compose files: read or refused by their name, and never above the floor."""

from swarm.config import compose, project
from swarm.errors import ConfigError
from swarm.model.project import ProjectChoice
from tests.fuzz_target import Broken, Target

CHOICE = ProjectChoice(compose="compose.yaml", services=("db",))
FILE = b"""\
x-a: &a {restart: always, cap_add: []}
services:
  db:
    <<: *a
    image: ${IMAGE:-some/db:1}
    command: serve "a b"
    environment: {A: "${B:-c$$}", D: ~}
    ports: ["5433:5432/tcp", {target: 80}]
    volumes: [data:/var/lib/db, /cache]
    healthcheck: {test: [CMD, ready], interval: 5s, retries: 3}
    privileged: false
"""
REFUSED = b"""\
services: {db: {image: x, privileged: true, network_mode: host, pid: host,
  volumes: [/:/host], devices: [/dev/kvm], security_opt: [a], <<: [{}]}}
"""


def _read(data: bytes) -> bool:
    """What is taken is what a `swarm.toml` could say, and names no path of ours."""
    try:
        choice, _ = compose.applied(CHOICE, data.decode("utf-8", "replace"))
    except ConfigError:
        return False
    service = choice.service_container["db"]
    for folder in service.data:
        try:
            project.data_folder(folder)
        except ValueError as error:
            raise Broken(f"{folder!r} is taken from {data!r}") from error
    if not service.image or not 1 <= service.health_seconds <= 3600:
        raise Broken(f"{service} is taken from {data!r}")
    return True


TARGETS = (Target("compose", (FILE, REFUSED), _read),)
