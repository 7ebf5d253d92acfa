"""Each thread has its own queries, and none outlive their thread."""

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.store.queries import Queries
from swarm.store.thread_queries import ThreadQueries

FILES = Path("/proc/self/fd")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "swarm.db"
    Queries(path).close()
    return path


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def open_files(path: Path) -> int:
    links = [str(file.readlink()) for file in FILES.iterdir() if file.is_symlink()]
    return sum(link.startswith(str(path)) for link in links)


def test_a_thread_asks_its_own(path: Path) -> None:
    read, seen = ThreadQueries(path), list[Queries]()
    thread = threading.Thread(target=lambda: seen.append(read()))
    thread.start()
    thread.join()

    assert read() is read()
    assert seen[0] is not read()


@pytest.mark.skipif(not FILES.exists(), reason="no list of open files here")
def test_the_file_is_closed_as_its_thread_ends(
    path: Path, without_collector: None
) -> None:
    read, during = ThreadQueries(path), list[int]()

    def ask() -> None:
        assert read().tasks.all() == []
        during.append(open_files(path))

    for _ in range(3):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    assert min(during) > 0
    assert open_files(path) == 0


@pytest.mark.skipif(not FILES.exists(), reason="no list of open files here")
def test_a_thread_that_lives_on_closes_its_own_and_may_ask_anew(
    path: Path, without_collector: None
) -> None:
    read = ThreadQueries(path)
    assert read().tasks.all() == []

    read.close()
    read.close()

    assert open_files(path) == 0
    assert read().tasks.all() == []


def test_nothing_is_begun_where_no_file_is(tmp_path: Path) -> None:
    with pytest.raises(SwarmError):
        ThreadQueries(tmp_path / "gone.db")()

    assert list(tmp_path.iterdir()) == []
