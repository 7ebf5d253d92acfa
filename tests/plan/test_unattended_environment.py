"""Programs that would wait for a human, with the variables that keep them from it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.plan import unattended_environment
from tests.adapters.git.git_helpers import new_repository

TYPED = "import pydoc; pydoc.pager('x\\n' * 500)"
PROGRAMS = {
    "a pager of git's": "git log",
    "an editor": "git commit --amend --allow-empty",
    "an editor of a list": "git rebase -i HEAD~1",
    "Python's pager": f'{sys.executable} -c "{TYPED}"',
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_program_asks_nothing_of_its_terminal(tmp_path: Path, what: str) -> None:
    """It ends by itself, though it has a terminal to wait at."""
    repo = new_repository(tmp_path / "repo")
    for number in range(60):
        words = ["commit", "-q", "--allow-empty", "-m", f"line {number}"]
        subprocess.run(["git", "-C", str(repo), *words], check=True)
    variables = {**os.environ, "TERM": "xterm", **unattended_environment.environment()}
    for name in ("LESS", "GIT_CONFIG_GLOBAL"):
        variables.pop(name, None)

    # `script` gives it a terminal, whose other end nobody types at.
    done = subprocess.run(
        ["script", "-qec", PROGRAMS[what], os.devnull],
        cwd=repo,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-500:]
