"""A volume's size is read where that is allowed, else asked of the engine."""

import os
import secrets

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.plan.naming import HOME_LABEL


@pytest.mark.parametrize("is_readable", [True, False])
def test_a_volume_has_the_size_of_what_is_in_it(
    monkeypatch: pytest.MonkeyPatch, is_readable: bool
) -> None:
    if not is_readable:
        monkeypatch.setattr(os, "access", lambda *_: False)
    containers, tag = DockerContainers(), f"test-{secrets.token_hex(4)}"
    name = f"swarm-{tag}-1-home"
    try:
        containers.make_volume(name, {HOME_LABEL: tag})
        sizes = containers.volume_sizes({HOME_LABEL: tag}, 5.0)
    finally:
        containers.remove_volume(name)
        containers.close()

    assert set(sizes) == {name}
    assert sizes[name].is_whole
    assert sizes[name].bytes < 64 << 10
