"""What an agent sends passes a quarantine, or nothing of it is taken."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.adapters.git import quarantine
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import SwarmError
from tests.adapters.git.git_helpers import (
    IDENTITY,
    agent_commit,
    agent_git,
    agent_pack,
    new_repository,
    sender_output,
    sh_git,
    task_with_worktree,
)


def write_object(task: TaskGit, kind: str, content: bytes) -> str:
    """An object as no decent git would write it."""
    at = f"--git-dir={task.private_git}"
    words = ("hash-object", "-t", kind, "-w", "--literally", "--stdin")
    done = subprocess.run(
        ["git", at, *words], input=content, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def commit_of(task: TaskGit, *entries: tuple[str, str, str]) -> str:
    """A commit on the base whose tree holds these (mode, name, id)."""
    tree = b"".join(
        f"{mode} {name}".encode() + b"\0" + bytes.fromhex(oid)
        for mode, name, oid in entries
    )
    oid = write_object(task, "tree", tree)
    who = "Ann <ann@example.org> 1700000000 +0000"
    text = f"tree {oid}\nparent {task.base}\nauthor {who}\ncommitter {who}\n\nevil\n"
    return write_object(task, "commit", text.encode())


def evil_git_entry(task: TaskGit) -> str:
    blob = write_object(task, "blob", b"[core]\n\tfsmonitor = ./x\n")
    inner = write_object(task, "tree", b"100644 config\0" + bytes.fromhex(blob))
    return commit_of(task, ("40000", ".git", inner))


def evil_git_variant(task: TaskGit) -> str:
    blob = write_object(task, "blob", b"x")
    inner = write_object(task, "tree", b"100644 config\0" + bytes.fromhex(blob))
    return commit_of(task, ("40000", "GIT~1", inner))


def evil_modules(task: TaskGit) -> str:
    text = b'[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch\n'
    return commit_of(task, ("100644", ".gitmodules", write_object(task, "blob", text)))


def evil_dots(task: TaskGit) -> str:
    return commit_of(task, ("100644", "..", write_object(task, "blob", b"x")))


def evil_slash(task: TaskGit) -> str:
    return commit_of(task, ("100644", "a/../../b", write_object(task, "blob", b"x")))


def evil_modules_link(task: TaskGit) -> str:
    return commit_of(task, ("120000", ".gitmodules", write_object(task, "blob", b"x")))


def no_commit(task: TaskGit) -> str:
    return write_object(task, "blob", b"x")


def nothing_was_taken(task: TaskGit) -> bool:
    """Neither a pack, nor a ref, nor a quarantine."""
    packs = list((task.review_git / "objects" / "pack").iterdir())
    refs = sh_git(task.review_git, "for-each-ref")
    return not packs and not refs and not task.quarantine.exists()


def test_commits_come_through_with_what_they_say(repo: Path) -> None:
    """Head, count, author, subject, newest first; the user's repository is as was."""
    task = task_with_worktree(repo)
    before = sorted((repo / ".git" / "objects").rglob("*"))
    for name in ("one", "two"):
        (task.worktree / name).write_text(name)
        head = agent_commit(task, f"add {name}")

    came = quarantine.receive(task, sender_output(task))

    assert (came.head, came.descends) == (head, True)
    assert [each.subject for each in came.commits] == ["add two", "add one"]
    assert came.commits[0].author == "swarm agent"
    assert sh_git(task.review_git, "rev-parse", quarantine.REF) == head
    assert sorted((repo / ".git" / "objects").rglob("*")) == before


def test_an_agent_that_committed_nothing(repo: Path) -> None:
    """The base itself, and no commits."""
    task = task_with_worktree(repo)

    came = quarantine.receive(task, sender_output(task))

    assert (came.head, came.commits, came.descends) == (task.base, (), True)


def test_it_can_be_brought_back_again(repo: Path) -> None:
    """After more work, and after no more work."""
    task = task_with_worktree(repo)
    for name in ("one", "two"):
        (task.worktree / name).write_text(name)
        agent_commit(task, name)
        quarantine.receive(task, sender_output(task))

    assert len(quarantine.receive(task, sender_output(task)).commits) == 2


