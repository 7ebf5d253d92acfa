"""A landing is by the user, as the user's own configuration names them."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge import identity, prepare
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import Verdict
from swarm.model.review import MergeOrder
from tests.adapters.git.git_helpers import reopened, sh_git, task_with_worktree


@pytest.fixture
def task(repo: Path) -> TaskGit:
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    return task


def landed(task: TaskGit, options: LandingOptions | None = None) -> str:
    """Author and committer of the merge commit."""
    order = MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")
    new = prepare.prepare(task, order, options=options).new
    return sh_git(task.review_git, "log", "-1", "--format=%an <%ae>|%cn <%ce>", new)


def test_author_and_committer_have_settings_of_their_own(
    repo: Path, task: TaskGit
) -> None:
    """`author.*` and `committer.*` go before `user.*`, part by part."""
    sh_git(repo, "config", "author.email", "ann@work.example")
    sh_git(repo, "config", "committer.name", "Build")
    task = reopened(task)

    assert landed(task) == "Ann <ann@work.example>|Build <ann@example.org>"
    [item] = identity.items(task, "claude")
    assert item.verdict is Verdict.DONE
    assert "Ann <ann@work.example>" in item.sentence
    assert "Build <ann@example.org>" in item.sentence


def test_an_include_by_place_counts(repo: Path, task: TaskGit, tmp_path: Path) -> None:
    """Many keep one identity for work in a directory of its own."""
    work = tmp_path / "work.config"
    work.write_text("[user]\n\temail = ann@work.example\n")
    sh_git(repo, "config", "--unset", "user.email")
    sh_git(repo, "config", f"includeIf.gitdir:{tmp_path}/.path", str(work))

    assert "ann@work.example" in landed(reopened(task))


def test_no_variable_of_ours_names_the_user(
    task: TaskGit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keeper's environment is whoever's that started it."""
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.setenv("EMAIL", "somebody@example.org")

    assert landed(task) == "Ann <ann@example.org>|Ann <ann@example.org>"


def test_the_agent_may_be_the_author(task: TaskGit) -> None:
    """The user stays the committer, and the list says so."""
    options = LandingOptions(author="agent")

    assert landed(task, options) == (
        "claude <agent@swarm.invalid>|Ann <ann@example.org>"
    )
    [item] = identity.items(task, "claude", options)
    assert item.sentence.startswith("author is claude")


def test_without_a_user_the_list_refuses(repo: Path, task: TaskGit) -> None:
    """The same words as the merge itself."""
    sh_git(repo, "config", "--unset", "user.email")

    [item] = identity.items(reopened(task), "claude")

    assert item.verdict is Verdict.REFUSED
    assert "user.email" in item.hint
