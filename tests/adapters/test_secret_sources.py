"""A secret comes from a file, a variable, a command or the keyring; errors hide it."""

import os
import stat
from pathlib import Path

import pytest

from swarm.adapters import secret_sources
from swarm.errors import SwarmError

VALUE = "s3cr3t-value"


def script(folder: Path, name: str, body: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_each_source_gives_the_value_without_its_newline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keyring is asked by the program that every desktop's has."""
    (tmp_path / "key").write_text(f"{VALUE}\n")
    monkeypatch.setenv("MY_KEY", VALUE)
    told = tmp_path / "told"
    script(tmp_path, "secret-tool", f'echo "$@" > {told}; echo {VALUE}')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    sources = (
        f"file:{tmp_path}/key",
        "env:MY_KEY",
        f"cmd:cat '{tmp_path}/key'",
        "keyring:service/swarm/user/me",
    )

    found = {secret_sources.fetch("k", source) for source in sources}

    assert found == {VALUE}
    assert told.read_text().split() == ["lookup", "service", "swarm", "user", "me"]


def test_a_file_in_the_home_may_be_written_with_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text(VALUE)

    assert secret_sources.fetch("k", "file:~/key") == VALUE


def test_a_command_runs_without_a_shell(tmp_path: Path) -> None:
    """What stands in a policy file is words, not a script."""
    victim = tmp_path / "made"

    said = secret_sources.fetch("k", f"cmd:echo a; touch {victim}")

    assert said == f"a; touch {victim}"
    assert not victim.exists()


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("file:/nowhere/key", "No such file"),
        ("env:NOT_SET_ANYWHERE", "empty or not there"),
        ("cmd:no-such-program x", "no such program"),
        ("cmd:false", "exit 1"),
        ("cmd:", "no such program"),
        ("vault:x", "no such kind"),
        ("printf:x", "no such kind"),
    ],
)
def test_what_fails_names_secret_and_source(source: str, why: str) -> None:
    with pytest.raises(SwarmError, match=why) as caught:
        secret_sources.fetch("deploy.key", source)

    assert "deploy.key" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("bad", [f"{VALUE}\nX-More: 1", f"{VALUE}\x00", "schlüssel"])
def test_a_value_that_no_header_may_hold_is_refused_and_not_repeated(
    tmp_path: Path, bad: str
) -> None:
    """Else a line break in a file would be a header of its own."""
    (tmp_path / "key").write_text(bad)

    with pytest.raises(SwarmError, match="no header may hold") as caught:
        secret_sources.fetch("k", f"file:{tmp_path}/key")

    assert VALUE not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_a_file_that_is_none_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    """A pipe without a writer would hold the keeper for ever."""
    file = tmp_path / "f"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to("/dev/zero")

    with pytest.raises(SwarmError, match="'k' cannot be read from file:"):
        secret_sources.fetch("k", f"file:{file}")


@pytest.mark.parametrize(
    "source", ['cmd:printf "hunter2', "cmd:printf 'hunter2", "cmd:printf hunter2\\"]
)
def test_a_command_that_is_none_is_not_repeated(source: str) -> None:
    with pytest.raises(SwarmError, match="a quote in it does not end") as caught:
        secret_sources.fetch("k", source)

    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


def test_a_file_of_a_user_that_there_is_not_is_refused() -> None:
    with pytest.raises(SwarmError, match="cannot be read"):
        secret_sources.fetch("k", "file:~nobody-of-this-name/key")
