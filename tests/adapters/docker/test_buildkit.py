"""A Dockerfile of today's syntax is built by BuildKit, by the docker program."""

import sys
from pathlib import Path

import pytest

from swarm.adapters.docker import build_context, buildkit
from swarm.adapters.docker.build_context import ContextFile
from swarm.errors import ToolError
from swarm.ports import BuildContext


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        ("FROM a\nRUN apt-get install x\nCOPY --from=b --chown=1 x /x\n", False),
        ("# a mere comment about syntax\nFROM a", False),
        ("RUN echo 1 << 2", False),
        ("# syntax=docker/dockerfile:1\nFROM a", True),
        ("FROM a\nRUN --mount=type=cache,target=/c make", True),
        ("FROM a\nRUN \\\n    --mount=type=cache,target=/c make", True),
        ("FROM a\nCOPY --link . /x", True),
        ("FROM a\nCOPY --chmod=755 x /x", True),
        ("FROM a\nRUN <<EOF\nmake\nEOF", True),
        ("FROM a\nCOPY <<-'EOT' /x\ny\nEOT", True),
    ],
)
def test_the_text_tells_whether_it_is_needed(text: str, is_needed: bool) -> None:
    assert buildkit.is_needed(text) is is_needed


PROGRAM = """\
import os, sys
sys.stdin.buffer.read()
print(" ".join(sys.argv[1:]), os.environ["DOCKER_BUILDKIT"], file=sys.stderr)
print({last!r}, file=sys.stderr)
sys.exit({status})
"""
"""A stand-in for the docker program: no buildx can be had where this was written."""


def stand_in(folder: Path, status: int, last: str) -> list[str]:
    (folder / "docker.py").write_text(PROGRAM.format(status=status, last=last))
    return [sys.executable, str(folder / "docker.py")]


def context(folder: Path, dockerfile: str) -> BuildContext:
    files = [ContextFile("dev/Dockerfile", dockerfile.encode())]
    build_context.write(folder / "tar", files)
    return BuildContext(folder / "tar", "dev/Dockerfile", "one", {"A": "b"})


def test_stage_arguments_and_file_are_given_and_lines_told(tmp_path: Path) -> None:
    lines = list[str]()
    words = stand_in(tmp_path, 0, "done")

    buildkit.build(words, "x:1", context(tmp_path, "FROM a"), lines.append)

    assert lines == [
        "build --progress=plain --tag x:1 --file dev/Dockerfile --target one "
        "--build-arg A=b - 1",
        "done",
    ]


@pytest.mark.parametrize(
    ("last", "hint"),
    [
        ("no such file", "the last line before it: no such file"),
        ("the buildx component is missing or broken", "install docker's buildx"),
    ],
)
def test_a_failure_is_told_with_its_way_out(
    tmp_path: Path, last: str, hint: str
) -> None:
    words = stand_in(tmp_path, 1, last)

    with pytest.raises(ToolError, match="docker build x:1: ") as error:
        buildkit.build(words, "x:1", context(tmp_path, "FROM a"), lambda _line: None)

    assert last in error.value.message
    assert error.value.hint.startswith(hint)
