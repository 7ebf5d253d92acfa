"""All lines about a path are one activity."""

from tests.engine.sensor.sensor_lines import line, read


def test_a_file_is_one_trace_however_often_it_is_written() -> None:
    batch = read(
        line("create", "/workspace/a.py", inode=5, mode=0o100644),
        line("write", "/workspace/a.py", bytes=10, size=10),
        line("write", "/workspace/a.py", bytes=30, size=30, at=101.0),
        line("close", "/workspace/a.py", bytes=45, size=45, at=102.0),
    )

    trace = batch.paths["/workspace/a.py"]
    assert (trace.count, trace.bytes, trace.size) == (3, 45, 45)
    assert (trace.first, trace.last, trace.op) == (100.0, 102.0, "write")
    assert batch.actions == []
