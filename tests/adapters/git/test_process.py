"""Every call is built from nothing, bounded, and says what went wrong."""

import time
from pathlib import Path

import pytest

from swarm.adapters.git.process import Bounds, GitDir, argv, environment, run
from swarm.errors import ToolError, ToolMissing
from tests.adapters.git.git_helpers import sh_git

SILENCED = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
    "core.sshCommand=false",
    "credential.helper=",
    "diff.external=",
    "submodule.recurse=false",
]


@pytest.mark.parametrize("setting", SILENCED)
def test_every_call_silences_what_could_run(setting: str) -> None:
    """On the command line, which outranks every file."""
    line = argv(GitDir(Path("/x")), ("status",))

    assert line[line.index(setting) - 1] == "-c"


def test_no_variable_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only PATH, and of it only absolute entries."""
    for name in ("GIT_DIR", "GIT_SSH_COMMAND", "LD_PRELOAD", "GIT_CONFIG_COUNT"):
        monkeypatch.setenv(name, "evil")
    monkeypatch.setenv("PATH", ":.:bin:/usr/bin:/bin")

    variables = environment(GitDir(Path("/x")), {})

    assert variables["PATH"] == "/usr/bin:/bin"
    assert "evil" not in variables.values()
    assert variables["GIT_CONFIG_GLOBAL"] == "/dev/null"
    assert "HOME" not in variables


def test_a_result_holds_what_git_said_last(repo: Path) -> None:
    """On one line, with no control characters of whoever named the thing."""
    result = run(GitDir(repo / ".git"), "cat-file", "blob", "\u202ered")

    assert result.status == 128
    assert result.complaint.endswith("Not a valid object name <U+202E>red")


def test_no_git_is_said(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(ToolMissing, match="git is not installed"):
        run(GitDir(repo / ".git"), "status")


def test_too_much_output_ends_the_call(repo: Path) -> None:
    """Nobody reads half of it."""
    (repo / "long").write_text("x" * 100_000)
    sh_git(repo, "add", "long")

    with pytest.raises(ToolError, match="more than 1000 bytes"):
        run(GitDir(repo / ".git"), "show", ":long", bounds=Bounds(output=1000))


def test_a_call_that_hangs_is_killed_with_all_it_started(
    repo: Path, tmp_path: Path
) -> None:
    """The whole process group: a driver's child would hold the pipe open."""
    began = time.monotonic()
    words = ("-c", "alias.hang=!sleep 60 & sleep 60", "hang")

    with pytest.raises(ToolError, match="no answer within"):
        run(GitDir(repo / ".git"), *words, bounds=Bounds(seconds=0.3))

    assert time.monotonic() - began < 10


def test_large_input_and_output_do_not_block_each_other(repo: Path) -> None:
    """More than a pipe holds, both ways."""
    oid = sh_git(repo, "rev-parse", "HEAD:README.md")
    asked = f"{oid}\n".encode() * 50_000

    result = run(GitDir(repo / ".git"), "cat-file", "--batch-check", stdin=asked)

    assert result.output.count(b"\n") == 50_000


def test_input_that_is_not_read_is_no_error(repo: Path) -> None:
    """The exit status says what happened."""
    stdin = b"x" * 10_000_000

    assert run(GitDir(repo / ".git"), "cat-file", "--nonsense", stdin=stdin).status
