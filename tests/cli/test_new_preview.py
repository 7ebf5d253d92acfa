"""`swarm new --dry-run` says what a task would stand on, and makes none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.bootstrap import wiring
from swarm.cli import exit_codes
from swarm.model.standing import Standing
from swarm.plan.naming import HomePaths

Swarm = Callable[..., tuple[int, str, str]]
STANDINGS = {
    "claude": Standing("claude", "", "no secret goes\x1b there", "agents/claude"),
    "command": Standing("command", image="base", network="locked: less"),
}


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What each agent would stand on, without a container engine."""
    monkeypatch.setattr(wiring, "standings", lambda *_: STANDINGS)


def test_what_a_task_would_stand_on_is_printed(
    swarm: Swarm, paths: HomePaths, repo: Path
) -> None:
    words = ("--copies", "100", "--tokens", "5k", "--dollars", "2", "--dry-run")

    status, out, said = swarm("new", "--run", "true", *words)

    rows = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert (status, said) == (exit_codes.DONE, "nothing was started\n")
    assert rows["agent"] == "command"
    assert rows["key"] == "none is needed"
    assert (rows["image"], rows["network"]) == ("base", "locked: less")
    assert rows["budget"] == "5,000 tokens and $2.00"
    assert rows["takes"].startswith("100 tasks, 4 at work at once")
    assert not paths.database.exists()


def test_what_is_missing_is_a_failure(
    swarm: Swarm, paths: HomePaths, repo: Path
) -> None:
    status, out, _ = swarm("new", "x", "--agent", "claude", "--dry-run")

    assert status == exit_codes.FAILED
    assert "no secret goes\\x1b there" in out
    assert swarm("new", "x", "--agent", "hal", "--dry-run")[0] == exit_codes.FAILED


def test_without_a_choice_it_is_refused_after_an_agent_that_can_run(
    swarm: Swarm, paths: HomePaths, repo: Path
) -> None:
    """`new` refuses the same words, so the dry run may not promise a start."""
    status, out, said = swarm("new", "x", "--dry-run")

    assert (status, out.split()[:2]) == (exit_codes.FAILED, ["agent", "command"])
    assert "no agent was chosen\n  use --agent (" in said
    assert "nothing was started" not in said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("x", "--agent", "command"), "the agent command needs a command"),
        (("--agent", "command"), "the prompt is empty"),
        (("  ", "--agent", "command"), "the prompt is empty"),
    ],
)
def test_words_that_no_task_can_start_with_are_refused(
    swarm: Swarm, paths: HomePaths, repo: Path, words: tuple[str, ...], reason: str
) -> None:
    status, out, said = swarm("new", *words, "--dry-run")

    assert (status, out) == (exit_codes.FAILED, "")
    assert reason in said


def test_what_the_agent_may_not_write_or_see_is_printed(
    swarm: Swarm, paths: HomePaths, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered = {"command": Standing("command", covers="hidden from the agent: .env")}
    monkeypatch.setattr(wiring, "standings", lambda *_: covered)

    _, out, _ = swarm("new", "--run", "true", "--dry-run")

    assert "covers  hidden from the agent: .env" in out.replace("     ", " ")


def test_what_of_the_users_own_it_would_have_is_printed(
    swarm: Swarm, paths: HomePaths, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repo.parent / "own.toml"
    file.write_text('[sandbox]\ndotfiles = [".vimrc"]\ncaches = ["pip", "npm"]\n')
    monkeypatch.setenv("SWARM_CONFIG", str(file))

    _, out, _ = swarm("new", "--run", "true", "--dry-run")

    rows = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert (rows["dotfiles"], rows["caches"]) == ("~/.vimrc", "pip, npm")


def test_a_missing_warm_base_is_told_and_is_a_failure_offline(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    words = ("new", "--run", "true", "--dry-run")
    cold = Standing("command", image="base", setup="2 first", no_offline="none there")
    monkeypatch.setattr(wiring, "standings", lambda *_: {"command": cold})

    status, out, _ = swarm(*words)
    assert (status, "2 first" in out, "none there" in out) == (0, True, False)
    status, out, said = swarm(*words, "--offline")
    assert (status, "none there" in out) == (exit_codes.FAILED, True)
    assert "nothing was started" not in said
