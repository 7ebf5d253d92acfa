"""What a human wrote wrongly is named with file, line and key; nothing is guessed."""

from pathlib import Path

import pytest

from swarm.config.load import load
from swarm.errors import ConfigError


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """Every key has a default; the shipped file is the documentation."""
    config = load(tmp_path / "absent.toml")

    assert (config.max_running, config.sandbox.memory) == (4, 4 << 30)


def test_a_user_changes_one_key_and_keeps_the_rest(tmp_path: Path) -> None:
    """Tables are merged, not replaced."""
    file = tmp_path / "config.toml"
    file.write_text('max_running = 2\n[sandbox]\nmemory = "512MiB"\n')

    config = load(file)

    assert (config.max_running, config.sandbox.memory, config.sandbox.pids) == (
        2,
        512 << 20,
        512,
    )


def test_a_version_may_be_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("version = 1\nmax_running = 2\n")

    assert load(file).max_running == 2


WRONG = ("2", "0", '"1"', "1.0", "true", "[1]")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("max_runing = 2\n", r":1: max_runing: unknown key"),
        ("\n[sandbox]\nmemory = 'lots'\n", r":3: sandbox\.memory"),
        ("max_running = 0\n", r":1: max_running"),
        *((f"\nversion = {wrong}\n", r":2: version: a number") for wrong in WRONG),
        ("[sandbox]\nprivileged = true\n", r":2: sandbox\.privileged: unknown key"),
        ("max_running = = 2\n", r"not valid TOML.*line 1"),
        ('[sensor]\nkeep = "1GiB"\n[checkpoint]\nkeep = 0\n', r":4: checkpoint\.keep"),
        ('[merge]\nstrategy = "force"\n', r":2: merge\.strategy"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    tmp_path: Path, text: str, says: str
) -> None:
    """The message is enough to mend it without a search."""
    file = tmp_path / "config.toml"
    file.write_text(text)

    with pytest.raises(ConfigError, match=says) as caught:
        load(file)
    assert str(file) in caught.value.message
