"""What is not in the old tree is the user's: it is found before anything is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, obstacles
from swarm.adapters.git.merge.checkout import checkouts
from swarm.adapters.git.merge.folding import Folding
from swarm.adapters.git.merge.steps import steps
from swarm.errors import Refused
from swarm.model.landing import LandingItem, Subject, Verdict
from tests.adapters.git.git_helpers import commit_all, sh_git, task_with_worktree
from tests.adapters.git.merge.cases import (
    CASES,
    IDS,
    Case,
    agents,
    both,
    directory,
    file,
    gone,
    lay_base,
    link,
    merge_of,
    picture,
)


def items_of(repo: Path, case: Case) -> tuple[LandingItem, ...]:
    task = task_with_worktree(repo)
    case.agent(task.worktree)
    prepared = merge_of(task)
    case.user(repo)
    return obstacles.items(task, "main", prepared.old, prepared.new)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_thing_of_the_users_is_named(repo: Path, case: Case) -> None:
    """By its path, in the item and in its sentence; the look changes nothing."""
    lay_base(repo)

    items = items_of(repo, case)
    before = picture(repo)
    refused = [item for item in items if item.verdict is Verdict.REFUSED]

    assert case.named in {path for item in refused for path in item.paths}
    assert any(case.named in item.sentence for item in refused)
    assert all(item.subject is Subject.IN_THE_WAY and item.hint for item in refused)
    assert picture(repo) == before
    assert list((repo / ".git").glob("*swarm*")) == []


HARMLESS = [
    Case("files beside it in the user's own directory", file("build/mine.o"),
         agents(file("build/x")), ""),
    Case("ignored files in a directory that the agent removes", file("lib/x.pyc"),
         gone("lib"), ""),
    Case("changes elsewhere", both(file("src/b.py"), file("new")), file("other"), ""),
    Case("directory becomes a file in a clean checkout", directory("empty"),
         both(gone("lib"), file("lib")), ""),
    Case("link becomes a directory", directory("empty"),
         both(gone("to-lib"), file("to-lib/x")), ""),
    Case("link elsewhere that nothing goes through", link("build", "/tmp"),
         file("lib/new"), ""),
]  # fmt: skip


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
def test_the_rest_is_in_nobodys_way(repo: Path, case: Case) -> None:
    lay_base(repo)

    assert items_of(repo, case) == ()


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_a_change_that_git_was_told_to_overlook_counts(repo: Path, mark: str) -> None:
    """The user's settings of this machine, kept out of sight that way."""
    lay_base(repo)
    sh_git(repo, "update-index", mark, "lib/a.txt")
    change = file("lib/a.txt", "the agent's\n")

    items = items_of(repo, Case("", file("lib/a.txt"), change, ""))

    assert [item.paths for item in items] == [("lib/a.txt",)]
    assert sh_git(repo, "ls-files", "-v", "lib/a.txt")[0] in "hS"


def test_an_operation_under_way_is_an_item(repo: Path) -> None:
    """The list shows it, as it shows a file in the way."""
    user = file(".git/MERGE_HEAD", "0" * 40)

    (item,) = items_of(repo, Case("", user, file("new"), ""))

    assert "a merge is under way" in item.sentence


def test_an_index_with_conflicts_is_named(repo: Path) -> None:
    """Git would write nothing over it, in words about resolving."""
    lay_base(repo)
    task = task_with_worktree(repo)
    file("new")(task.worktree)
    prepared = merge_of(task)
    blob = sh_git(repo, "rev-parse", "HEAD:README.md")
    sh_git(repo, "update-index", "--force-remove", "README.md")
    records = "".join(f"100644 {blob} {stage}\tREADME.md\n" for stage in (1, 2, 3))
    sh_git(repo, "update-index", "--index-info", stdin=records.encode())

    (item,) = obstacles.items(task, "main", prepared.old, prepared.new)

    assert item.paths == ("README.md",)


def test_many_paths_are_counted(repo: Path) -> None:
    """Five are in the sentence."""
    names = [f"f{number}" for number in range(8)]
    user = both(*[file(name) for name in names])
    agent = both(*[file(name, "agent's\n") for name in names])

    (item,) = items_of(repo, Case("", user, agent, ""))

    assert "f0, f1, f2, f3, f4 and 3 more" in item.sentence
    assert item.paths == tuple(names)


