"""A check comes to one shell's command, whichever way it is written."""

import pytest

from swarm.model.health_check import as_shell_command


@pytest.mark.parametrize(
    ("check", "command"),
    [
        (("CMD", "redis-cli", "ping now"), "redis-cli 'ping now'"),
        (("CMD-SHELL", "pg_isready || exit 1"), "pg_isready || exit 1"),
        (("NONE",), ""),
        ((), ""),
        (("ELSE", "x"), ""),
    ],
)
def test_every_kind(check: tuple[str, ...], command: str) -> None:
    assert as_shell_command(check) == command
