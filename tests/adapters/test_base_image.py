"""The base image is made by mmdebstrap within a time limit, and reported by line."""

import time
from pathlib import Path

import pytest

from swarm.adapters import base_image
from swarm.adapters.process import Limits
from swarm.errors import ToolError, ToolMissing


def mmdebstrap(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a program of that name first in PATH; its last argument is the tar."""
    file = folder / "mmdebstrap"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_its_notes_are_reported_and_its_chatter_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mmdebstrap(tmp_path, monkeypatch, 'echo "I: unpacking" >&2; echo 12%; touch "$4"')
    notes: list[str] = []

    base_image.make_root(tmp_path / "root.tar", notes.append)

    assert notes == ["I: unpacking"]
    assert (tmp_path / "root.tar").exists()


def test_it_goes_out_by_the_proxy_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the user's own variables say."""
    monkeypatch.setenv("http_proxy", "http://other.corp:1")
    mmdebstrap(tmp_path, monkeypatch, 'echo "I: by $http_proxy" >&2; touch "$4"')
    notes: list[str] = []
    variables = {"http_proxy": "http://p.corp:1"}

    base_image.make_root(tmp_path / "root.tar", notes.append, variables)

    assert notes == ["I: by http://p.corp:1"]


def test_one_that_hangs_ends_at_the_time_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its output stays open all the while, so reading to the end is no limit."""
    mmdebstrap(tmp_path, monkeypatch, "echo I: begun; sleep 6")
    monkeypatch.setattr(base_image, "LIMITS", Limits(seconds=1, output=1000))
    began = time.monotonic()

    with pytest.raises(ToolError, match="mmdebstrap: no answer within 1 seconds"):
        base_image.make_root(tmp_path / "root.tar", lambda _line: None)

    assert time.monotonic() - began < 5


def test_a_failure_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mmdebstrap(tmp_path, monkeypatch, "echo 'E: no space left' >&2; exit 25")

    with pytest.raises(ToolError, match="exit 25: E: no space left"):
        base_image.make_root(tmp_path / "root.tar", lambda _line: None)


def test_without_the_program_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match="mmdebstrap is not installed") as caught:
        base_image.make_root(tmp_path / "root.tar", lambda _line: None)

    assert "install mmdebstrap" in caught.value.hint


@pytest.mark.parametrize("end", ["exit 1", 'touch "$4"'])
def test_a_proxy_s_password_is_in_no_word_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    mmdebstrap(tmp_path, monkeypatch, f'echo "E: no proxy: $http_proxy" >&2; {end}')
    words: list[str] = []
    proxy = {"http_proxy": "http://me:hush%2F4711@p.corp:1"}

    try:
        base_image.make_root(tmp_path / "root.tar", words.append, proxy)
    except ToolError as error:
        words.append(str(error))

    assert "p.corp" in str(words)
    assert "hush" not in str(words)