BOTH = Folding(case=True, unicode=True)
FOLDED = [
    (file("readme.MD"), file("README.txt"), ()),
    (file("new"), file("New"), ("new",)),
    (file("New/x"), file("new/y"), ()),
    (file("caf\u00e9"), file("cafe\u0301"), ("caf\u00e9",)),
    (link("Build", "/tmp"), agents(file("build/x")), ("Build",)),
    (file("New"), file("new/y"), ("New",)),
    (file("LIB/MINE"), both(gone("lib"), file("Lib")), ("LIB/MINE",)),
]


@pytest.mark.parametrize(("user", "agent", "named"), FOLDED)
def test_names_that_the_file_system_takes_for_one(
    repo: Path, user: object, agent: object, named: tuple[str, ...]
) -> None:
    """The user's spelling is named; the property is given, for want of such a disk."""
    lay_base(repo)
    task = task_with_worktree(repo)
    agent(task.worktree)  # type: ignore[operator]  # a table of functions
    prepared = merge_of(task)
    user(repo)  # type: ignore[operator]  # a table of functions
    path_steps = steps(task.review.git, prepared.old, prepared.new)

    assert obstacles.in_the_way(repo, path_steps, BOTH) == set(named)


def test_a_tree_with_two_names_for_one_file_is_refused(repo: Path) -> None:
    """Both are named; one that was so before the merge is the user's affair."""
    (repo / "old").write_text("x\n")
    (repo / "OLD").write_text("x\n")
    commit_all(repo, "folds already")
    task = task_with_worktree(repo)
    both(file("Docs/a"), file("docs/b"), file("l1.txt"), file("L1.txt"))(task.worktree)
    prepared = merge_of(task)
    (checkout,) = checkouts(task.repo, "main")
    path_steps = steps(task.review.git, prepared.old, prepared.new)
    words = (task.review.git, checkout, prepared.old, prepared.new, path_steps)

    (item,) = obstacles.of_checkout(*words, probe=lambda _: BOTH)

    assert (item.subject, item.verdict) == (Subject.NAMES, Verdict.REFUSED)
    assert item.paths == ("Docs", "L1.txt", "docs", "l1.txt")
    assert list(obstacles.of_checkout(*words)) == []


def without_its_filter(repo: Path) -> None:
    """A required filter whose program is gone, and a file that git must look at."""
    (repo / ".gitattributes").write_text("*.kept filter=kept\n")
    (repo / "a.kept").write_text("kept\n")
    commit_all(repo, "kept")
    sh_git(repo, "config", "filter.kept.clean", "no-such-program")
    sh_git(repo, "config", "filter.kept.required", "true")
    (repo / "a.kept").write_text("KEPT\n")


def corrupt(repo: Path) -> None:
    (repo / ".git" / "index").write_bytes(b"DIRC nonsense")


def cut_short(repo: Path) -> None:
    index = repo / ".git" / "index"
    index.write_bytes(index.read_bytes()[:200])


def no_file(repo: Path) -> None:
    (repo / ".git" / "index").unlink()
    (repo / ".git" / "index").mkdir()


def of_the_future(repo: Path) -> None:
    """A version that this git does not know."""
    index = repo / ".git" / "index"
    content = bytearray(index.read_bytes())
    content[4:8] = (9).to_bytes(4, "big")
    index.write_bytes(content)


def written_over(repo: Path) -> None:
    """One byte of an entry's time: to git it is an index like any other."""
    index = repo / ".git" / "index"
    content = bytearray(index.read_bytes())
    content[15] ^= 1
    index.write_bytes(content)


UNREADABLE = [
    without_its_filter,
    corrupt,
    cut_short,
    written_over,
    no_file,
    of_the_future,
]


@pytest.mark.parametrize("break_it", UNREADABLE, ids=lambda each: each.__name__)
def test_a_checkout_that_git_cannot_compare_is_refused(
    repo: Path, break_it: Callable[[Path], None]
) -> None:
    """In the list, with a way out; the landing is refused by the same words."""
    if break_it is without_its_filter:
        break_it(repo)
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    prepared = merge_of(task)
    if break_it is not without_its_filter:
        break_it(repo)

    [item] = obstacles.items(task, "main", prepared.old, prepared.new)
    with pytest.raises(Refused) as error:
        apply.apply(task, prepared)

    assert (item.subject, item.verdict) == (Subject.IN_THE_WAY, Verdict.REFUSED)
    assert f"git cannot tell what you changed in {repo}" in item.sentence
    assert "swarm-index" not in item.sentence
    assert "git status" in item.hint
    assert (error.value.message, error.value.hint) == (item.sentence, item.hint)
    assert sh_git(repo, "rev-parse", "main") == prepared.old
    assert list((repo / ".git").glob("*swarm*")) == []
    assert not (repo / ".git" / "index.lock").exists()
