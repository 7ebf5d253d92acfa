"""Names outside: made from the id alone, and fit for branch, container and window."""

import re
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from swarm.plan.naming import HomePaths, TaskNames, home_tag, names_in_group, slug


@given(st.text())
def test_a_slug_is_a_short_harmless_word(text: str) -> None:
    """Nothing of a prompt but letters, digits and dashes."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))
    assert len(slug(text)) <= 32


@given(st.integers(1, 10**9), st.text())
def test_names_fit_what_they_name(task: int, name: str) -> None:
    """Docker's rule for names, and nothing tmux takes for a target."""
    names = TaskNames("0123abcd", task, name)

    for made in (names.sandbox, names.sender, names.home_volume, names.pane):
        assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_-]+", made)
    assert re.fullmatch(r"swarm/[0-9]+-[a-z0-9-]+", names.branch)


def test_git_takes_the_branch() -> None:
    """Asked of git itself, with a prompt that tries."""
    branch = TaskNames("0", 7, "../..//@{-1}.lock ~^: \\ ").branch

    done = subprocess.run(["git", "check-ref-format", "--branch", branch], check=False)

    assert done.returncode == 0


def test_two_homes_never_share_a_name(tmp_path: Path) -> None:
    """Containers, volumes and the tmux socket bear the home's tag."""
    one, two = HomePaths(tmp_path / "one"), HomePaths(tmp_path / "two")

    assert one.tag != two.tag
    assert one.tmux != two.tmux
    assert TaskNames(one.tag, 1).sandbox != TaskNames(two.tag, 1).sandbox


def test_a_home_keeps_its_tag_behind_a_symlink(tmp_path: Path) -> None:
    """Or its containers would be orphans after a move of the link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert home_tag(tmp_path / "link") == home_tag(tmp_path / "real")


def test_a_group_names_its_tasks_by_what_tells_them_apart() -> None:
    """By agent, by number, by both; a task alone is in no group."""
    assert list(names_in_group(["pi"], 1)) == [""]
    assert list(names_in_group(["pi"], 2)) == ["1", "2"]
    assert list(names_in_group(["pi", "qwen"], 1)) == ["pi", "qwen"]
    assert list(names_in_group(["pi", "qwen"], 2)) == [
        "pi-1",
        "pi-2",
        "qwen-1",
        "qwen-2",
    ]


def test_a_task_s_project_is_its_own_and_far_from_people_s() -> None:
    projects = {TaskNames("abc", number).quota_id for number in range(1000)}

    assert len(projects) == 1000
    assert all(1 << 30 <= each < 1 << 31 for each in projects)
    assert TaskNames("abd", 1).quota_id not in projects
