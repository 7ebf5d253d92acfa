"""The settings of a landing have the defaults that the settings file shows."""

from pathlib import Path

from swarm.adapters.git.merge.options import LandingOptions
from swarm.config import load


def test_the_defaults_are_those_of_the_settings() -> None:
    """Whoever computes a landing without settings gets the same."""
    settings = load.load(Path("/nonexistent")).merge

    assert LandingOptions() == LandingOptions(
        author=settings.author,
        sign_seconds=settings.sign_seconds,
        filter_seconds=settings.filter_seconds,
        hook_seconds=settings.hook_seconds,
    )
