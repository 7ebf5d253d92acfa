"""The settings of the user's git that a merge or a review must know of."""

from pathlib import Path

import pytest

from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import Git
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.settings import read_settings, relative_words
from tests.adapters.git.git_helpers import sh_git


@pytest.mark.parametrize(
    ("command", "is_relative"),
    [
        ("git-lfs clean -- %f", False),
        ("/usr/bin/tool --mode=/etc/x %f", False),
        ("~/bin/tool %f", False),
        ("./tool.sh", True),
        ("sh tools/x.sh", True),
        ("tool --config=./x", True),
        ("$PWD/tool", True),
        ("sh -c 'cd x && ./y'", True),
        ("unbalanced ' ./x", True),
        ("../x", True),
        ("tool .", True),
    ],
)
def test_relative_paths_of_a_command_line_are_seen(
    command: str, is_relative: bool
) -> None:
    """Such a program is the branch's to bring."""
    assert bool(relative_words(command)) is is_relative


def test_what_the_users_git_reads_from_the_tree_is_known(repo: Path) -> None:
    """Hooks and included files inside the work tree are flagged in a review."""
    sh_git(repo, "config", "core.hooksPath", "tools/hooks")
    sh_git(repo, "config", "include.path", "../.gitshared")
    sh_git(repo, "config", "core.excludesFile", "/elsewhere")
    repository = Repository.open(repo, repo.parent / "swarm-home")

    read = repository.settings.read_from(repository.work_tree, repository.git_dir)

    assert read == ("tools/hooks", ".gitshared")


def test_what_swarm_sets_itself_is_no_setting_of_the_users(repo: Path) -> None:
    """`core.hooksPath` and `gpg.program` are on every command line of ours."""
    sh_git(repo, "config", "gpg.program", "my-gpg")

    settings = read_settings(Git(GitDir(repo / ".git")))

    assert settings.last("core.hookspath") == ""
    assert settings.last("gpg.program") == "my-gpg"
