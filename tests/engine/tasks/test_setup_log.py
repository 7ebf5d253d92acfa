"""The log of a set-up is bounded, whatever is printed."""

import stat
from pathlib import Path

from swarm.engine.tasks.setup_log import SetupLog


def test_the_newest_is_kept_and_the_rest_is_told(tmp_path: Path) -> None:
    file = tmp_path / "task" / "setup.log"
    log = SetupLog(file, most=1000)

    for number in range(500):
        log.write(b"line %d\n" % number)

    lines = file.read_text().splitlines()
    assert lines[0] == "[the output before this is left out]"
    assert lines[-1] == "line 499"
    assert file.stat().st_size <= 1000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_one_part_may_be_larger_than_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "setup.log"

    SetupLog(file, most=100).write(b"x" * 5000 + b"\nlast\n")

    assert file.stat().st_size < 200


def test_a_second_run_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "setup.log"
    SetupLog(file).write(b"first\n")

    SetupLog(file).write(b"second\n")

    assert file.read_bytes() == b"second\n"


def test_what_goes_on_is_added_within_the_same_bound(tmp_path: Path) -> None:
    file = tmp_path / "setup.log"
    SetupLog(file).write(b"first\n")
    SetupLog(file, goes_on=True).write(b"second\n")
    assert file.read_bytes() == b"first\nsecond\n"

    SetupLog(file, 20, goes_on=True).write(b"third is longer\n")
    assert b"first" not in file.read_bytes()
