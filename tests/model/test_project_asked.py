"""A project's own image is missing if it is asked for, and not built."""

import pytest

from swarm.model.project_asked import ProjectAsked


@pytest.mark.parametrize(
    ("image", "is_built", "lacks"),
    [("", False, False), ("swarm/projects:a", False, True), ("a", True, False)],
)
def test_an_image_is_missing(image: str, is_built: bool, lacks: bool) -> None:
    asked = ProjectAsked((), True, lambda: None, image, is_built)

    assert asked.lacks_image == lacks
