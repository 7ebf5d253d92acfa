"""Which names and addresses mean the sandbox itself."""

import pytest

from swarm.policy import own_names


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "a.b.localhost",
        "localhost.localdomain",
        "sandbox",
        "sandbox.local",
        "ip6-localhost",
        "127.0.0.1",
        "127.255.0.9",
        "0.0.0.0",
        "::1",
        "[::1]",
        "::",
    ],
)
def test_the_sandbox_itself(host: str) -> None:
    assert own_names.is_own(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost.example.com",
        "notlocalhost",
        "sandbox.example.com",
        "10.0.0.1",
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "[::ffff:7f00:1]",
        "127.1",
        "2130706433",
        "0.0.0.1",
    ],
)
def test_something_else(host: str) -> None:
    """A disguise is no plain form: it stays a denial that is shown."""
    assert not own_names.is_own(host)
