"""A landing obeys the settings that the user's git reads in the target's checkout."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, in_force, prepare
from swarm.adapters.git.merge.checkout import all_checkouts
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.review import landing
from swarm.errors import Refused
from swarm.model.landing import LandingList, Subject
from swarm.model.review import MergeOrder
from tests.adapters.git.filter_programs import program
from tests.adapters.git.git_helpers import (
    commit_all,
    reopened,
    sh_git,
    task_with_worktree,
)
from tests.adapters.git.merge.test_signing import SIGNER

Setter = Callable[[Path, str, str], None]


def by_worktree_config(checkout: Path, key: str, value: str) -> None:
    sh_git(checkout, "config", "extensions.worktreeConfig", "true")
    sh_git(checkout, "config", "--worktree", key, value)


def by_gitdir(checkout: Path, key: str, value: str) -> None:
    """A file that is included for this checkout's git directory alone."""
    included = checkout.parent / "included"
    git_dir = sh_git(checkout, "rev-parse", "--absolute-git-dir")
    sh_git(checkout, "config", "--file", str(included), key, value)
    sh_git(checkout, "config", f"includeIf.gitdir:{git_dir}.path", str(included))


def by_branch(checkout: Path, key: str, value: str) -> None:
    """A file that is included where the target is checked out."""
    included = checkout.parent / "included"
    sh_git(checkout, "config", "--file", str(included), key, value)
    sh_git(checkout, "config", "includeIf.onbranch:main.path", str(included))


@pytest.fixture(params=[by_worktree_config, by_gitdir, by_branch])
def setter(request: pytest.FixtureRequest) -> Setter:
    chosen: Setter = request.param
    return chosen


@pytest.fixture
def linked(repo: Path) -> Path:
    """A linked checkout of the target; the repository's own is on another branch."""
    (repo / ".gitattributes").write_text("*.up filter=up\n*.merged merge=own\n")
    (repo / "x.merged").write_text("1\n2\n3\n4\n5\n6\n")
    commit_all(repo, "attributes")
    sh_git(repo, "switch", "-q", "-c", "side")
    place = repo.parent / "linked"
    sh_git(repo, "worktree", "add", "-q", str(place), "main")
    return place


def working(repo: Path) -> TaskGit:
    task = task_with_worktree(repo)
    (task.worktree / "new.txt").write_bytes(b"a\r\nb\r\n")
    (task.worktree / "a.up").write_text("small\n")
    (task.worktree / "x.merged").write_text("agent\n2\n3\n4\n5\n6\n")
    return task


def order_for(task: TaskGit) -> MergeOrder:
    return MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")


def listed(task: TaskGit, order: MergeOrder) -> LandingList:
    return landing.plan(reopened(task), order, LandingOptions()).listed


def land(task: TaskGit, order: MergeOrder) -> str:
    task = reopened(task)
    prepared = prepare.prepare(task, order)
    apply.apply(task, prepared)
    return prepared.new


def sentences(found: LandingList, subject: Subject) -> str:
    return "\n".join(item.sentence for item in found.items if item.subject is subject)


def test_the_commit_is_signed(repo: Path, linked: Path, setter: Setter) -> None:
    """As `git commit` there would sign it."""
    signer = program(repo.parent / "programs", "signer", SIGNER)
    task = working(repo)
    setter(linked, "gpg.x509.program", str(signer))
    setter(linked, "gpg.format", "x509")
    setter(linked, "commit.gpgSign", "true")

    order = order_for(task)
    found = listed(task, order)
    new = land(task, order)

    assert str(signer) in sentences(found, Subject.SIGNING)
    assert "SIGNED MESSAGE" in sh_git(repo, "cat-file", "commit", new)


def test_the_commit_is_by_the_checkouts_user(
    repo: Path, linked: Path, setter: Setter
) -> None:
    """Another address at work than at home, and a message's encoding."""
    task = working(repo)
    setter(linked, "user.email", "ann@work.example")
    setter(linked, "i18n.commitEncoding", "ISO-8859-1")

    order = order_for(task)
    found = listed(task, order)
    commit = sh_git(repo, "cat-file", "commit", land(task, order))

    assert "ann@work.example" in sentences(found, Subject.IDENTITY)
    assert commit.count("ann@work.example") == 2
    assert "encoding ISO-8859-1" in commit


