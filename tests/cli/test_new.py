"""`swarm new` makes one wish, from words or from standard input."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.bootstrap import keeper_environment
from swarm.cli import exit_codes
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


def test_a_new_task_is_wished_whole(
    swarm: Swarm, keeper: FakeKeeper, repo: Path
) -> None:
    keeper.decide = lambda _wish: {"tasks": [4, 5]}
    words = ["new", "do 'it'\n\x1b", "--run", "make", "--name", "n", "--base", "dev"]
    words += ["--copies", "2", "--after", "#3", "--tokens", "2M", "--dollars", "5"]
    words += ["--mode", "ask", "--headless", "--resume-after-limit", "yes"]

    assert swarm(*words) == (0, "4\n5\n", "")
    assert keeper.seen == [
        (
            "new",
            {
                "repo": str(repo),
                "prompt": "do 'it'\n\x1b",
                "command": "make",
                "agent": "",
                "name": "n",
                "base": "dev",
                "copies": 2,
                "after": [3],
                "tokens": 2_000_000,
                "dollars": 5.0,
                "way": "headless",
                "mode": "ask",
                "agents": [],
                "resume_after_limit": "yes",
                "offline": False,
                "build": False,
                "own_image": "",
            },
        )
    ]


def test_several_agents_are_one_wish(
    swarm: Swarm, keeper: FakeKeeper, repo: Path
) -> None:
    keeper.decide = lambda _wish: {"tasks": [4]}

    swarm("new", "do it", "--agent", "claude,codex", "--agent", "command", "--run", "x")
    swarm("new", "do it", "--agent", "claude")

    bodies = [body for _, body in keeper.seen]
    assert [body["agent"] for body in bodies] == ["", "claude"]
    assert [body["agents"] for body in bodies] == [["claude", "codex", "command"], []]


def test_a_task_that_will_see_other_registries_is_told_of(
    swarm: Swarm,
    keeper: FakeKeeper,
    repo: Path,
    paths: HomePaths,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The task is queued all the same: the keeper's settings may be the wanted ones."""
    keeper.decide = lambda _wish: {"tasks": [4]}
    keeper_environment.record(paths)
    monkeypatch.setenv("npm_config_registry", "https://npm.test/")

    status, out, said = swarm("new", "do it")

    assert (status, out) == (0, "4\n")
    assert "differ in npm_config_registry," in said


def test_a_prompt_may_come_from_standard_input(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.decide = lambda _wish: {"tasks": [1]}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from a file\n")))
    swarm("new", "-")

    assert keeper.seen[0][1]["prompt"] == "from a file\n"


def test_a_new_task_needs_a_repository(swarm: Swarm, keeper: FakeKeeper) -> None:
    status, _, err = swarm("new", "do it")

    assert status == exit_codes.FAILED
    assert "is not in a git repository\n  go to one" in err
    assert keeper.seen == []


def test_a_prompt_that_is_no_text_is_refused(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bytes_in = io.TextIOWrapper(io.BytesIO(b"ab\xff"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", bytes_in)

    assert swarm("new", "-") == (
        exit_codes.FAILED,
        "",
        "swarm new: standard input is not text: invalid start byte at byte 2\n"
        "  it must be utf-8\n",
    )


def test_new_can_wait(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, repo: Path
) -> None:
    keeper.decide = lambda _wish: {"tasks": [ended(journal, 1)]}

    status, out, _ = swarm("new", "do it", "--run", "false", "--wait")

    assert (status, out) == (exit_codes.TASK_FAILED, "1\n")


@pytest.mark.parametrize("text", ["0", "-5", "1e9", "1000000000", "²", "many"])
def test_an_absurd_number_of_copies_is_refused_before_anything(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, text: str
) -> None:
    status, _, said = swarm("new", "do it", "--copies", text)

    assert (status, keeper.seen) == (exit_codes.USAGE, [])
    assert f"{text!r} is not a number from 1 to 1,000" in said


def test_what_many_copies_take_is_said(
    swarm: Swarm, keeper: FakeKeeper, repo: Path
) -> None:
    keeper.decide = lambda _wish: {"tasks": list(range(1, 201))}

    status, out, said = swarm("new", "do it", "--copies", "200")

    assert (status, len(out.split())) == (exit_codes.DONE, 200)
    assert said.startswith("200 tasks, 4 at work at once")
    assert keeper.seen[0][1]["copies"] == 200
