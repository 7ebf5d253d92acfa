"""`swarm repo moved` asks for what the person meant, whatever links there are."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from swarm.cli import repo
from swarm.model.wishes import MoveRepository, Wish
from swarm.plan.naming import HomePaths


def arguments() -> ArgumentParser:
    parser = ArgumentParser()
    repo.repo_arguments(parser)
    return parser


def test_a_link_at_the_old_place_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its parents are, and all of the new path."""
    asked: list[Wish] = []

    def answer(_paths: HomePaths, wish: Wish) -> dict[str, list[int]]:
        asked.append(wish)
        return {"tasks": [1, 2], "live": [2]}

    monkeypatch.setattr(repo, "ask", answer)
    monkeypatch.setenv("SWARM_HOME", str(tmp_path))
    (tmp_path / "real" / "new").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "old").symlink_to(tmp_path / "real" / "new")
    monkeypatch.chdir(tmp_path / "link")

    repo.repo(arguments().parse_args(["moved", "old/", f"{tmp_path}/link/new"]))

    old, new = tmp_path / "real" / "old", tmp_path / "real" / "new"
    assert asked == [MoveRepository(str(old), str(new))]
    error = capsys.readouterr().err
    assert f"#1, #2: now of {new}" in error
    assert "#2: its sandbox" in error
