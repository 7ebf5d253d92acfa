"""A file that is open is known by its inode."""

from tests.engine.sensor.sensor_lines import line, read


def test_a_young_file_s_end_is_told_by_its_inode_alone() -> None:
    batch = read(
        line("create", "/workspace/a", inode=5, mode=0o100644),
        line("close", inode=5, bytes=9, size=9),
    )

    assert batch.paths["/workspace/a"].size == 9
    assert batch.paths["/workspace/a"].op == "create"


def test_a_path_that_is_no_text_breaks_no_later_line() -> None:
    batch = read(
        line("create", inode=5) | {"path": 1, "at": None}, line("close", inode=5)
    )

    assert batch.lost == 1