def test_hooks_are_those_of_the_checkout(
    repo: Path, linked: Path, setter: Setter
) -> None:
    """A relative path begins at its work tree."""
    hook = program(linked.parent / "hooks", "pre-commit", "exit 0")
    setter(linked, "core.hooksPath", "../hooks")
    task = working(repo)

    assert str(hook) in sentences(listed(task, order_for(task)), Subject.HOOK)


def test_line_ends_are_those_of_the_checkout(
    repo: Path, linked: Path, setter: Setter
) -> None:
    """What lands is what `git add` there would store."""
    task = working(repo)
    setter(linked, "core.autocrlf", "input")

    order = order_for(task)
    found = listed(task, order)
    new = land(task, order)

    assert [each.path for each in found.conversions] == ["new.txt"]
    assert sh_git(repo, "cat-file", "-s", f"{new}:new.txt") == "4"


def test_filters_are_those_of_the_checkout(
    repo: Path, linked: Path, setter: Setter
) -> None:
    """The clean filter runs, and the one that writes the checkout is named."""
    task = working(repo)
    setter(linked, "filter.up.clean", "tr a-z A-Z")
    setter(linked, "filter.up.smudge", "tr A-Z a-z")

    order = order_for(task)
    found = listed(task, order)
    new = land(task, order)

    assert sh_git(repo, "show", f"{new}:a.up") == "SMALL"
    assert (linked / "a.up").read_text() == "small\n"
    assert "tr A-Z a-z" in sentences(found, Subject.SMUDGE)


def test_merge_drivers_are_those_of_the_checkout(
    repo: Path, linked: Path, setter: Setter
) -> None:
    """The one that does not run is named."""
    task = working(repo)
    setter(linked, "merge.own.driver", "mine %A %B")
    (linked / "x.merged").write_text("1\n2\n3\n4\n5\nuser\n")
    commit_all(linked, "mine")

    assert "mine %A %B" in sentences(listed(task, order_for(task)), Subject.DRIVER)


@pytest.mark.parametrize("first", [True, False], ids=["alone", "beside another"])
def test_a_program_of_the_tree_is_refused(
    repo: Path, linked: Path, setter: Setter, first: bool
) -> None:
    """Set up in any checkout that would be written, the first or not."""
    if not first:
        sh_git(repo, "switch", "-q", "--ignore-other-worktrees", "main")
    task = working(repo)
    (task.worktree / "tool.sh").write_text("cat\n")
    order = order_for(task)
    prepared = prepare.prepare(task, order)
    setter(linked, "filter.up.smudge", "sh tool.sh")

    with pytest.raises(Refused, match="could bring its own program"):
        apply.apply(reopened(task), prepared)
    if first:
        assert "could bring" in sentences(listed(task, order), Subject.DRIVER)


def test_settings_of_another_checkout_do_not_count(repo: Path, linked: Path) -> None:
    """Not even the repository's own checkout has a say in a linked one."""
    task = working(repo)
    by_worktree_config(repo, "user.email", "ann@side.example")
    by_worktree_config(repo, "core.autocrlf", "input")

    order = order_for(task)
    found = listed(task, order)

    assert not found.conversions
    assert "side.example" not in sentences(found, Subject.IDENTITY)


def test_a_target_that_is_checked_out_nowhere_has_the_repositorys(
    repo: Path, linked: Path
) -> None:
    """A checkout that is gone counts no more."""
    task = working(repo)
    by_worktree_config(linked, "user.email", "ann@work.example")
    sh_git(repo, "worktree", "remove", str(linked))

    found = listed(task, order_for(task))

    assert "work.example" not in sentences(found, Subject.IDENTITY)


def test_where_the_main_work_tree_lies_stays(repo: Path, linked: Path) -> None:
    """A bare repository whose `core.bare` is in its own file gets no checkout."""
    by_worktree_config(repo, "user.name", "Ann")
    sh_git(repo, "config", "--unset", "core.bare")
    sh_git(repo, "config", "--worktree", "core.bare", "true")
    task = task_with_worktree(linked)

    there = in_force.on_target(task, "main")

    assert there.repo.settings_dir
    places = [each.work_tree for each in all_checkouts(there.repo)]
    assert set(places) == {linked, task.worktree}


def test_a_target_is_asked_for_once(repo: Path) -> None:
    """The settings of one landing are those of one moment; another target's differ."""
    task = task_with_worktree(repo)

    once = in_force.on_target(task, "main")

    assert in_force.on_target(once, "main") is once
    assert in_force.on_target(once, "other").repo.settings_target == "other"
