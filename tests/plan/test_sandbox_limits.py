"""A sandbox gets the settings' share of the machine."""

from pathlib import Path

from swarm.config import load
from swarm.plan.sandbox_limits import limits_of, tmpfs


def test_every_limit_is_the_settings() -> None:
    settings = load.load(Path("/nonexistent")).sandbox

    limits = limits_of(settings)

    assert (limits.memory, limits.cpus) == (settings.memory, settings.cpus)
    assert (limits.pids, limits.nofile) == (settings.pids, settings.nofile)
    assert (limits.shm, limits.tmp) == (settings.shm, settings.tmp)


def test_volumes_of_the_image_are_memory_of_the_same_size() -> None:
    places = tmpfs(4096, ("/var/lib/x",))

    assert sorted(places) == ["/run", "/tmp", "/var/lib/x"]
    assert places["/var/lib/x"] == places["/tmp"]
    assert "size=4096" in places["/tmp"]
    assert "noexec" in places["/run"]
