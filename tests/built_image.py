"""Builds an image for tests on the base image, unless it is there already."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from swarm.adapters.docker.images import DockerImages
from swarm.engine.host import images


def built(name: str, dockerfile: bytes) -> str:
    """The image's reference; building it takes minutes.

    `dockerfile` begins with `ARG BASE_IMAGE`. The reference changes with it and with
    the base image.
    """
    door = DockerImages()
    base = images.build(door, "base", lambda _line: None)
    digest = hashlib.sha256(dockerfile + base.encode()).hexdigest()[:12]
    reference = f"swarm/test-{name}:{digest}"
    if not door.image_id(reference):
        files = {"Dockerfile": dockerfile}
        door.build(reference, files, {"BASE_IMAGE": base}, lambda _line: None)
    return reference


@contextmanager
def images_of_projects() -> Iterator[DockerImages]:
    """An engine; what its block makes of projects' own images goes again."""
    engine = DockerImages()
    before = {image.reference for image in engine.tagged("swarm/projects")}
    try:
        yield engine
    finally:
        for image in engine.tagged("swarm/projects"):
            if image.reference not in before:
                engine.untag(image.reference)
        engine.close()


BUSYBOX = b"""ARG BASE_IMAGE
FROM ${BASE_IMAGE} AS fetch
USER root
RUN apt-get update && apt-get install -y --no-install-recommends busybox-static
FROM scratch
COPY --from=fetch /bin/busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
"""
"""An image of one static program: no bash, no libc, no git, no /etc, no /tmp."""
