"""Submodules are filled from the local store, or named; nothing of them runs."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import PRIVATE, TaskGit
from swarm.adapters.git.worktree import create, submodules
from swarm.model.box_contents import BoxContents
from tests.adapters.git.git_helpers import (
    agent_git,
    canary,
    commit_all,
    new_repository,
    sh_git,
    task_on,
)

FILE_ALLOWED = ("-c", "protocol.file.allow=always")


def add_submodule(repo: Path, source: Path, path: str) -> None:
    sh_git(repo, *FILE_ALLOWED, "submodule", "add", "-q", str(source), path)
    commit_all(repo, f"add {path}")


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """A repository with `lib`, tagged and a commit further; in it `deep` and `link`."""
    deep = new_repository(tmp_path / "deep-source")
    lib = new_repository(tmp_path / "lib-source")
    sh_git(lib, "tag", "-a", "v9.0", "-m", "nine")
    (lib / "link").symlink_to("src/a.py")
    (lib / "run.sh").write_text("#!/bin/sh\n")
    (lib / "run.sh").chmod(0o755)
    add_submodule(lib, deep, "vendor/deep")
    sh_git(lib, "tag", "later")
    repo = new_repository(tmp_path / "repo")
    add_submodule(repo, lib, "lib")
    words = ("submodule", "update", "-q", "--init", "--recursive")
    sh_git(repo, *FILE_ALLOWED, *words)
    return repo


def filled(repo: Path) -> tuple[TaskGit, BoxContents]:
    task = task_on(repo)
    return task, create.create_worktree(task)


def inside(task: TaskGit, path: str, *words: str) -> str:
    """Git in a submodule as the agent has it: the mounts are taken for granted."""
    link = (task.worktree / path / ".git").readlink()
    git_dir = task.private_git / link.relative_to(PRIVATE)
    tree = task.worktree / path
    return sh_git(tree, f"--git-dir={git_dir}", f"--work-tree={tree}", *words)


def test_submodules_are_filled_to_any_depth(nested: Path) -> None:
    """Files, links and modes as the base records them; nothing else to be seen."""
    task, contents = filled(nested)

    assert contents.submodules == ("lib", "lib/vendor/deep")
    assert (contents.missing, contents.shortened) == ((), ())
    lib = task.worktree / "lib"
    assert (lib / "link").readlink() == Path("src/a.py")
    assert os.access(lib / "run.sh", os.X_OK)
    assert (lib / "vendor/deep/README.md").read_text() == "hello\n"
    snapshot = take.take(task)
    assert (snapshot.changes, snapshot.hidden) == ((), ())
    assert list(submodules.scratch(task).iterdir()) == []


def test_git_answers_in_a_submodule_as_in_the_checkout(nested: Path) -> None:
    """Its version, its commit, its status; and the host's git sees no change."""
    task, _ = filled(nested)

    for path in ("lib", "lib/vendor/deep"):
        for words in (
            ("rev-parse", "HEAD"),
            ("status", "--porcelain"),
            ("describe", "--tags", "--always", "--match=v*"),
            ("tag",),
            ("rev-list", "--count", "HEAD"),
            ("fsck",),
        ):
            expected = sh_git(nested / path, *words)
            assert inside(task, path, *words) == expected, (path, words)
    assert inside(task, "lib", "describe", "--match=v*").startswith("v9.0-1-g")
    assert sh_git(task.worktree, "status", "--porcelain") == ""
    assert agent_git(task, "status", "--porcelain") == ""


def test_what_the_agent_does_in_a_submodule_is_listed(nested: Path) -> None:
    """Changed, new, deleted, another mode, a link, the `.git` itself; all of it."""
    task, _ = filled(nested)
    lib = task.worktree / "lib"
    (lib / "src/a.py").write_text("changed")
    (lib / "new").write_text("new")
    (lib / "README.md").unlink()
    (lib / "run.sh").chmod(0o644)
    (lib / "link").unlink()
    (lib / "link").symlink_to("/etc/passwd")
    (lib / "vendor/deep/.git").unlink()
    (lib / "vendor/deep/src/b.py").write_text("B")

    for _ in range(2):
        snapshot = take.take(task)
        reasons = {entry.path: entry.reason for entry in snapshot.hidden}
        assert reasons == {
            "lib/README.md": "content in a submodule, deleted",
            "lib/link": "content in a submodule",
            "lib/new": "content in a submodule",
            "lib/run.sh": "content in a submodule",
            "lib/src/a.py": "content in a submodule",
            "lib/vendor/deep/.git": "content in a submodule, deleted",
            "lib/vendor/deep/src/b.py": "content in a submodule",
        }
        assert snapshot.changes == ()


