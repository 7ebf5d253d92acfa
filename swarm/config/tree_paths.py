"""Paths in a repository's tree, as a person may write them in a file of settings."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

_MOST = 50
_LENGTH = 300


def can_be_named(path: str) -> bool:
    """True for a path that may stand in a file of settings; others exist in trees."""
    parts = path.rstrip("/").split("/")
    return (
        path.isprintable()
        and len(path) <= _LENGTH
        and "\\" not in path
        and not any(part in ("", ".", "..") for part in parts)
        and parts[0].lower() != ".git"
    )


def _path(value: str) -> str:
    if not can_be_named(value):
        raise ValueError('a path in the repository such as "docker/Dockerfile"')
    return value.rstrip("/")


def _path_or_none(value: str) -> str:
    return value and _path(value)


def once_each(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values without those that came before."""
    return tuple(dict.fromkeys(values))


TreePath = Annotated[str, AfterValidator(_path)]
"""Relative to the root; `..`, `.git` and control characters are refused."""
TreePathOrNone = Annotated[str, AfterValidator(_path_or_none)]
TreePaths = Annotated[
    tuple[TreePath, ...], Field(max_length=_MOST), AfterValidator(once_each)
]
