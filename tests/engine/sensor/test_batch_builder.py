"""A batch has a bounded number of rows, and one row for equal actions."""

from tests.engine.sensor.sensor_lines import SHELL, deed, line, read


def test_a_refusal_is_a_deed_and_alike_ones_are_counted() -> None:
    batch = read(*[line("open", "/etc/passwd", result=-30, flags=1)] * 5)

    assert (deed(batch).count, deed(batch).result) == (5, -30)
    assert deed(batch).note == "read-only file system"
    assert batch.paths["/etc/passwd"].denied == 5


def test_too_many_deeds_are_counted_and_flagged_ones_kept() -> None:
    flood = [line("open", f"/etc/{n}", result=-30) for n in range(5000)]
    batch = read(*flood, line("write", "/workspace/Makefile", bytes=1))

    assert batch.actions[-1].note.startswith("and 3000 more")
    assert any(d.path == "/workspace/Makefile" for d in batch.actions)


def test_what_is_quiet_takes_no_room_from_what_is_shown() -> None:
    helpers = [
        line("exec", "/usr/bin/uname", argv=["uname"], cwd="/", pid=n)
        for n in range(3000)
    ]
    batch = read(*helpers, SHELL)

    assert batch.actions[-2].argv == ("bash",)
    assert batch.actions[-1].note == "and 1000 more, in the raw lines"
