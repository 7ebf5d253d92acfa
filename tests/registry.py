"""A real registry on this machine's loopback, for tests that pull."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.built_image import built

DOCKERFILE = b"""ARG BASE_IMAGE
FROM ${BASE_IMAGE}
USER root
RUN apt-get update && apt-get install -y --no-install-recommends docker-registry
RUN printf '%s\\n' 'version: 0.1' 'storage:' '  filesystem:' \\
    '    rootdirectory: /tmp/registry' 'http:' '  addr: :5000' > /etc/registry.yml
USER 1000:1000
CMD ["docker-registry", "serve", "/etc/registry.yml"]
"""
PATIENCE = 60.0


@contextmanager
def open_registry() -> Iterator[str]:
    """Its `host:port`; what was pushed goes with it."""
    image = built("registry", DOCKERFILE)
    argv = ["docker", "run", "--rm", "--detach", "--publish=127.0.0.1::5000", image]
    container = _output(*argv)
    try:
        place = _output("docker", "port", container, "5000").splitlines()[0]
        _wait(place)
        yield place
    finally:
        _output("docker", "rm", "--force", container)


def push(place: str, image: str, name: str) -> str:
    """Put an image of the engine's into the registry; its reference there.

    The engine forgets it: the next who wants it has to pull.
    """
    reference = f"{place}/{name}"
    _output("docker", "tag", image, reference)
    _output("docker", "push", "--quiet", reference)
    _output("docker", "rmi", reference)
    return reference


def _output(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _wait(place: str) -> None:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while True:
        try:
            requests.get(f"http://{place}/v2/", timeout=1).raise_for_status()
        except requests.RequestException:
            assert time.monotonic() < deadline, "the registry does not answer"
            pause.wait(0.05)
        else:
            return
