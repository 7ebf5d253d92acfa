"""Projects of others run their own tests in a box as they do bare."""

import pytest

from tests.public_projects.projects import PROJECTS
from tests.public_projects.run import run


@pytest.mark.long
@pytest.mark.parametrize("name", PROJECTS)
def test_a_public_project_tests_as_well_in_a_box(name: str) -> None:
    """Promise: what a box adds or denies changes no test of an ordinary project."""
    result = run(PROJECTS[name])

    assert result.same, f"{result.boxed}\n{result.bare}\n{result.written}"
    assert result.boxed.counts or not result.boxed.exit_code
