"""Tracebacks are kept in a bounded file for their user alone, or not at all."""

from pathlib import Path

from swarm.bootstrap import failure_log
from swarm.model.failure import Failure

FAILURE = Failure("E-0000002a", "KeyError: 'x'", "Traceback …\nKeyError: 'x\udcff'")


def test_a_traceback_is_kept_under_its_id(tmp_path: Path) -> None:
    file = tmp_path / "commands.log"

    assert failure_log.keep(file, FAILURE)
    assert failure_log.keep(file, FAILURE)

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().count("E-0000002a\nTraceback") == 2


def test_a_full_file_makes_room_for_another_and_one_of_them_stays(
    tmp_path: Path,
) -> None:
    file = tmp_path / "commands.log"
    for size in (failure_log.LOG_BYTES + 1, failure_log.LOG_BYTES + 2):
        file.write_bytes(b"x" * size)
        assert failure_log.keep(file, FAILURE)

    assert file.stat().st_size < 1000
    assert [each.name for each in sorted(tmp_path.iterdir())] == [
        "commands.log",
        "commands.log.1",
    ]


def test_where_nothing_can_be_written_nothing_is(tmp_path: Path) -> None:
    """Nor through a link that somebody laid there."""
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)

    assert not failure_log.keep(tmp_path / "none" / "commands.log", FAILURE)
    assert not failure_log.keep(link, FAILURE)
    assert not target.exists()
