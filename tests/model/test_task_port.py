"""Addresses of a task's own servers."""

from swarm.model import task_port
from swarm.model.task_port import FIRST, LAST, TaskPort


def test_each_task_has_a_name_of_its_own() -> None:
    """Cookies and pages of one are not those of another."""
    port = TaskPort(3000, 20112, is_open=True)

    assert task_port.address(7, port) == "http://t7.localhost:20112/"
    assert task_port.words(7, port) == "3000 is at http://t7.localhost:20112/"
    assert task_port.words(7, TaskPort(3000)) == (
        "3000 is opened whenever the task is live"
    )


def test_candidates_begin_with_what_is_wanted_and_stay_in_their_range() -> None:
    """Two tasks begin apart; a user's own usual ports are never among them."""
    chosen = task_port.candidates(7, 3000, 2)

    assert chosen[:3] == [3000, FIRST + 114, FIRST + 115]
    assert task_port.candidates(8, 0, 0)[0] == FIRST + 128
    far = task_port.candidates(10**6, 0, 0)
    assert all(FIRST <= port < LAST for port in far)
    assert len(set(far)) == len(far)
