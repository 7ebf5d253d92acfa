"""Tests of logins on the disk."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from swarm.agents import login_store
from swarm.agents.login_store import Attempt
from swarm.agents.login_tokens import Tokens
from swarm.errors import ConfigError

TOKENS = Tokens("at-of-a-person-0001", "rt-of-a-person-0001", 5.0, {"a": ["b"]})


def test_a_login_comes_back_and_is_ours_alone(tmp_path: Path) -> None:
    """Folder and files are closed to others, whatever the umask; no draft is left."""
    before = os.umask(0)
    try:
        login = login_store.new("claude", TOKENS, 1.0)
        login_store.write(tmp_path, "claude", login)
        login_store.write_attempt(tmp_path, "claude", Attempt("k", "p", "no", 2, 3.0))
    finally:
        os.umask(before)

    place = login_store.folder(tmp_path)
    assert login_store.read(tmp_path, "claude") == login
    assert login_store.read_attempt(tmp_path, "claude").tries == 2
    assert login_store.agents(tmp_path) == ["claude"]
    assert place.stat().st_mode & 0o777 == 0o700
    assert {f.stat().st_mode & 0o777 for f in place.iterdir()} == {0o600}
    assert {f.name for f in place.iterdir()} == {"claude.json", "claude.attempt"}


def test_no_token_stands_in_a_repr() -> None:
    """What is printed or logged of a login shows none."""
    login = login_store.new("claude", TOKENS, 1.0).renew(TOKENS, 2.0)

    text = repr(login) + repr(Attempt("k", "the-pad"))

    assert TOKENS.access not in text
    assert TOKENS.refresh not in text
    assert "the-pad" not in text


def test_former_tokens_are_few(tmp_path: Path) -> None:
    """The newest that are over are known, to be masked if a host sends them back."""
    login = login_store.new("claude", TOKENS, 1.0)
    for number in range(9):
        login = login.renew(Tokens(f"at-{number:020}", TOKENS.refresh, 5.0), 2.0)

    assert len(login.former) == 3
    assert login.former[0] == f"at-{7:020}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_login_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """It names the file and the way out."""
    login_store.write(tmp_path, "claude", login_store.new("claude", TOKENS, 1.0))
    file = login_store.folder(tmp_path) / "claude.json"
    file.chmod(mode)

    with pytest.raises(ConfigError, match="chmod 600") as refusal:
        login_store.read(tmp_path, "claude")

    assert "swarm login claude" in refusal.value.hint


def test_a_link_and_a_pipe_are_refused(tmp_path: Path) -> None:
    """What stands in a login's place is not followed, and not waited for."""
    login_store.write(tmp_path, "codex", login_store.new("codex", TOKENS, 1.0))
    place = login_store.folder(tmp_path)
    (place / "claude.json").symlink_to(place / "codex.json")
    os.mkfifo(place / "gemini.json", 0o600)

    for agent in ("claude", "gemini"):
        with pytest.raises(ConfigError):
            login_store.read(tmp_path, agent)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"tokens": None}, {"tokens": {"access": 5}}, {"former": 5},
        {"unknown": 1}, {"mark": ""}, {"renewed": "x"}, {"kind": None},
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused(tmp_path: Path, change: Any) -> None:
    """A sentence, and no traceback with what the file holds."""
    login_store.write(tmp_path, "claude", login_store.new("claude", TOKENS, 1.0))
    file = login_store.folder(tmp_path) / "claude.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))

    with pytest.raises(ConfigError, match="no login of this version") as refusal:
        login_store.read(tmp_path, "claude")

    assert TOKENS.access not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "../x", "A", ".", "a/b", "x" * 60])
def test_a_name_is_an_agent_s(tmp_path: Path, name: str) -> None:
    """No name leads out of the folder."""
    with pytest.raises(ConfigError, match="agent"):
        login_store.read(tmp_path, name)


def test_a_removed_login_leaves_nothing(tmp_path: Path) -> None:
    """Drafts of one that was killed while writing go too."""
    login_store.write(tmp_path, "claude", login_store.new("claude", TOKENS, 1.0))
    login_store.write_attempt(tmp_path, "claude", Attempt("k", "p"))
    (login_store.folder(tmp_path) / ".claude.1234").write_text("rt-half")

    assert login_store.remove(tmp_path, "claude")
    assert not login_store.remove(tmp_path, "claude")
    assert not list(login_store.folder(tmp_path).iterdir())
