"""Words, glyphs and columns that stand for a task."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from swarm.model.task import State, Task
from swarm.tui.present import formatting, task_appearance
from tests.builders import queued_task

TASK = queued_task(1, state=State.LIVE)


def _stopped(code: int | None, reason: str = "") -> Task:
    return replace(TASK, state=State.STOPPED, exit_code=code, reason=reason)


@pytest.mark.parametrize(
    ("task", "glyph", "word"),
    [
        (TASK, "◐", "working"),
        (replace(TASK, paused=True), "‖", "paused"),
        (replace(TASK, state=State.QUEUED), "◌", "queued"),
        (replace(TASK, state=State.PROVISIONING), "◌", "starting"),
        (replace(TASK, state=State.FAILED), "✕", "failed"),
        (replace(TASK, state=State.LOST), "◇", "lost"),
        (replace(TASK, state=State.MERGED), "✓", "merged"),
        (replace(TASK, state=State.REJECTED), "–", "discarded"),
        (_stopped(0), "●", "ready"),
        (_stopped(0, "merge refused"), "●", "ready"),
        (_stopped(None), "●", "ready"),
        (_stopped(2), "✕", "exit 2"),
        (_stopped(137, "out of memory"), "✕", "oom"),
        (_stopped(143, "stopped by you"), "○", "stopped"),
        (_stopped(137, "killed by you"), "○", "killed"),
    ],
)
def test_a_state_has_a_glyph_and_a_word(task: Task, glyph: str, word: str) -> None:
    """Never colour alone."""
    shown = task_appearance.appearance(task)

    assert (shown.glyph, shown.word) == (glyph, word)


def test_every_state_has_a_look() -> None:
    """A new state cannot be forgotten here."""
    looks = [task_appearance.appearance(replace(TASK, state=state)) for state in State]

    assert all(cell_len(look.glyph) == 1 and len(look.word) <= 9 for look in looks)


def test_what_needs_the_human_comes_first() -> None:
    """Sections are ordered by urgency and never empty."""
    tasks = [
        replace(TASK, id=1, state=State.MERGED),
        replace(TASK, id=2),
        replace(TASK, id=3, state=State.FAILED),
        replace(_stopped(0), id=4),
    ]

    order = [
        task.id for _, members in task_appearance.by_section(tasks) for task in members
    ]

    assert order == [3, 4, 2, 1]


def test_counts_leave_out_zeros() -> None:
    """The header counts what there is."""
    assert [
        (n, word) for _, n, word, _ in task_appearance.counts([TASK, _stopped(2)])
    ] == [
        (1, "error"),
        (1, "working"),
    ]


@pytest.mark.parametrize(
    ("action", "task", "why"),
    [
        ("merge", TASK, "needs a stopped task (s stops it); fix is working"),
        ("merge", _stopped(0), ""),
        ("reply", replace(TASK, paused=True), "p resumes it first; fix is paused"),
        ("reply", TASK, ""),
        ("remove", _stopped(0), "merge or discard it first; fix is ready"),
        ("stop", None, "no task is selected"),
        ("help", None, ""),
    ],
)
def test_a_key_says_why_not(action: str, task: Task | None, why: str) -> None:
    """A key that does nothing says what it needs."""
    assert task_appearance.disabled_reason(action, task) == why


def test_ascii_keeps_every_width() -> None:
    """One character becomes one character."""
    for glyph, letter in formatting.ASCII.items():
        assert len(str(letter)) == 1
        assert str(letter).isascii() or chr(glyph).isascii()
