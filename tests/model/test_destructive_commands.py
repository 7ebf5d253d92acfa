"""Commands that destroy are named; the everyday ones beside them are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.destructive_commands import destruction

GRAVE = [
    ["rm", "-rf", "/"],
    ["rm", "-fr", "~"],
    ["rm", "-r", "-f", "/home/agent/project"],
    ["rm", "--recursive", "../other"],
    ["rm", "-rf", "/workspace"],
    ["rm", "-rf", "."],
    ["rm", "-rf", "*"],
    ["rm", "-rf", ".git"],
    ["/usr/bin/rm", "-rf", "/etc"],
    ["sudo", "rm", "-rf", "/usr"],
    ["env", "A=1", "rm", "-rf", "/usr"],
    ["git", "reset", "--hard"],
    ["git", "-C", "/workspace", "reset", "--hard", "HEAD~1"],
    ["git", "-c", "a=b", "clean", "-fdx"],
    ["git", "push", "--force", "origin", "main"],
    ["git", "push", "--force-with-lease"],
    ["git", "push", "origin", "+main"],
    ["git", "push", "origin", ":main"],
    ["git", "push", "--mirror"],
    ["git", "filter-branch", "--all"],
    ["git", "filter-repo"],
    ["git", "rebase", "-i", "HEAD~4"],
    ["git", "checkout", "--", "."],
    ["git", "restore", "."],
    ["git", "stash", "clear"],
    ["git", "branch", "-D", "feature"],
    ["git", "reflog", "expire", "--expire=now", "--all"],
    ["git", "gc", "--prune=now"],
    ["git", "update-ref", "-d", "refs/heads/x"],
    ["find", "/", "-name", "*.py", "-delete"],
    ["find", ".", "-exec", "rm", "{}", ";"],
    ["dd", "if=/dev/zero", "of=/workspace-disk"],
    ["shred", "secrets.txt"],
    ["mkfs.ext4", "/dev/sda1"],
    ["chmod", "-R", "777", "/"],
]
PLAIN = [
    [],
    ["rm", "file.txt"],
    ["rm", "-rf", "node_modules"],
    ["rm", "-rf", "build/", "dist"],
    ["rm", "-rf", "/tmp/work"],
    ["rm", "-f", "/etc/passwd"],
    ["git", "status"],
    ["git", "reset", "HEAD", "file"],
    ["git", "push", "origin", "main"],
    ["git", "checkout", "main"],
    ["git", "clean", "-n"],
    ["git", "stash"],
    ["git"],
    ["git", "-C"],
    ["find", ".", "-name", "x"],
    ["find", "/tmp/x", "-delete"],
    ["dd", "if=a", "of=b"],
    ["chmod", "-R", "755", "src"],
    ["bash", "-c", "rm -rf /"],
    ["bash", "script.sh"],
    ["bash", "-c"],
    ["echo", "rm -rf /"],
]


@pytest.mark.parametrize("argv", GRAVE, ids=" ".join)
def test_what_destroys_is_named(argv: list[str]) -> None:
    assert destruction(argv)


@pytest.mark.parametrize("argv", PLAIN, ids=" ".join)
def test_what_is_done_every_day_is_not(argv: list[str]) -> None:
    assert destruction(argv) == ""


@given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=40))
def test_no_words_break_it(argv: list[str], cwd: str) -> None:
    assert isinstance(destruction(argv, cwd), str)


@pytest.mark.parametrize(
    ("argv", "note"),
    [
        (["shred", "x; in your shell"], "shreds 'x; in your shell'"),
        (["shred", "x"], "shreds x"),
        (["rm", "-rf", "/etc; in your shell"], "deletes '/etc; in your shell' and all"),
    ],
)
def test_a_word_of_the_agent_s_is_not_taken_for_one_of_ours(
    argv: list[str], note: str
) -> None:
    assert destruction(argv, "/workspace").startswith(note)
