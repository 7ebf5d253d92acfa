"""What a checkout names, the agent's git names too, and none of it is the user's."""

from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.worktree.private_refs import Ref, read_refs, write_refs
from tests.adapters.git.git_helpers import (
    agent_commit,
    agent_git,
    commit_all,
    new_repository,
    sender_output,
    sh_git,
    task_with_worktree,
)

QUESTIONS = [
    "describe --tags",
    "describe --tags --long --match v*",
    "log -1 --format=%H main",
    "log -1 --format=%H feature/deep",
    "rev-parse v1.0 v1.0^{} light lib/v2 nested^{} tree^{tree} blob",
    "merge-base feature/deep HEAD",
    "merge-base origin/main HEAD",
    "rev-parse origin/main origin/HEAD origin",
    "symbolic-ref refs/remotes/origin/HEAD",
    "tag --list --merged HEAD",
    "notes show HEAD~2",
    "branch --remotes --format=%(refname)",
    "show-ref --dereference --tags",
    "fsck --connectivity-only --no-dangling",
]


@pytest.fixture(params=["sha1", "sha256"])
def rich(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A clone with tags of every kind, branches, remote branches and notes."""
    origin = new_repository(tmp_path / "origin", request.param)
    sh_git(origin, "tag", "-a", "v1.0", "-m", "one")
    sh_git(origin, "notes", "add", "-m", "a note")
    (origin / "x").write_text("x")
    commit_all(origin, "second")
    sh_git(origin, "tag", "light")
    sh_git(origin, "tag", "-a", "lib/v2", "-m", "two", "HEAD~1")
    sh_git(origin, "tag", "-a", "nested", "-m", "of a tag", "v1.0")
    sh_git(origin, "tag", "tree", "HEAD^{tree}")
    sh_git(origin, "tag", "blob", "HEAD:x")
    repo = tmp_path / "clone"
    sh_git(tmp_path, "clone", "-q", str(origin), str(repo))
    sh_git(repo, "fetch", "-q", "origin", "refs/notes/*:refs/notes/*")
    sh_git(repo, "switch", "-q", "-c", "feature/deep", "v1.0")
    (repo / "y").write_text("y")
    commit_all(repo, "feature")
    sh_git(repo, "switch", "-q", "main")
    (repo / "z").write_text("z")
    commit_all(repo, "third")
    return repo


@pytest.mark.parametrize("packed", [False, True])
def test_git_answers_in_the_box_as_in_the_checkout(rich: Path, packed: bool) -> None:
    """Versions, branches, merge bases, notes: loose refs and packed ones."""
    if packed:
        sh_git(rich, "pack-refs", "--all")
    task = task_with_worktree(rich)

    for question in QUESTIONS:
        words = question.split()
        assert agent_git(task, *words) == sh_git(rich, *words), question
    assert agent_git(task, "status", "--porcelain") == ""
    assert agent_git(task, "symbolic-ref", "--short", "HEAD") == task.branch


def test_the_agents_refs_are_not_the_users(rich: Path) -> None:
    """It deletes, moves and makes refs; the user's stay, and its commits come back."""
    task = task_with_worktree(rich)
    before = sh_git(rich, "for-each-ref")

    agent_git(task, "tag", "-d", "v1.0")
    agent_git(task, "branch", "-f", "main", "HEAD~1")
    agent_git(task, "update-ref", "-d", "refs/remotes/origin/main")
    agent_git(task, "merge", "-q", "-m", "both", "feature/deep")
    head = agent_commit(task)

    assert sh_git(rich, "for-each-ref") == before
    assert quarantine.receive(task, sender_output(task)).head == head


def test_linked_worktrees_and_bare_repositories_have_the_same_refs(
    rich: Path, tmp_path: Path
) -> None:
    """The refs are the common directory's."""
    linked, bare = tmp_path / "linked", tmp_path / "bare.git"
    sh_git(rich, "worktree", "add", "-q", str(linked), "feature/deep")
    sh_git(tmp_path, "clone", "-q", "--bare", str(rich), str(bare))

    for number, repo in enumerate((linked, bare), 1):
        task = task_with_worktree(repo, number)
        words = ("rev-parse", "main", "v1.0", "light")
        assert agent_git(task, *words) == sh_git(repo, *words)
    assert agent_git(task, "describe", "--tags") == sh_git(bare, "describe", "--tags")


def test_a_shallow_clone_has_the_tags_that_it_has(rich: Path, tmp_path: Path) -> None:
    """Refs whose objects are there, and no others."""
    shallow = tmp_path / "shallow"
    sh_git(tmp_path, "clone", "-q", "--depth=2", f"file://{rich}", str(shallow))
    task = task_with_worktree(shallow)

    assert agent_git(task, "show-ref", "--tags") == sh_git(
        shallow, "show-ref", "--tags"
    )
    assert agent_git(task, "describe", "--tags") == sh_git(
        shallow, "describe", "--tags"
    )


def test_refs_without_their_objects_are_left_out_and_counted(repo: Path) -> None:
    """A tag object, a tagged commit and a branch that are gone; the rest works."""
    tip = sh_git(repo, "rev-parse", "HEAD")
    gone = "1" * 40
    (repo / ".git" / "refs" / "heads" / "gone").write_text(f"{gone}\n")
    tag = f"object {gone}\ntype commit\ntag hollow\ntagger A <a@b> 1 +0000\n\nx\n"
    oid = sh_git(repo, "hash-object", "-t", "tag", "-w", "--stdin", stdin=tag.encode())
    (repo / ".git" / "refs" / "tags" / "hollow").write_text(f"{oid}\n")
    sh_git(repo, "tag", "good")
    task = task_with_worktree(repo)

    assert agent_git(task, "for-each-ref", "--format=%(refname)", "refs/tags") == (
        "refs/tags/good"
    )
    assert agent_git(task, "rev-parse", "main") == tip
    assert read_refs(task.repo.git, task.review.git).absent == 2


@pytest.mark.parametrize("count", [1, 3])
def test_more_refs_than_the_limit_are_cut_and_said(repo: Path, count: int) -> None:
    """Branches first; what was not looked at is known to be so."""
    sh_git(repo, "tag", "a")
    sh_git(repo, "tag", "b")
    task = task_with_worktree(repo)

    listed = read_refs(task.repo.git, task.review.git, limit=count)

    assert listed.cut
    assert len(listed.refs) == count
    assert listed.refs[0].name == b"refs/heads/main"


def test_many_refs_take_two_processes(repo: Path) -> None:
    """However many there are; and names that are no UTF-8 arrive as they are."""
    tip = sh_git(repo, "rev-parse", "HEAD")
    lines = [b"create refs/tags/t%05d %s" % (n, tip.encode()) for n in range(5000)]
    lines.append(b"create refs/heads/caf\xe9 %s" % tip.encode())
    sh_git(repo, "update-ref", "--stdin", stdin=b"\n".join(lines) + b"\n")
    task = task_with_worktree(repo)

    assert agent_git(task, "for-each-ref", "refs/tags").count("\n") == 4999
    names = agent_git(task, "for-each-ref", "--format=%(refname)", "refs/heads")
    assert "refs/heads/caf\udce9" in names.splitlines()


@pytest.mark.parametrize("name", ["swarm", "swarm/1-work", "swarm/1-work/deeper"])
def test_a_ref_that_cannot_stand_beside_the_tasks_branch_is_left_out(
    tmp_path: Path, name: str
) -> None:
    """The task's branch is the agent's own."""
    refs = [Ref(f"refs/heads/{name}".encode(), b"1" * 40), Ref(b"refs/tags/x", b"2")]

    write_refs(tmp_path, refs, "swarm/1-work")

    assert b"refs/heads" not in (tmp_path / "packed-refs").read_bytes()
    assert b"refs/tags/x" in (tmp_path / "packed-refs").read_bytes()


@pytest.mark.parametrize(
    "target", ["refs/remotes/origin/gone", "refs/remotes/origin/HEAD"]
)
def test_a_symbolic_ref_that_leads_nowhere_is_left_out(rich: Path, target: str) -> None:
    """As git itself leaves it out of every listing."""
    (rich / ".git" / "refs/remotes/origin/HEAD").write_text(f"ref: {target}\n")
    task = task_with_worktree(rich)

    assert "HEAD" not in agent_git(task, "branch", "--remotes")
