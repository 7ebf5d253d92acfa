"""What a build of a project's own Dockerfile sees of it."""

import tarfile
from pathlib import Path

import pytest

from swarm.adapters.docker.build_context import ContextFile, included, text_in, write

PATHS = ["a.log", "keep.log", "sub/x", "sub/deep/y.log", "b"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("", PATHS),
        ("# no\n\n", PATHS),
        ("*.log\n!keep.log", ["keep.log", "sub/x", "sub/deep/y.log", "b"]),
        ("**/*.log", ["sub/x", "b"]),
        ("sub", ["a.log", "keep.log", "b"]),
        ("*", []),
    ],
)
def test_an_ignore_file_counts(ignore: str, left: list[str]) -> None:
    assert included(PATHS, ignore) == left


def test_programs_and_links_stay_what_they_are(tmp_path: Path) -> None:
    files = [
        ContextFile("run", b"#!/bin/sh", is_program=True),
        ContextFile("link", b"run", is_link=True),
        ContextFile("a", b"1"),
    ]
    one, two = tmp_path / "1", tmp_path / "2"

    write(one, files)
    write(two, reversed(files))

    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as tar:
        assert tar.getmember("run").mode == 0o755
        assert tar.getmember("a").mode == 0o644
        assert (tar.getmember("link").issym(), tar.getmember("link").linkname) == (
            True,
            "run",
        )


def test_a_text_is_read_back(tmp_path: Path) -> None:
    write(tmp_path / "tar", [ContextFile("a/Dockerfile", b"FROM x")])

    assert text_in(tmp_path / "tar", "a/Dockerfile") == "FROM x"
    assert text_in(tmp_path / "tar", "none") == ""
