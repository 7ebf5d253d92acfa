"""The repository that the demo's tasks work on: a small package with its tests."""

from pathlib import Path

from swarm.adapters.git.process import GitDir, git

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


def make(at: Path) -> None:
    """Write the files and commit them on `main`; the folder must not exist."""
    for name, text in FILES.items():
        file = at / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    git(GitDir(None, cwd=at), "init", "--quiet", "--initial-branch=main", str(at))
    # The merge is made in the name of whoever owns the repository.
    git(_door(at), "config", "user.name", "swarm demo")
    git(_door(at), "config", "user.email", "demo@example.invalid")
    git(_door(at), "add", "--all")
    git(_door(at), "commit", "--quiet", "--message=Count words")


def log(at: Path) -> str:
    """`git log --oneline` of the branch it is on."""
    return git(_door(at), "log", "--oneline", "--stat").decode(errors="replace")


def forget(at: Path, branches: list[str]) -> None:
    """Drop what points to worktrees that are gone."""
    git(_door(at), "worktree", "prune")
    for branch in branches:
        git(_door(at), "update-ref", "-d", f"refs/heads/{branch}")


def _door(at: Path) -> GitDir:
    return GitDir(at / ".git", work_tree=at)
