"""A person who lacks an image for new tasks is offered to build it."""

import os
import pty
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.cli import exit_codes
from swarm.errors import ToolError
from swarm.store.wish_queries import WishRecord
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.cli.conftest import FakeKeeper

Swarm = Callable[..., tuple[int, str, str]]
AGENT = """\
version = 1
title = "T"
summary = "an agent of the user's, whose package nobody has"
[image]
manager = "npm"
package = "@swarm-no-such-scope/none"
version = "1.0.0"
binary = "none"
native = true
[headless]
argv = ["none", "{prompt}"]
"""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Types lines at a terminal that is standard input."""
    master, slave = pty.openpty()

    def type_line(text: str) -> None:
        os.write(master, f"{text}\n".encode())

    with open(slave, closefd=False) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        yield type_line
    os.close(master)
    os.close(slave)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real one, whose commit has nothing that tells of tools."""
    monkeypatch.chdir(new_repository(tmp_path / "repo"))
    return tmp_path / "repo"


def refuse(_wish: WishRecord) -> dict[str, object]:
    raise ToolError("docker create: there is no image", hint="build it")


def test_what_files_tell_of_is_offered_before_the_task(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, answers: Callable[[str], None]
) -> None:
    """A no leaves the task without it: it is queued all the same."""
    # Together, so that no image that somebody built on this machine has all of it.
    for name in ("Cargo.toml", "Gemfile", "go.mod", "pom.xml"):
        (repo / name).write_text("")
    commit_all(repo, "four languages")
    keeper.decide = lambda _wish: {"tasks": [1], "notes": ["as \x1b it is"]}
    answers("n")

    status, out, said = swarm("new", "--run", "true", "--package", "jq")
    assert "Build it now?" not in said
    status, out, said = swarm("new", "--run", "true")

    assert (status, out.splitlines()[-1]) == (exit_codes.DONE, "[y/N] 1")
    assert "rust (Cargo.toml), which its image has not: `swarm image build" in said
    assert "Build it now? Without it, the task has no such tools." in said
    assert "as \\x1b it is" in said
    assert keeper.seen[-1][1].get("stacks") is None


def test_without_a_consent_the_refusal_stands(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, answers: Callable[[str], None]
) -> None:
    registry.user_folder().mkdir()
    (registry.user_folder() / "none.toml").write_text(AGENT)
    keeper.decide = refuse
    answers("n")

    status, _, said = swarm("new", "--agent", "none", "do it")

    assert status != exit_codes.DONE
    assert "image agents/none is not built: about 1 min, 0." in said
    assert "Build it now?" in said
    assert "there is no image" in said
    assert len(keeper.seen) == 1


def test_a_build_that_fails_is_told_and_nothing_is_queued(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, answers: Callable[[str], None]
) -> None:
    registry.user_folder().mkdir()
    (registry.user_folder() / "none.toml").write_text(AGENT)
    keeper.decide = refuse
    answers("y")

    status, _, said = swarm("new", "--agent", "none", "do it")

    assert status != exit_codes.DONE
    assert "npm has no @swarm-no-such-scope/none@1.0.0" in said
    assert len(keeper.seen) == 1
