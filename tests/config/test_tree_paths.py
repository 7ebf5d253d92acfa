"""A path in a tree stays in the tree, and is one line of a screen."""

import pytest
from pydantic import TypeAdapter, ValidationError

from swarm.config.tree_paths import TreePathOrNone, TreePaths

PATHS = TypeAdapter(TreePaths)


def test_paths_are_taken_once_and_without_a_slash_at_the_end() -> None:
    assert PATHS.validate_python(("a/b/", ".env", "a/b")) == ("a/b", ".env")
    assert TypeAdapter(TreePathOrNone).validate_python("") == ""


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/etc",
        "..",
        "a/../b",
        "./a",
        "a//b",
        ".git",
        ".GIT/hooks",
        "a\nb",
        "a\\b",
        "x" * 301,
        "a\x1b[1m",
    ],
)
def test_others_are_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="a path in the repository"):
        PATHS.validate_python((path,))


def test_there_may_be_fifty() -> None:
    PATHS.validate_python(tuple(f"p{n}" for n in range(50)))
    with pytest.raises(ValidationError, match="at most 50"):
        PATHS.validate_python(tuple(f"p{n}" for n in range(51)))
