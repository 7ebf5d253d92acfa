"""A flag is said once, comes back with its path, and knows a folder from a program."""

from typing import Any

from swarm.engine.sensor.flags import EXECUTABLE, NO_FLAG, Flags

MANIFEST = "/workspace/package.json"


def line(op: str, **more: Any) -> dict[str, Any]:
    return {"op": op, **more}


def test_a_path_is_judged_by_its_name_once_and_anew_when_it_came_back() -> None:
    flags = Flags()

    first = flags.of(line("create"), MANIFEST)
    again = flags.of(line("write"), MANIFEST)
    flags.withdraw(MANIFEST)

    assert first[0] == "X1"
    assert again == NO_FLAG
    assert flags.of(line("create"), MANIFEST) == first


def test_a_note_is_news_once_and_again_after_it_was_withdrawn() -> None:
    flags = Flags()

    told = [flags.is_news("/workspace/x", EXECUTABLE) for _ in range(2)]
    flags.withdraw("/workspace/x")

    assert told == [True, False]
    assert flags.is_news("/workspace/x", EXECUTABLE)


def test_a_folder_s_mode_counts_for_nothing() -> None:
    flags = Flags()
    flags.see(line("mkdir", mode=0o700), "/workspace/a")

    assert flags.mode(line("chmod", mode=0o755), "/workspace/a") == 0
    assert flags.of(line("chmod", mode=0o755), "/workspace/a") == NO_FLAG
    assert flags.mode(line("chmod", mode=0o755), "/workspace/b") == 0o755
