"""A file that was run, or is work by another name, is shown by itself."""

import pytest

from swarm.engine.sensor.interpreter import Interpreter
from swarm.model import quiet
from tests.engine.sensor.sensor_lines import CACHE, PYTHON, SHELL, groups, line, read


def test_a_script_in_a_cache_is_shown_when_it_runs() -> None:
    """And from then on; as is one that a shell put among a tool's files."""
    python = line("exec", "/usr/bin/python3", argv=["python3", "x.py"], cwd="/")
    cached = "/home/agent/.cache/evil.sh"
    interpreter = Interpreter(lambda _path: False)
    first = interpreter.read(
        [
            python,
            line("create", cached, inode=1, mode=0o100644),
            {**SHELL, "pid": 9},
            line("create", "/workspace/node_modules/.bin/git", inode=2, pid=9),
        ]
    )
    assert groups(first) == {
        cached: quiet.CACHES,
        "/workspace/node_modules/.bin/git": "",
    }

    run = line("exec", "/usr/bin/sh", argv=["sh", ".cache/evil.sh"], pid=10)
    then = interpreter.read(
        [{**run, "cwd": "/home/agent"}, line("write", cached, bytes=3)]
    )

    assert then.ran == [cached]
    assert then.paths[cached].group == ""


def test_a_word_of_a_command_is_not_what_ran() -> None:
    """`chmod` and `rm` name a file; only an interpreter runs it."""
    made = line("create", "/workspace/x", inode=1, mode=0o100755)
    words = [
        line("exec", f"/usr/bin/{argv[0]}", argv=argv, cwd="/workspace", pid=9)
        for argv in (["chmod", "+x", "x"], ["rm", "x"], ["bash", "-c", "x"])
    ]
    batch = read(made, *words, line("unlink", "/workspace/x"))

    assert batch.ran == []
    assert batch.paths["/workspace/x"].level == ""
    run = line("exec", "/usr/bin/bash", argv=["bash", "-e", "x"], cwd="/workspace")
    assert read(made, run).ran == ["/workspace/x"]


@pytest.mark.parametrize("source", ["/workspace/README.md", "/gitdir/config"])
@pytest.mark.parametrize("folder", [CACHE, "/workspace/node_modules"])
def test_what_has_a_second_name_in_a_cache_is_shown(source: str, folder: str) -> None:
    """A hard link: what is written there is in the other, too."""
    batch = read(
        PYTHON,
        line("link", f"{folder}/one", **{"from": source}),
        line("rename", f"{folder}/two", **{"from": f"{folder}/one"}),
        line("write", f"{folder}/two", bytes=3, size=3),
        line("write", f"{folder}/three", bytes=3, size=3),
    )

    assert groups(batch)[f"{folder}/two"] == ""
    assert groups(batch)[f"{folder}/three"] != ""
