"""Fixtures of several rooms, and the order in which workers take the tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.adapters.git.git_helpers import new_repository

# A busy machine stops for longer than any example takes: no example has a deadline.
settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option by which a human takes over what the screens look like now."""
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="record the screens as they are drawn now; look at them before you commit",
    )


TESTS_APART = ("tests/engine/", "tests/tui/")
"""Rooms whose tests share nothing, so that any worker may take any one of them.

The tests of every other file stay on one worker: they share a sandbox, or are so short
that handing them out one by one would cost more than they do.
"""

LONGEST_FIRST = (
    "tests/clients/",
    "tests/agents/",
    "tests/test_house.py",
    "tests/test_demo.py",
    "tests/promises/",
    "tests/tui/test_load_generator.py",
    "tests/tui/test_end_to_end.py",
    "tests/engine/",
    "tests/adapters/",
    "tests/tui/",
)
"""If a long file began last, every worker would wait for it at the end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests for `--dist loadgroup`, and let workers begin with long files."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    for item in items:
        file = item.nodeid.partition("::")[0]
        if not file.startswith(TESTS_APART):
            item.add_marker(pytest.mark.xdist_group(file))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """The test's place in the order; tests of one place stay in pytest's own order."""
    for place, start in enumerate(LONGEST_FIRST):
        if item.nodeid.startswith(start):
            return place
    return len(LONGEST_FIRST)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A real git repository with one commit on `main`."""
    return new_repository(tmp_path / "repo")
