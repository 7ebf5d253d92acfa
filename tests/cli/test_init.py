"""`init` writes a config file to edit."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from swarm.config import load
from swarm.plan.naming import HomePaths

Swarm = Callable[..., tuple[int, str, str]]


def test_a_new_config_says_nothing_and_explains_everything(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    out = swarm("init")[1]
    text = (tmp_path / "config.toml").read_text()

    assert "wrote " in out
    assert tomllib.loads(text) == {}
    assert "# max_running = 4" in text
    assert load.load(tmp_path / "config.toml") == load.load(tmp_path / "none")


def test_a_config_that_exists_is_not_touched(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("max_running = 2\n")

    assert "was not touched" in swarm("init")[1]
    assert (tmp_path / "config.toml").read_text() == "max_running = 2\n"


def test_a_config_that_cannot_be_read_is_named(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("max_runing = 2\n")
    status, _, err = swarm("init")

    assert status == 1
    assert f"swarm init: {tmp_path / 'config.toml'}:1: max_runing: unknown key" in err
