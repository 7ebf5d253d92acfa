"""The repository that the demo's tasks work on: a small package with its tests."""

from pathlib import Path

from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import RAW, Git

FILES = {
    "README.md": "# tally\n\nCounts words.\n",
    "tally/__init__.py": '"""Counts words."""\n',
    "tally/words.py": '''"""What can be counted."""


def count(text: str) -> int:
    """How many words there are."""
    return len(text.split(" "))
''',
    "tests/__init__.py": "",
    "tests/test_words.py": """import unittest

from tally.words import count


class Count(unittest.TestCase):
    def test_words_are_counted(self):
        self.assertEqual(count("one two three"), 3)
""",
    ".gitignore": "__pycache__/\n",
}


def make(work_tree: Path) -> None:
    """Write the files and commit them on `main`; the folder must not exist."""
    for name, text in FILES.items():
        file = work_tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    in_folder = Git(GitDir(None, cwd=work_tree))
    in_folder.init("--quiet", "--initial-branch=main", str(work_tree))
    git = _git(work_tree)
    # The merge is made in the name of whoever owns the repository.
    git.config("user.name", "swarm demo")
    git.config("user.email", "demo@example.invalid")
    git.add("--all")
    git.commit("--quiet", "--message=Count words")


def log(work_tree: Path) -> str:
    """`git log --oneline` of the branch it is on."""
    history: bytes = _git(work_tree).log("--oneline", "--stat", **RAW)
    return history.decode(errors="replace")


def forget(work_tree: Path, branches: list[str]) -> None:
    """Drop the worktrees that are gone, and these branches."""
    git = _git(work_tree)
    git.worktree("prune")
    for branch in branches:
        git.update_ref("-d", f"refs/heads/{branch}")


def _git(work_tree: Path) -> Git:
    return Git(GitDir(work_tree / ".git", work_tree=work_tree))
