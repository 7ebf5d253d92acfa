"""What a process logs is for its user alone, and bounded."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.bootstrap import private_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    logger = logging.getLogger("tests.private")
    handler = private_log.PrivateHandler(tmp_path / "keeper.log")
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)
    handler.close()


def test_every_file_of_a_log_is_its_user_s_alone(
    log: logging.Logger, tmp_path: Path
) -> None:
    """The one that is begun when another is full, too; one before it is kept."""
    assert list(tmp_path.iterdir()) == []

    for _ in range(4):
        log.warning("x" * (private_log.LOG_BYTES // 2))

    files = sorted(tmp_path.iterdir())
    assert [each.name for each in files] == ["keeper.log", "keeper.log.1"]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