def test_a_submodule_removed_as_a_whole_is_one_change(nested: Path) -> None:
    """Its files are not named one by one."""
    task, _ = filled(nested)
    for path, directories, files in os.walk(task.worktree / "lib", topdown=False):
        for name in files:
            Path(path, name).unlink()
        for name in directories:
            entry = Path(path, name)
            entry.unlink() if entry.is_symlink() else entry.rmdir()
    (task.worktree / "lib").rmdir()

    snapshot = take.take(task)

    assert [change.path for change in snapshot.changes] == ["lib"]
    assert snapshot.hidden == ()


def test_an_older_commit_than_the_checkouts_is_filled(nested: Path) -> None:
    """The base decides; the user's own checkout of the submodule stays."""
    sh_git(nested / "lib", "checkout", "-q", "v9.0")

    task, contents = filled(nested)

    assert contents.submodules == ("lib", "lib/vendor/deep")
    assert (task.worktree / "lib/run.sh").exists()
    assert not (nested / "lib/run.sh").exists()


def test_linked_worktrees_find_the_stores_of_both(nested: Path, tmp_path: Path) -> None:
    """Those of the main checkout, and those of their own."""
    linked = tmp_path / "linked"
    sh_git(nested, "worktree", "add", "-q", str(linked), "-b", "linked")
    assert filled(linked)[1].submodules == ("lib", "lib/vendor/deep")


def test_a_submodule_with_a_git_directory_of_its_own_is_filled(tmp_path: Path) -> None:
    """As `git clone` into the place and `git submodule add` leave it."""
    source = new_repository(tmp_path / "source")
    repo = new_repository(tmp_path / "repo")
    sh_git(repo, "clone", "-q", str(source), "lib")
    sh_git(repo, "submodule", "add", "-q", str(source), "lib")
    commit_all(repo, "lib")
    assert (repo / "lib/.git").is_dir()

    assert filled(repo)[1].submodules == ("lib",)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("no store", "it is not in the local repository"),
        ("no commit", "is not in the local repository"),
        ("no name", "`.gitmodules` does not name it"),
        ("broken", "`.gitmodules` does not name it"),
        ("no blob", "git failed|git read-tree"),
    ],
)
def test_what_cannot_be_filled_is_named_and_stays_empty(
    tmp_path: Path, state: str, said: str
) -> None:
    """With the reason; the other submodules are filled."""
    source = new_repository(tmp_path / "source")
    repo = new_repository(tmp_path / "repo")
    add_submodule(repo, source, "good")
    add_submodule(repo, source, "lib")
    store = repo / ".git/modules/lib"
    if state == "no store":
        sh_git(repo, "submodule", "deinit", "-q", "-f", "lib")
        store.rename(tmp_path / "away")
    elif state == "no commit":
        (source / "x").write_text("x")
        commit = commit_all(source, "newer")
        sh_git(repo, "update-index", "--cacheinfo", f"160000,{commit},lib")
        sh_git(repo, "commit", "-qm", "newer")
    elif state == "no name":
        sh_git(repo, "config", "-f", ".gitmodules", "--unset", "submodule.lib.path")
        commit_all(repo, "no name")
    elif state == "broken":
        (repo / ".gitmodules").write_text('[submodule "lib"\n')
        sh_git(repo, "commit", "-qam", "broken")
    else:
        oid = sh_git(source, "rev-parse", "HEAD:README.md")
        (store / "objects" / oid[:2] / oid[2:]).unlink()

    task, contents = filled(repo)

    missing = {entry.path: entry.reason for entry in contents.missing}
    assert set(missing) == ({"lib", "good"} if state == "broken" else {"lib"})
    assert any(part in missing["lib"] for part in said.split("|")), missing
    assert list((task.worktree / "lib").iterdir()) == []
    assert take.take(task).hidden == ()


