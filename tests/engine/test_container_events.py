"""A container's labels may be its image's, which anybody may have written."""

import pytest

from swarm.engine.container_events import task_of
from swarm.plan.naming import TASK_LABEL


def test_a_task_s_container_names_its_task() -> None:
    assert task_of({TASK_LABEL: "17"}) == 17


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\N{SUPERSCRIPT TWO}",
        "9" * 5000,
        "9" * 19,
        "-1",
        "0",
        "+1",
        "1 ",
        "1\n",
        "x",
    ],
    ids=ascii,
)
def test_what_is_no_number_of_a_task_is_nobody_s(text: str) -> None:
    """An exception would end the thread that hears of every container."""
    assert task_of({TASK_LABEL: text}) is None


def test_a_container_without_the_label_is_nobody_s() -> None:
    assert task_of({}) is None
