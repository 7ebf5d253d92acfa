"""Lays out one task's worktree and git directories, and takes them away again."""

import os
from contextlib import ExitStack
from pathlib import Path

from swarm.adapters.git.process import git
from swarm.adapters.git.safe_fs.files import erase, give, spoken, write
from swarm.adapters.git.task_git import PRIVATE, TaskGit
from swarm.adapters.git.worktree import registration
from swarm.errors import Refused
from swarm.model.safe_text import safe_line
from swarm.plan.specs import WORKSPACE

# The highest place that attributes are read from: whatever a `.gitattributes` in the
# tree says, bytes are taken as they are, and every file is diffed and merged as text.
ATTRIBUTES = (
    "* -text !eol !crlf -ident !filter !working-tree-encoding !diff !merge "
    "!whitespace !conflict-marker-size !encoding !delta\n"
)


def make(task: TaskGit, owner: tuple[int, int] | None = None) -> None:
    """Make the worktree and the git directories; what was made is undone on an error.

    `owner` is who the agent will be: the worktree and the private git directory are
    given to it, all but the worktree's `.git`. Refused where the branch exists, or
    where another one stands in its way.
    """
    _refuse_leftovers(task)
    refuse_branch(task)
    with spoken("worktree"), ExitStack() as undo:
        undo.callback(remove, task)
        _make_review(task)
        registration.make(task)
        _make_private(task)
        write(task.gitfile, f"gitdir: {PRIVATE}\n")
        write(task.nothing, b"")
        if owner:
            give(task.worktree, owner, but=".git")
            give(task.private_git, owner)
        undo.pop_all()


def remove(task: TaskGit, delete_branch: bool = False) -> None:
    """Take all of it away; fine where part of it is gone already.

    Nothing of the worktree is run or followed. The branch goes too where it still
    stands at the base (no one's work is on it), or where that is asked for; a branch
    that is checked out somewhere stays in any case.
    """
    with spoken("worktree remove"):
        erase(task.worktree)
        registration.forget(task)
        registration.drop_branch(task, delete_branch)
        for path in (task.private_git, task.review_git, task.quarantine):
            erase(path)
        for path in (task.gitfile, task.nothing):
            path.unlink(missing_ok=True)


def _refuse_leftovers(task: TaskGit) -> None:
    for path in (task.worktree, task.review_git):
        if path.exists():
            raise Refused(
                f"{safe_line(str(path))} is there already",
                hint=f"`swarm rm {task.task}` takes away what a cut short launch left",
            )


def refuse_branch(task: TaskGit) -> None:
    """Refuse a task whose branch would meet one of the user's."""
    parts = task.branch.split("/")
    prefixes = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    refs = [f"refs/heads/{prefix}" for prefix in prefixes]
    out = git(task.repo.door(), "for-each-ref", "--format=%(refname)", *refs)
    taken = set(os.fsdecode(out).splitlines())
    for prefix, ref in zip(prefixes, refs, strict=True):
        if ref in taken:
            same = prefix == task.branch
            raise Refused(
                f"the branch {prefix} exists"
                + ("" if same else f", so there can be none called {task.branch}"),
                hint=f"rename it: `git branch -m {prefix} <other>`",
            )
    if any(ref.startswith(f"refs/heads/{task.branch}/") for ref in taken):
        raise Refused(
            f"branches below {task.branch}/ exist, so it cannot be a branch itself",
            hint="rename them",
        )


def _make_review(task: TaskGit) -> None:
    at = task.review_git
    _skeleton(task, at, "\tbare = true\n\tbigFileThreshold = 32m\n")
    objects = (path for path, _ in task.borrowed())
    _write_alternates(at, [str(path) for path in objects])
    write(at / "HEAD", "ref: refs/heads/none\n")


def _make_private(task: TaskGit) -> None:
    at = task.private_git
    erase(at)
    more = (
        "\tbare = false\n\tlogallrefupdates = true\n"
        f"\tworktree = {WORKSPACE}\n"
        "[user]\n\tname = swarm agent\n\temail = agent@swarm.invalid\n"
        "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
    )
    _skeleton(task, at, more)
    _write_alternates(at, [place for _, place in task.borrowed()])
    write(at / "HEAD", f"ref: refs/heads/{task.branch}\n")
    write(at / "refs" / "heads" / task.branch, f"{task.base}\n")
    write(at / "index", (task.review_git / "base.index").read_bytes())


def _skeleton(task: TaskGit, at: Path, core: str) -> None:
    """A git directory without templates, so without hooks."""
    sha1 = task.repo.object_format == "sha1"
    # Extensions count from version 1 on; version 0 is what any git understands.
    version = 0 if sha1 else 1
    extra = (
        "" if sha1 else f"[extensions]\n\tobjectformat = {task.repo.object_format}\n"
    )
    head = f"[core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n"
    write(at / "config", head + core + extra)
    for name in ("objects/pack", "objects/info", "refs/heads", "info"):
        (at / name).mkdir(parents=True, exist_ok=True)
    write(at / "info" / "attributes", ATTRIBUTES)
    write(at / "info" / "exclude", _excludes(task))
    shallow = task.repo.common_dir / "shallow"
    if shallow.exists():
        write(at / "shallow", shallow.read_bytes())


def _write_alternates(at: Path, objects: list[str]) -> None:
    listed = "".join(f"{path}\n" for path in objects)
    write(at / "objects" / "info" / "alternates", os.fsencode(listed))


def _excludes(task: TaskGit) -> bytes:
    """What the user's own machine ignores: `info/exclude` and `core.excludesFile`."""
    named = task.repo.settings.last("core.excludesfile")
    home = task.repo.door().home or Path("/nonexistent")
    default = home / ".config" / "git" / "ignore"
    own = Path(named.replace("~", str(home), 1)) if named else default
    files = (own, task.repo.common_dir / "info" / "exclude")
    return b"".join(path.read_bytes() + b"\n" for path in files if path.is_file())
