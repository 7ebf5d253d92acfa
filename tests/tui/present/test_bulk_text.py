"""The sentences about many tasks stay short, harmless and true."""

from dataclasses import replace

import pytest

from swarm.model.task import ReviewSummary, State, Task
from swarm.tui.present import bulk_text
from tests.builders import queued_task


def test_a_long_list_is_counted_and_nothing_of_a_name_reaches_the_screen() -> None:
    tasks = [
        replace(
            queued_task(number, name=f"a\x1b[2J{number}"),
            state=State.STOPPED,
            review=ReviewSummary("t", 1, 2, 3),
        )
        for number in range(1, 13)
    ]

    lines = bulk_text.question("discard", tasks, 10)

    assert lines[0] == "Discard 12 tasks, 12 with work that is not merged?"
    assert "  and 4 more" in lines
    assert "\x1b" not in "".join(lines)


def test_what_stays_is_named_once_and_counted() -> None:
    live = [replace(queued_task(number), state=State.LIVE) for number in (1, 2, 3)]
    merged = replace(queued_task(4), state=State.MERGED)

    lines = bulk_text.question("rm", [*live, merged], 10)

    assert "Rm" not in lines[0]
    assert "3 stay as they are: fix (#1) is live; stop it first, and 2 more" in lines
    assert bulk_text.none_fits("rm", live).startswith("3 tasks marked: fix (#1) is")
    assert bulk_text.none_fits("rm", [*live, merged]) == ""


def test_the_edge_tells_marks_and_what_is_about_to_go() -> None:
    assert bulk_text.note(0, 0, 0, 0.0) == ""
    assert bulk_text.note(2, 1, 3, 7.4) == (
        "3 tasks go in 7 s, u keeps them · 2 marked, 1 not shown, Esc unmarks"
    )
    assert bulk_text.note(0, 0, 1, 7.4) == "1 task goes in 7 s, u keeps it"
    assert bulk_text.note(0, 0, 3, 0.0) == "removing 3 tasks, u keeps the rest"


def test_thousands_of_marks_cost_one_look_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The footer asks for each key; a square of the number would freeze the screen."""
    tasks = [replace(queued_task(number), state=State.LIVE) for number in range(3000)]
    compared = 0

    def count(self: Task, other: object) -> bool:
        nonlocal compared
        compared += 1
        return self is other

    monkeypatch.setattr(Task, "__eq__", count)
    fit, others = bulk_text.applicable("rm", [*tasks, replace(tasks[0], id=9)])

    assert (len(fit), len(others), compared) == (0, 3001, 0)
