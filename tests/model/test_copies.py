"""A number of copies is bounded by sense, and what many take is said."""

import pytest

from swarm.model import copies


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "1e9",
        "1000000000",
        "1001",
        "9" * 5000,
        "²",
        "٣",
        "",
        " ",
        "1.0",
        "x",
    ],
)
def test_what_is_no_number_of_copies_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="a number from 1 to 1,000"):
        copies.parse(text)


def test_more_than_fifty_are_taken() -> None:
    assert [copies.parse(text) for text in ("1", "51", "200", "1000")] == [
        1, 51, 200, 1_000,
    ]  # fmt: skip


def test_what_many_take_is_said() -> None:
    assert copies.note(1, 4, 4 << 30) == copies.note(4, 4, 4 << 30) == ""
    assert copies.note(200, 4, 4 << 30) == (
        "200 tasks, 4 at work at once (`max_running`): up to 16.0 GiB of memory, and a "
        "worktree for each"
    )
    assert copies.note(60, 100, 1 << 30).startswith("60 tasks, 60 at work at once")
