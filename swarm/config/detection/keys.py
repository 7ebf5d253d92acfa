"""Names the tracked files that look like keys, and proposes to hide them."""

from collections.abc import Callable, Iterable, Mapping

from swarm.config.tree_paths import can_be_named
from swarm.model import key_files

MOST = 200
"""Files whose first bytes are looked at."""
MOST_HIDDEN = 20
_FOR_TESTS = frozenset(
    ["test", "tests", "testing", "testdata", "test-data", "fixtures", "examples",
     "example", "spec", "specs", "__tests__", "samples", "docs", "doc", "testutil"]
)  # fmt: skip
"""Folders whose keys are made for tests, which fail without them."""


def candidates(files: Iterable[str]) -> list[str]:
    """The files whose names make a look worth it; those nearest to the root first."""
    named = (path for path in files if key_files.may_be_key(path))
    return sorted(named, key=lambda path: (path.count("/"), path))[:MOST]


def propose(
    paths: Iterable[str], contents: Mapping[str, bytes], note: Callable[[str], None]
) -> dict[str, str]:
    """The files to hide, each with its reason; the others are told to `note`."""
    proposed: dict[str, str] = {}
    for path in paths:
        reason = key_files.looks_like_key(
            path, contents.get(path, b"")[: key_files.HEAD]
        )
        if not reason:
            continue
        if _is_for_tests(path):
            note(f"{path}: {reason}; it looks made for tests, `--hide` hides it")
        elif can_be_named(path) and len(proposed) < MOST_HIDDEN:
            proposed[path] = reason
        else:
            note(f"{path}: {reason}; nothing hides it")
    return proposed


def _is_for_tests(path: str) -> bool:
    return bool(_FOR_TESTS & {*path.lower().split("/")[:-1]})