@pytest.mark.parametrize(
    "name",
    [
        "../../../outside",
        "/outside",
        "a/../../outside",
        ".",
        "lib/.git",
        "a\\..\\b",
        "linked",
        "x" * 400,
        "a//b",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """Whatever lies there: a stranger wrote `.gitmodules`."""
    source = new_repository(tmp_path / "outside")
    repo = new_repository(tmp_path / "repo")
    modules = repo / ".git/modules"
    modules.mkdir()
    sh_git(tmp_path, "clone", "-q", "--bare", str(source), str(tmp_path / "bare"))
    (modules / "linked").symlink_to(tmp_path / "bare")
    if name.startswith("/"):
        name = str(tmp_path / "bare")
    (repo / "lib").mkdir()
    commit = sh_git(source, "rev-parse", "HEAD")
    sh_git(repo, "update-index", "--add", "--cacheinfo", f"160000,{commit},lib")
    (repo / ".gitmodules").write_text("")
    words = ("config", "-f", ".gitmodules", f"submodule.{name}.path", "lib")
    sh_git(repo, *words)
    sh_git(repo, "add", ".gitmodules")
    sh_git(repo, "commit", "-qm", "hostile")

    task, contents = filled(repo)

    assert [entry.path for entry in contents.missing] == ["lib"]
    assert list((task.worktree / "lib").iterdir()) == []


def test_a_link_on_the_way_to_a_checkout_is_not_followed(tmp_path: Path) -> None:
    """The checkout of another branch may have one where the base has a directory."""
    private = new_repository(tmp_path / "private")
    sh_git(tmp_path, "clone", "-q", str(private), str(tmp_path / "outer/lib"))
    repo = new_repository(tmp_path / "repo")
    commit = sh_git(private, "rev-parse", "HEAD")
    sh_git(repo, "update-index", "--add", "--cacheinfo", f"160000,{commit},a/lib")
    (repo / ".gitmodules").write_text('[submodule "x"]\n\tpath = a/lib\n')
    sh_git(repo, "add", ".gitmodules")
    sh_git(repo, "commit", "-qm", "base")
    (repo / "a").symlink_to(tmp_path / "outer")

    contents = filled(repo)[1]

    assert [entry.path for entry in contents.missing] == ["a/lib"]


@pytest.mark.parametrize(
    "names",
    [("x", "x/refs/heads"), ("x/objects", "x"), ("x", "x/modules/y"), ("x", "x")],
)
def test_names_that_lead_into_each_other_fill_one(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    """The other one is named."""
    source = new_repository(tmp_path / "source")
    repo = new_repository(tmp_path / "repo")
    commit = sh_git(source, "rev-parse", "HEAD")
    text = ""
    for path, name in zip(("one", "two"), names, strict=True):
        store = repo / ".git/modules" / name
        if not store.exists():
            sh_git(tmp_path, "clone", "-q", "--bare", str(source), str(tmp_path / path))
            (tmp_path / path).rename(tmp_path / f"bare-{path}")
            store.mkdir(parents=True)
            (store / "HEAD").write_text("ref: refs/heads/main\n")
            (store / "refs").mkdir(exist_ok=True)
            objects = store / "objects" / "info"
            objects.mkdir(parents=True, exist_ok=True)
            (objects / "alternates").write_text(f"{source}/.git/objects\n")
        sh_git(repo, "update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
        text += f'[submodule "{name}"]\n\tpath = {path}\n'
    (repo / ".gitmodules").write_text(text)
    sh_git(repo, "add", ".gitmodules")
    sh_git(repo, "commit", "-qm", "two")

    contents = filled(repo)[1]

    assert len(contents.submodules) + len(contents.missing) == 2
    assert len(contents.submodules) >= 1


def test_nothing_of_a_submodule_runs(nested: Path, tmp_path: Path) -> None:
    """No filter, hook or monitor of its configuration; files come out as stored."""
    bird = canary(tmp_path / "bird")
    lib = nested / "lib"
    store = nested / ".git/modules/lib"
    for key in ("filter.x.smudge", "filter.x.clean", "core.fsmonitor", "core.pager"):
        sh_git(lib, "config", key, str(bird.program))
    sh_git(lib, "config", "core.hooksPath", str(bird.program.parent))
    (store / "info/attributes").write_text("* filter=x\n")
    bird.reset()

    task, contents = filled(nested)

    assert "lib" in contents.submodules
    assert not bird.ran
    assert (task.worktree / "lib/README.md").read_text() == "hello\n"


def test_a_large_history_stays_out(
    nested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit comes alone, and the contents say so."""
    monkeypatch.setattr(submodules, "HISTORY", 0)

    task, contents = filled(nested)

    assert contents.shortened == ("lib", "lib/vendor/deep")
    assert inside(task, "lib", "rev-list", "--count", "HEAD") == "1"
    assert inside(task, "lib", "status", "--porcelain") == ""
    assert inside(task, "lib", "describe", "--tags") == "later"


def test_a_shallow_submodule_is_filled(nested: Path, tmp_path: Path) -> None:
    """Its history ends where the user's does."""
    source = f"file://{tmp_path / 'lib-source'}"
    repo = new_repository(tmp_path / "other")
    words = ("submodule", "add", "-q", "--depth=1", source, "lib")
    sh_git(repo, *FILE_ALLOWED, *words)
    commit_all(repo, "lib")

    task, contents = filled(repo)

    assert contents.submodules == ("lib",)
    assert [entry.path for entry in contents.missing] == ["lib/vendor/deep"]
    assert inside(task, "lib", "rev-list", "--count", "HEAD") == "1"


def test_too_many_and_too_deep_are_named(
    nested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded, whatever a stranger nests."""
    monkeypatch.setattr(submodules, "DEPTH", 1)
    missing = filled(nested)[1].missing
    assert [(entry.path, entry.reason) for entry in missing] == [
        ("lib/vendor/deep", "there are too many submodules")
    ]
