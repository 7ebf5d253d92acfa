"""`wait` and `new --wait`: the exit status tells how tasks ended."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.cli import exit_codes
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended, queued

Swarm = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("code", "status"), [(0, exit_codes.DONE), (1, exit_codes.TASK_FAILED), (137, 3)]
)
def test_the_agents_own_end_decides(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, code: int, status: int
) -> None:
    ended(journal, code)

    assert swarm("wait", "1")[0] == status


def test_one_that_failed_is_enough(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    ended(journal, 0)
    task = journal.queue(lambda _id: queued())
    journal.record(task.id, events.TaskFailed("base", "no image"))

    assert swarm("wait", "1", "2")[0] == exit_codes.TASK_FAILED


def test_what_was_rejected_or_lost_did_not_succeed(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    number = ended(journal, 0)
    journal.record(number, events.TaskRejected())

    assert swarm("wait", "1")[0] == exit_codes.TASK_FAILED


def test_the_time_is_over(swarm: Swarm, keeper: FakeKeeper, journal: Journal) -> None:
    journal.queue(lambda _id: queued())

    status, _, err = swarm("wait", "1", "--timeout", "0.1")

    assert status == exit_codes.TIMEOUT
    assert "still at work after 0.1 s: #1" in err


def test_an_end_that_comes_later_is_waited_for(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    task = journal.queue(lambda _id: queued())
    journal.record(task.id, events.TaskProvisioning(), events.TaskLive("box", "pane"))
    threading.Timer(
        0.1, lambda: journal.record(task.id, events.TaskStopped(0)) and None
    ).start()

    assert swarm("wait", "1", "--timeout", "10")[0] == exit_codes.DONE


def test_an_engine_that_is_gone_is_told_to_who_waits(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    journal.queue(lambda _id: queued())
    journal.record(None, events.ContainerEngineDown("docker does not answer"))

    err = swarm("wait", "1", "--timeout", "0.1")[2]

    assert "nothing starts meanwhile: docker does not answer" in err


@pytest.mark.parametrize("words", ["1-2", "2-", "1-2,1-"])
def test_a_range_of_another_repository_is_no_success(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, repo: Path, words: str
) -> None:
    """Nothing was waited for, so nobody may go on as if all had ended well."""
    ended(journal, 1, repo="/other")
    ended(journal, 0, repo="/other")

    status, _, err = swarm("wait", words)

    assert status == exit_codes.FAILED
    assert "stays: #2 fix is of another repository" in err
    assert f"there is nothing to wait for in {words}" in err


def test_a_range_of_removed_tasks_is_no_success(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    journal.record(ended(journal, 0), events.TaskRejected(), events.TaskRemoved())

    assert swarm("wait", "1-")[0] == exit_codes.FAILED


def test_what_of_a_range_is_not_waited_for_is_told(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, repo: Path
) -> None:
    ended(journal, 0, repo=str(repo))
    ended(journal, 1, repo="/other")

    status, _, err = swarm("wait", "1-2")

    assert status == exit_codes.DONE
    assert "stays: #2 fix is of another repository" in err


def test_a_question_ends_the_wait_for_one_and_is_told(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    task = journal.queue(lambda _id: queued())
    journal.record(task.id, events.TaskProvisioning(), events.TaskLive("box", "pane"))
    asks = events.AgentStateChanged(
        AgentState.ASKS_PERMISSION, 1.0, Source.SCREEN, "cue", "rm\x1b[2J?", 1.0
    )
    threading.Timer(0.1, lambda: journal.record(task.id, asks) and None).start()

    status, _, err = swarm("wait", "1", "--for", "question", "--timeout", "10")

    assert status == exit_codes.DONE
    assert "#1 asks permission · screen (claim), cue: rm\\x1b[2J?" in err
    assert swarm("wait", "1", "--for", "ready")[0] == exit_codes.NEEDS_YOU
