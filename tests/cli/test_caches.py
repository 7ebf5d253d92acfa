"""`swarm caches` shows sizes before anything is lent, and writes one line on a yes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.cli import caches, exit_codes
from swarm.config import load

Swarm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a cache of maven's, and settings with a comment."""
    (tmp_path / ".m2/repository/x").mkdir(parents=True)
    file = tmp_path / "settings" / "config.toml"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SWARM_CONFIG", str(file))
    for name in ("PIP_CACHE_DIR", "XDG_CACHE_HOME", "npm_config_cache"):
        monkeypatch.delenv(name, raising=False)
    return file


def lent(config: Path) -> tuple[str, ...]:
    return load.load(config).sandbox.caches


def test_each_is_shown_with_its_size_and_place(swarm: Swarm, config: Path) -> None:
    status, out, _ = swarm("caches")

    rows = {line.split()[0]: line for line in out.splitlines()}
    assert status == exit_codes.DONE
    assert str(config.parent.parent / ".m2/repository") in rows["maven"]
    assert "read it there" in rows["maven"]
    assert "it is not there" in rows["pip"]
    assert not config.exists()


def test_one_is_lent_on_a_yes_and_kept_again(swarm: Swarm, config: Path) -> None:
    assert swarm("caches", "lend", "maven", "--yes")[0] == exit_codes.DONE
    assert lent(config) == ("maven",)
    config.write_text("# mine\n" + config.read_text())

    assert "lent already" in swarm("caches", "lend", "maven", "--yes")[2]
    status, out, said = swarm("caches", "keep", "maven")

    assert (status, lent(config)) == (exit_codes.DONE, ())
    assert "# mine" in config.read_text()
    assert "+caches = []" in out
    assert "no cache of yours" in said


def test_without_a_yes_nothing_is_written(
    swarm: Swarm, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "agrees", lambda _question: False)

    status, out, said = swarm("caches", "lend", "maven")

    assert status == exit_codes.FAILED
    assert "maven" in out
    assert "nothing was written" in said
    assert not config.exists()


def test_one_that_cannot_be_lent_is_refused(swarm: Swarm, config: Path) -> None:
    os.mkfifo(config.parent.parent / ".m2/repository/x/pipe")

    status, _, said = swarm("caches", "lend", "maven", "--yes")

    assert status == exit_codes.FAILED
    assert "cannot be lent: pipe in it is a socket, pipe or device" in said
    assert not config.exists()
