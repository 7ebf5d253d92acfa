"""A task has the project's variables, and none of its secrets."""

from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.engine.egress import repository_project
from swarm.model import events
from swarm.model.task import State
from swarm.plan.specs import PLACEHOLDER_PREFIX
from tests.adapters.git.git_helpers import commit_all
from tests.engine.keeper_harness import KeeperHarness

SECRET = "sk_live_0123456789abcdef0123"
PROJECT = """\
env_files = [".env", "config/local.env", "tracked.env", "none.env"]
[environment]
APP_KEY = "a plain value"
"""


def prepare(harness: KeeperHarness, sample: Path, text: str = PROJECT) -> None:
    """Files of the human's that git ignores, and one that it tracks."""
    (sample / ".gitignore").write_text(".env\nlocal.env\n")
    (sample / "tracked.env").write_text("T=1\n")
    (sample / "swarm.toml").write_text(text)
    commit_all(sample, "project")
    (sample / "config").mkdir()
    (sample / "config" / "local.env").write_text("LOCAL=yes\n")
    (sample / ".env").write_text(f"MODE=test\nSTRIPE={SECRET}\nAPP_KEY=mine\n")
    repository = Repository.open(sample, harness.paths.home)
    found = repository_project.read(harness.paths, repository, repository.head)
    repository_project.agree(harness.paths, repository.root, found.digest)


def test_values_come_and_secrets_do_not(harness: KeeperHarness, sample: Path) -> None:
    prepare(harness, sample)
    harness.start_keeper()

    look = "cp .env seen.txt && cat config/local.env >> seen.txt && echo A=2 >> .env"
    task = harness.until_taken_in(harness.new_task(sample, look))

    assert task.exit_code == 0, harness.journal_text()
    seen = (harness.paths.worktree(task.id) / "seen.txt").read_text()
    assert "MODE=test\n" in seen
    assert f"STRIPE='{PLACEHOLDER_PREFIX}" in seen
    assert "APP_KEY='a plain value'\nLOCAL=yes\n" in seen
    assert task.review.files == 1
    notes = [
        record.event.reason
        for record in harness.queries.events.after(task=task.id)
        if isinstance(record.event, events.Trouble)
    ]
    assert any(n.startswith(".env: STRIPE look like secrets") for n in notes)
    assert any(n.startswith("tracked.env is tracked") for n in notes)
    assert "there is no none.env in your checkout" in notes
    files = [f for f in harness.paths.home.rglob("*") if f.is_file()]
    assert [f for f in files if SECRET.encode() in f.read_bytes()] == []


def test_a_line_that_is_no_variable_ends_the_start_with_its_place(
    harness: KeeperHarness, sample: Path
) -> None:
    """Nothing of the launch stays."""
    prepare(harness, sample, 'env_files = [".env"]')
    (sample / ".env").write_text("A=1\n'oops\n")
    harness.start_keeper()

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert ".env:2: no NAME=value" in harness.journal_text()
    assert not harness.paths.worktree(task.id).exists()