def test_a_history_of_its_own_is_told(repo: Path) -> None:
    """An orphan branch passes the checks, and does not stand on the base."""
    task = task_with_worktree(repo)
    agent_git(task, "checkout", "-q", "--orphan", "elsewhere")
    agent_commit(task, "orphan")

    assert not quarantine.receive(task, sender_output(task)).descends


EVIL = [
    evil_git_entry,
    evil_git_variant,
    evil_modules,
    evil_modules_link,
    evil_dots,
    evil_slash,
    no_commit,
]


@pytest.mark.parametrize("evil", EVIL)
def test_an_evil_object_is_refused(
    repo: Path, evil: Callable[[TaskGit], str], tmp_path: Path
) -> None:
    """A git without `--strict` takes what this one refuses."""
    task = task_with_worktree(repo)
    head = evil(task)
    pack = agent_pack(task, f"{head}\n^{task.base}\n")
    naive = tmp_path / "naive"
    sh_git(tmp_path, "clone", "-q", "--bare", str(repo), str(naive))
    sh_git(naive, "index-pack", "--stdin", "--fix-thin", stdin=pack)

    with pytest.raises(SwarmError):
        quarantine.receive(task, head.encode() + b"\n" + pack)

    assert nothing_was_taken(task)


def test_a_pack_that_lacks_an_object_is_refused(repo: Path) -> None:
    """A commit without its tree would break every later look at it."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x")
    head = agent_commit(task)
    lent = str(repo / ".git" / "objects")
    only = subprocess.run(
        ["git", f"--git-dir={task.private_git}", "pack-objects", "--stdout", "-q"],
        input=f"{head}\n".encode(),
        env={**os.environ, "GIT_ALTERNATE_OBJECT_DIRECTORIES": lent},
        capture_output=True,
        check=True,
    ).stdout

    with pytest.raises(SwarmError):
        quarantine.receive(task, head.encode() + b"\n" + only)

    assert nothing_was_taken(task)


def test_a_head_that_is_not_in_the_pack_is_refused(repo: Path) -> None:
    """The name of a commit that nobody has."""
    task = task_with_worktree(repo)
    agent_commit(task)
    sent = sender_output(task)

    with pytest.raises(SwarmError):
        quarantine.receive(task, b"1" * 40 + sent[40:])

    assert nothing_was_taken(task)


def test_a_pack_over_the_limit_is_refused(repo: Path) -> None:
    """Squash needs no commits, so the hint says so."""
    task = task_with_worktree(repo)
    (task.worktree / "big").write_bytes(os.urandom(200_000))
    agent_commit(task)

    with pytest.raises(SwarmError, match="more than 100000") as refused:
        quarantine.receive(task, sender_output(task), limit=100_000)

    assert "squash" in refused.value.hint
    assert nothing_was_taken(task)


def test_the_sender_prints_what_is_received(repo: Path) -> None:
    """The script itself, with the sandbox's paths replaced by the host's."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x")
    head = agent_commit(task)
    argv = [
        word.replace("/gitdir", str(task.private_git))
        for word in quarantine.sender_argv(task.base)
    ]
    lent = str(repo / ".git" / "objects")
    environment = {
        **os.environ,
        **IDENTITY,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": lent,
    }
    sent = subprocess.run(argv, env=environment, capture_output=True, check=True).stdout

    assert quarantine.receive(task, sent).head == head


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> TaskGit:
    """One task for many attempts."""
    return task_with_worktree(new_repository(tmp_path_factory.mktemp("noise") / "repo"))


@settings(max_examples=15, deadline=None)
@given(noise=st.binary(max_size=200))
def test_noise_is_refused(ready: TaskGit, noise: bytes) -> None:
    """A sandbox may print anything."""
    for sent in (noise, b"a" * 40 + b"\n" + noise, b"a" * 40 + b"\nPACK" + noise):
        with pytest.raises(SwarmError):
            quarantine.receive(ready, sent)

    assert nothing_was_taken(ready)


def test_a_pack_that_inflates_without_end_is_bounded(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few hundred bytes of pack may claim a gigabyte; the process may not take it."""
    task = task_with_worktree(repo)
    (task.worktree / "zeros").write_bytes(b"\0" * (30 << 20))
    agent_commit(task)
    sent = sender_output(task)
    monkeypatch.setattr(quarantine, "_MEMORY", 16 << 20)

    with pytest.raises(SwarmError):
        quarantine.receive(task, sent)

    assert nothing_was_taken(task)
