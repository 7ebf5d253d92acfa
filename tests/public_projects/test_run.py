"""What a project's tests came to is compared without their times."""

from dataclasses import replace

import pytest

from tests.public_projects.projects import PROJECTS
from tests.public_projects.run import Result, Run

BOXED = Run(0, "297 passed in 1.18s", 15.0)


@pytest.mark.parametrize(
    ("bare", "is_same"),
    [
        (replace(BOXED, counts="297 passed in 9.5s (0:00:09)", seconds=99.0), True),
        (replace(BOXED, counts="296 passed, 1 failed in 1.18s"), False),
        (replace(BOXED, exit_code=1), False),
    ],
)
def test_times_make_no_difference_and_counts_do(bare: Run, is_same: bool) -> None:
    result = Result(PROJECTS["itsdangerous"], "", BOXED, bare)

    assert result.same is is_same
