"""Fixtures of several rooms, and the order in which workers take the tests."""

import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer  # type: ignore[import-untyped]  # it has no types
from xdist.scheduler import (  # type: ignore[import-untyped]  # it has no types
    LoadScopeScheduling,
)

from tests.adapters.git.git_helpers import new_repository

# A busy machine stops for longer than any example takes: no example has a deadline.
settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")

# What a developer's own machine goes out through is none of the tests' business.
for _name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.upper(), None)

MEMORY_DISK = Path("/dev/shm")
ROOM_FOR_A_RUN = 4 << 30
"""Bytes. Tests make some hundred thousand small files."""


def _has_room(folder: Path) -> bool:
    """Tell if a run's files fit there, and programs among them may be started."""
    if not os.access(folder, os.W_OK):
        return False
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(folder).free > ROOM_FOR_A_RUN


# On a disk, the same tests of git take twice the system time, and wait besides.
if _has_room(MEMORY_DISK):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_DISK))

RARELY = (20_000, 10, 10)
"""New objects until a look at the youngest, and looks until one at the older."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected: nearly all of it stays.

    It took a fifth of the processor's time of a collection, in each worker. What is
    there is never looked at again, and what tests leave is looked at more rarely: that
    took a sixth of the time of the dashboard's tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*RARELY)
        gc.enable()


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
    "tests/first_install/",
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


class RoomScheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Hands out a file to one worker, or single tests if they share nothing.

    Not `--dist loadgroup`: its groups are lost under pytest 9.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file.startswith(TESTS_APART) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> RoomScheduling:
    """Hand out the tests by rooms, if there are workers at all (`-n 4`)."""
    return RoomScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let workers begin with long files."""
    if "PYTEST_XDIST_WORKER" in os.environ:
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
