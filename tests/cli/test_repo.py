"""`swarm repo` asks for what the person meant, whatever links there are."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.cli import exit_codes, repo
from swarm.config.brought import REPO_FOLDER
from swarm.model.wishes import MoveRepository, Wish
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.cli.conftest import FakeKeeper

Swarm = Callable[..., tuple[int, str, str]]


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


def test_what_a_repository_brings_is_shown_before_it_is_agreed_to(
    swarm: Swarm, keeper: FakeKeeper, tmp_path: Path
) -> None:
    """Every word of it, and what was left out; without a yes nothing is agreed to."""
    repository = new_repository(tmp_path / "repo")
    assert (
        "has neither .swarm/bring nor"
        in swarm("--repo", str(repository), "repo", "trust")[2]
    )
    folder = repository / REPO_FOLDER
    (folder / "skills" / "a").mkdir(parents=True)
    (folder / "skills" / "a" / "SKILL.md").write_text("do\n\x1b[2Jthis")
    (folder / "mcp.toml").write_text(
        '[mcp.zoo]\ncommand = ["zoo", "a b"]\nenvironment = { TOKEN = "x", A = "1" }\n'
    )
    commit = commit_all(repository, "bring")

    status, shown, said = swarm("--repo", str(repository), "repo", "trust")
    assert (status, keeper.seen) == (exit_codes.FAILED, [])
    assert "MCP server zoo: zoo 'a b' A=1" in shown
    assert "skills/a/SKILL.md:\n  do\n  \\x1b[2Jthis\n" in shown
    assert "left out as a secret: mcp.zoo.environment.TOKEN" in shown
    assert "no terminal to ask" in said

    assert swarm("--repo", str(repository), "repo", "trust", "--yes")[0] == 0
    [(verb, body)] = keeper.seen
    assert (verb, body["base"]) == ("agree-to-brought", commit)
    assert len(body["digest"]) == 64


def test_swarm_toml_is_shown_whole_and_agreed_to(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    """With the files that act outside a box; a terminal is driven by none of them."""
    repository = new_repository(tmp_path / "repo")
    long = "x" * 3000
    (repository / "swarm.toml").write_text(
        f'dockerfile = "D"\nsetup = ["make {long} last"]\n'
    )
    (repository / "D").write_text("FROM a\n# \x1b[2J\n")
    commit_all(repository, "project")
    trust = ("--repo", str(repository), "repo", "trust")

    status, shown, said = swarm(*trust)
    assert status == exit_codes.FAILED
    assert f"make {long} last" in shown
    assert "D:\n  FROM a\n  # \\x1b[2J\n" in shown
    assert "no terminal to ask" in said

    status, _, said = swarm(*trust, "--yes")
    assert (status, "is used by each next task" in said) == (0, True)
    status, _, said = swarm(*trust)
    assert (status, "you agreed to it" in said) == (0, True)
    (repository / "D").write_text("FROM b")
    commit_all(repository, "other")
    assert swarm(*trust)[0] == exit_codes.FAILED
