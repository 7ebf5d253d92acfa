"""What an agent's commits hold is counted before they may land."""

from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.commit_limits import CommitLimits
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.review import Incoming
from tests.adapters.git.git_helpers import agent_pack, sh_git, task_with_worktree
from tests.adapters.git.test_quarantine import nothing_was_taken, write_object

WHO = "Ann <ann@example.org> 1700000000 +0000"


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_worktree(repo)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, so that little is too much."""
    limits = CommitLimits(commits=5, commit=2000, all_commits=3000, all_trees=5000)
    monkeypatch.setattr(quarantine, "_LIMITS", limits)


def tree(task: TaskGit, *entries: tuple[str, str, str]) -> str:
    content = b"".join(
        f"{mode} {name}".encode() + b"\0" + bytes.fromhex(oid)
        for mode, name, oid in entries
    )
    return write_object(task, "tree", content)


def commit(task: TaskGit, tree: str, parent: str = "", message: str = "work") -> str:
    head = f"tree {tree}\nparent {parent or task.base}\n"
    text = f"{head}author {WHO}\ncommitter {WHO}\n\n{message}\n"
    return write_object(task, "commit", text.encode())


def base_tree(task: TaskGit) -> str:
    return sh_git(task.repo.root, "rev-parse", "HEAD^{tree}")


def received(task: TaskGit, head: str) -> Incoming:
    pack = agent_pack(task, f"{head}\n^{task.base}\n")
    return quarantine.receive(task, head.encode() + b"\n" + pack)


def bomb(task: TaskGit, width: int = 10, depth: int = 10) -> str:
    """A tree of `depth` objects that unfolds to `width ** depth` paths."""
    blob = write_object(task, "blob", b"x")
    oid = tree(task, *(("100644", f"{n:03}", blob) for n in range(width)))
    for _ in range(depth - 1):
        oid = tree(task, *(("40000", f"{n:03}", oid) for n in range(width)))
    return oid


@pytest.mark.parametrize("last", [True, False])
def test_a_commit_that_unfolds_without_end_is_refused(
    task: TaskGit, last: bool
) -> None:
    """In the middle too, with an innocent one after it."""
    head = commit(task, bomb(task))
    if not last:
        head = commit(task, base_tree(task), head)

    with pytest.raises(Refused, match="holds 10000000000 paths, more than") as refusal:
        received(task, head)

    assert "squash" in refusal.value.hint
    assert nothing_was_taken(task)


def test_a_bomb_made_of_the_base_s_own_directories_is_refused(task: TaskGit) -> None:
    """Those are in no pack of the agent's."""
    oid = base_tree(task)
    for _ in range(6):
        oid = tree(task, *(("40000", f"{n:03}", oid) for n in range(10)))

    with pytest.raises(Refused, match="holds 4000000 paths"):
        received(task, commit(task, oid))


def test_directories_without_end_are_refused(task: TaskGit) -> None:
    """One in the other, each with one entry: no path could be checked out."""
    oid = bomb(task, width=1, depth=102)

    with pytest.raises(Refused, match="its directories are 101 deep"):
        received(task, commit(task, oid))
    assert nothing_was_taken(task)


def test_a_message_of_a_megabyte_is_refused_and_a_long_one_is_cut(
    task: TaskGit,
) -> None:
    tree_of_base = base_tree(task)
    came = received(task, commit(task, tree_of_base, message="x" * 500_000))
    assert len(came.commits[0].subject) == 1000

    with pytest.raises(Refused, match="one commit has 1048"):
        received(task, commit(task, tree_of_base, message="x" * (1 << 20)))


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    ("count", "length", "sentence"),
    [
        (6, 1, "the agent made 6 commits, more than 5 may be"),
        (3, 1500, "the agent's commits have .* bytes, more than 3000"),
        (1, 2000, "one commit has .* bytes, more than 2000"),
    ],
)
def test_commits_are_counted_and_weighed(
    task: TaskGit, count: int, length: int, sentence: str
) -> None:
    head = ""
    for number in range(count):
        message = str(number) * length
        head = commit(task, base_tree(task), head, message)

    with pytest.raises(Refused, match=sentence):
        received(task, head)
    assert nothing_was_taken(task)


@pytest.mark.usefixtures("limited")
def test_the_bytes_of_directories_are_bounded(task: TaskGit) -> None:
    blob = write_object(task, "blob", b"x")
    wide = tree(task, *(("100644", f"{n:05}" * 5, blob) for n in range(200)))

    with pytest.raises(Refused, match=r"its directories have .* bytes"):
        received(task, commit(task, wide))


def test_a_file_that_unpacks_to_much_more_is_refused(
    task: TaskGit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes of pack."""
    monkeypatch.setattr(quarantine, "_LIMITS", CommitLimits(blob=1 << 20))
    blob = write_object(task, "blob", b"\0" * (8 << 20))

    with pytest.raises(Refused, match="one file has 8388608 bytes"):
        received(task, commit(task, tree(task, ("100644", "x", blob))))
    assert nothing_was_taken(task)


def test_ordinary_commits_pass(task: TaskGit) -> None:
    """The base's own tree, twice, with a submodule in it."""
    link = tree(task, ("40000", "a", base_tree(task)), ("160000", "sub", task.base))
    head = commit(task, link, commit(task, base_tree(task)))

    assert len(received(task, head).commits) == 2
