"""A person who lacks an image for new tasks is offered to build it."""

import os
import pty
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.cli import exit_codes, missing_images
from swarm.engine.host import images
from swarm.errors import ToolError
from swarm.model.wishes import NewTasks
from swarm.store.wish_queries import WishRecord
from tests.cli.conftest import FakeKeeper
from tests.fakes import FakeImages

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


def refuse(_wish: WishRecord) -> dict[str, object]:
    raise ToolError("docker create: there is no image", hint="build it")


def test_which_images_are_missing(paths: object, tmp_path: Path) -> None:
    """Each once, of several agents; those that share one count as one."""
    wish = NewTasks("/r", "p", agents=("claude", "gemini", "command"))
    here = FakeImages((images.tag("base"), images.tag("agents/gemini")))

    assert missing_images.of_wish(here, wish) == ["agents/claude"]
    assert missing_images.of_wish(FakeImages(), NewTasks("/r", command="ls")) == [
        "base"
    ]
    (tmp_path / "config.toml").write_text(
        '[sandbox]\nagents = ["gemini", "claude"]\nimage = "mine:1"\n'
    )
    assert missing_images.of_wish(here, wish) == ["agents/claude+gemini"]


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
