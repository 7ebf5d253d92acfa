"""A task's covers: queued with notes, mounted, put back, restored around, merged."""

import json
import subprocess
from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.engine.egress import repository_project
from swarm.engine.tasks import covers
from swarm.errors import Refused
from swarm.model import events
from swarm.model.project import ProjectChoice
from swarm.model.task import State
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.engine.keeper_harness import KeeperHarness

WRITTEN = 'protect = ["ci/jobs.yml"]\nhide = [".env", "absent"]\n'


def covered(sample: Path) -> Path:
    """The sample with what its own file covers; nobody agreed to it."""
    (sample / "ci").mkdir()
    (sample / "ci/jobs.yml").write_text("jobs\n")
    (sample / ".env").write_text("TOKEN=s3cr3t\n")
    (sample / "swarm.toml").write_text(WRITTEN)
    for words in (("add", "-A"), ("commit", "-qm", "covers")):
        subprocess.run(["git", "-C", str(sample), *words], check=True)
    return sample


def _repository(folder: Path) -> Repository:
    place = new_repository(folder / "repo")
    (place / ".env").write_text("TOKEN=s3cr3t\n")
    (place / "link").symlink_to("src")
    commit_all(place, "more")
    return Repository.open(place, folder / "home")


def test_what_is_not_there_is_noted(tmp_path: Path) -> None:
    """A word that is wrong would be believed; the settings are for any repository."""
    repository = _repository(tmp_path)
    written = ProjectChoice(protect=("README.md",), hide=(".evn",))
    choice = ProjectChoice(protect=("README.md", ".vscode"), hide=(".evn",))

    notes = covers.notes_on_absent(repository, repository.head, choice, written)

    assert notes == ("swarm.toml: hide: there is no .evn at the base",)


def test_what_cannot_be_covered_is_refused(tmp_path: Path) -> None:
    repository = _repository(tmp_path)
    choice = ProjectChoice(hide=("link/a.py",))

    with pytest.raises(Refused, match=r"hide: link/a\.py is behind the link link"):
        covers.notes_on_absent(repository, repository.head, choice, choice)


def test_from_the_queue_to_the_merge(harness: KeeperHarness, sample: Path) -> None:
    """What a merge brings has the hidden file, unchanged, and the agent's work."""
    harness.start_keeper()
    repo = covered(sample)
    work = (
        "cat .env > seen.txt; echo evil > ci/jobs.yml; git add -A; "
        "git commit -qm work; echo more > beside.txt"
    )

    task = harness.until_taken_in(harness.new_task(repo, work))
    harness.wish_done("merge", task=task.id, accepted="all", strategy="merge")

    assert (task.state, task.review.commits) == (State.STOPPED, 1)
    assert (repo / ".env").read_text() == "TOKEN=s3cr3t\n"
    assert (repo / "ci/jobs.yml").read_text() == "jobs\n"
    assert (repo / "seen.txt").read_text() == ""
    assert (repo / "beside.txt").read_text() == "more\n"
    notes = [
        known.event
        for known in harness.queries.events.after(task=task.id)
        if isinstance(known.event, events.Trouble)
    ]
    absent = "swarm.toml: hide: there is no absent at the base"
    assert events.Trouble("project", absent) in notes
    body = json.loads(harness.paths.box_contents(task.id).read_bytes())
    assert {cover["path"] for cover in body["covers"]} == {
        "ci/jobs.yml",
        ".env",
        "absent",
    }


def test_what_was_moved_is_put_back_at_the_next_start(
    harness: KeeperHarness, sample: Path
) -> None:
    """And before a checkpoint is restored; while it runs, that is refused."""
    harness.start_keeper()
    work = (
        "test -e again || { echo 1 > one; until test -e go; do sleep 0.1; done; "
        "mv ci away; mkdir ci; echo evil > ci/jobs.yml; touch again moved; "
        "sleep 600; }; "
        "cat ci/jobs.yml .env > draft; mv draft seen"
    )
    task_id = harness.new_task(covered(sample), work)
    worktree = harness.paths.worktree(task_id)
    harness.until((worktree / "one").exists, "it began")
    number = harness.wish_done("checkpoint", task=task_id)["number"]
    (worktree / "go").touch()
    harness.until((worktree / "moved").exists, "it moved the directory")

    refused = harness.wish("go_back", task=task_id, number=number)
    assert "the agent moved what holds ci/jobs.yml" in refused.message
    harness.wish_done("stop", task=task_id)
    harness.until_taken_in(task_id)
    harness.wish_done("continue", task=task_id, fresh=True)
    harness.until((worktree / "seen").exists, "it ran again")
    harness.until_state(task_id, State.STOPPED)

    assert (worktree / "seen").read_text() == "jobs\n"
    told = [
        known.event
        for known in harness.queries.events.after(task=task_id)
        if isinstance(known.event, events.Trouble) and known.event.where == "covers"
    ]
    assert len(told) == 1
    harness.wish_done("go_back", task=task_id, number=number)
    assert (worktree / "ci/jobs.yml").read_text() == "jobs\n"


def test_what_stands_in_a_covers_place_is_named_when_files_go_back(
    harness: KeeperHarness, sample: Path
) -> None:
    """Nothing of the agent's is lost: a checkpoint has it, and its user is told."""
    harness.start_keeper()
    work = "mv ci away; mkdir ci; echo mine > ci/jobs.yml"
    task = harness.until_taken_in(harness.new_task(covered(sample), work))
    worktree = harness.paths.worktree(task.id)

    before = harness.wish_done("go_back", task=task.id, number=0)["before"]
    told = [
        known.event.reason
        for known in harness.queries.events.after(task=task.id)
        if isinstance(known.event, events.Trouble) and known.event.where == "covers"
    ]
    harness.wish_done("go_back", task=task.id, number=before)

    assert len(told) == 1
    start, _, aside = told[0].rpartition(" as ")
    assert start.endswith(f"is in checkpoint {before}")
    assert (worktree / aside).read_text() == "mine\n"
    assert (worktree / "ci/jobs.yml").read_text() == "jobs\n"


def test_what_a_set_up_moves_is_put_back_before_the_agent_starts(
    harness: KeeperHarness, sample: Path
) -> None:
    """It runs what others wrote: a link for a directory would lead a mount elsewhere.

    And it sees and writes no more than the agent.
    """
    repo = covered(sample)
    moves = (
        "cat .env > ~/seen; mv ci away; ln -s /home/agent ci; echo evil > ci/jobs.yml"
    )
    (repo / "swarm.toml").write_text(f"{WRITTEN}setup = [{json.dumps(moves)}]\n")
    commit_all(repo, "set-up")
    repository = Repository.open(repo, harness.paths.home)
    found = repository_project.read(harness.paths, repository, repository.head)
    repository_project.agree(harness.paths, repository.root, found.digest)
    harness.start_keeper()

    task_id = harness.new_task(repo, "cat ~/seen ci/jobs.yml .env > out")
    task = harness.until_taken_in(task_id)

    assert task.exit_code == 0
    assert (harness.paths.worktree(task_id) / "out").read_text() == "jobs\n"
    assert not (harness.paths.worktree(task_id) / "ci").is_symlink()
