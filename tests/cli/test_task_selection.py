"""Ids, ranges and filters choose exactly the tasks that a human means."""

from argparse import ArgumentTypeError
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.cli import bulk
from swarm.cli.task_selection import (
    IdRange,
    Selection,
    choose,
    id_ranges,
)
from swarm.errors import NotFound, SwarmError
from swarm.model.task import State, Task
from tests.builders import queued_task

DAY = 86400.0


def merged(number: int, repo: str = "/r", age: float = 0.0) -> Task:
    return replace(
        queued_task(number, repo=repo), state=State.MERGED, changed=100 * DAY - age
    )


TASKS = [merged(number) for number in range(1, 10)]


def chosen(words: str, tasks: list[Task], verb: str = "rm") -> list[int]:
    ranges = tuple(part for word in words.split() for part in id_ranges(word))
    return [
        task.id
        for task in choose(Selection(ranges), verb, tasks, "/r", 100 * DAY).tasks
    ]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("3", [3]),
        ("#3", [3]),
        ("2-4", [2, 3, 4]),
        ("#2-#4", [2, 3, 4]),
        ("7-", [7, 8, 9]),
        ("1-2,5,8-", [1, 2, 5, 8, 9]),
        ("8- 1-2 5", [1, 2, 5, 8, 9]),
        ("3 3 2-4,3 4-4", [2, 3, 4]),
        ("0003", [3]),
    ],
)
def test_ids_and_ranges_name_each_task_once(words: str, ids: list[int]) -> None:
    assert chosen(words, TASKS) == ids


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("9-3", "'9-3' runs backwards; write 3-9"),
        ("0", "0 is no task's id: they begin at 1"),
        ("0-5", "0 is no task's id"),
        ("-5", "names no tasks, such as 3, 3-40"),
        ("-3--1", "names no tasks"),
        ("1-2-3", "names no tasks"),
        ("3,", "names no tasks"),
        (",", "names no tasks"),
        ("", "names no tasks"),
        ("1 - 3", "names no tasks"),
        ("1..3", "names no tasks"),
        ("٣", "names no tasks"),
        ("1-²", "names no tasks"),
        ("*", "names no tasks"),
        ("9" * 19, "no task has a number of 19 digits"),
        ("1-" + "9" * 5000, "no task has a number of 5000 digits"),
    ],
)
def test_what_is_no_range_is_refused_in_a_sentence(word: str, says: str) -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        id_ranges(word)

    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("12", "there is no task 12"),
        ("3 12 14 12", "there is no task 12, 14"),
        ("1-999999999", "there is no task 999999999: the newest is 9"),
        ("10-", "there is no task 10: the newest is 9"),
        ("5-10", "there is no task 10: the newest is 9"),
    ],
)
def test_nothing_is_chosen_if_an_end_is_nobodys(words: str, says: str) -> None:
    with pytest.raises(NotFound) as caught:
        chosen(words, TASKS)

    assert caught.value.message == says


def test_a_range_of_no_task_at_all_is_told() -> None:
    with pytest.raises(NotFound, match="there is no task 3"):
        chosen("1-3", [])


def test_a_range_leaves_out_what_cannot_be_removed_and_says_why() -> None:
    tasks = [
        merged(1),
        replace(merged(2), state=State.LIVE),
        replace(merged(3), state=State.STOPPED),
        replace(merged(4), removed=True),
        merged(5, repo="/other"),
    ]

    choice = choose(Selection((IdRange(1, None),)), "rm", tasks, "/r", 100 * DAY)

    assert [task.id for task in choice.tasks] == [1]
    assert [(task.id, reason) for task, reason in choice.left_out] == [
        (2, "is live; stop it first"),
        (3, "has work that is neither merged nor discarded"),
        (5, "is of another repository; name it by its own number"),
    ]
    assert chosen("2 4 5", tasks) == [2, 4, 5]


def test_filters_choose_by_what_became_of_a_task() -> None:
    tasks = [
        merged(1, age=8 * DAY),
        merged(2, age=1 * DAY),
        replace(merged(3, age=9 * DAY), state=State.REJECTED),
        replace(merged(4, age=9 * DAY), state=State.LIVE),
        merged(5, repo="/other", age=9 * DAY),
        replace(merged(6, age=8 * DAY), removed=True),
        replace(merged(7, age=8 * DAY), state=State.MERGING),
    ]

    def by(**words: bool | float) -> list[int]:
        selection = Selection(**words)  # type: ignore[arg-type]  # the table's values
        return [t.id for t in choose(selection, "rm", tasks, "/r", 100 * DAY).tasks]

    assert by(is_ended=True) == [1, 2, 3]
    assert by(is_merged=True) == [1, 2]
    assert by(older=7 * DAY) == [1, 3]
    assert by(is_merged=True, older=7 * DAY) == [1]


def test_a_filter_narrows_named_tasks() -> None:
    tasks = [merged(1), replace(merged(2), state=State.REJECTED)]
    selection = Selection((IdRange(1, 2),), is_merged=True)

    choice = choose(selection, "rm", tasks, None, 100 * DAY)

    assert [task.id for task in choice.tasks] == [1]
    assert choice.left_out[0][1] == "is not merged"


def test_no_words_choose_nothing() -> None:
    with pytest.raises(SwarmError, match="no task is named"):
        choose(Selection(), "rm", TASKS, None)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_ranges_that_are_printed_read_back_as_the_same_tasks(ids: set[int]) -> None:
    tasks = [merged(number) for number in range(1, 61)]

    assert chosen(bulk.ranges(ids), tasks) == sorted(ids)
