"""The doctor tells of each login and key, and shows no token."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.agents import login_store
from swarm.agents.login_store import Attempt
from swarm.agents.login_tokens import Tokens
from swarm.engine.host import images
from swarm.engine.host.check import Check
from swarm.engine.readers.credentials import checks
from swarm.errors import ToolMissing
from swarm.plan.naming import HomePaths
from tests.fakes import FakeImages

NOW = 1_000_000.0
HOUR = 3600.0
TOKENS = Tokens("at-of-a-person-0001", "rt-of-a-person-0001", NOW + 5 * HOUR)
LOGIN = login_store.new("claude", TOKENS, NOW)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without tools or settings."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def found(home: Path, *built: str) -> dict[str, Check]:
    engine = FakeImages(tuple(images.tag(name) for name in built))
    return {each.name: each for each in checks(HomePaths(home), engine, NOW)}


@pytest.mark.parametrize(
    ("login", "trouble", "grade", "words"),
    [
        (LOGIN, "", "ok", "logged in; its token expires in 5h, and is renewed before"),
        (
            replace(LOGIN, tokens=replace(TOKENS, expires=NOW - 1)),
            "",
            "ok",
            "logged in; its token expired, and is renewed with the next task",
        ),
        (
            LOGIN,
            "the host is silent",
            "warn",
            "its token expires in 5h and was not renewed: the host is silent",
        ),
        (
            replace(LOGIN, tokens=replace(TOKENS, expires=NOW - 1)),
            "the host is silent",
            "warn",
            "its token expired and was not renewed: the host is silent",
        ),
        (
            replace(LOGIN, revoked="invalid_grant"),
            "",
            "warn",
            "revoked: invalid_grant",
        ),
    ],
)
def test_a_login_is_told_with_its_end_and_the_way_out(
    home: Path, login: login_store.StoredLogin, trouble: str, grade: str, words: str
) -> None:
    login_store.write(home, "claude", login)
    login_store.write_attempt(home, "claude", Attempt(trouble=trouble))

    line = found(home, "agents/claude")["login claude"]

    assert (line.grade, line.finding) == (grade, words)
    assert ("swarm login claude" in line.remedy) is (grade == "warn")
    assert TOKENS.access not in repr(line)


def test_a_login_that_others_can_read_is_broken(home: Path) -> None:
    login_store.write(home, "codex", LOGIN)
    (login_store.folder(home) / "codex.json").chmod(0o644)

    line = found(home)["login codex"]

    assert (line.grade, "others can read it" in line.finding) == ("fail", True)
    assert "swarm login codex" in line.remedy


def test_a_missing_key_is_told_of_agents_that_could_start_else(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has no image, or needs no key, has no line."""
    monkeypatch.setenv("KEY", "sk-value")
    (home / "policy.toml").write_text(
        '[secrets.google]\nsource = "env:KEY"\n'
        'hosts = ["generativelanguage.googleapis.com"]\n'
        'placeholder = "GEMINI_API_KEY"\n'
    )

    lines = found(home, "agents/claude", "agents/gemini", "base")

    assert set(lines) == {"key claude", "key gemini"}
    assert (lines["key gemini"].grade, lines["key gemini"].finding) == ("ok", "env:KEY")
    assert lines["key claude"].grade == "warn"
    assert lines["key claude"].finding == (
        "key missing: no secret of your policy goes to api.anthropic.com"
    )
    assert "README" in lines["key claude"].remedy
    assert "swarm login claude" in lines["key claude"].remedy


def test_the_agents_without_a_key_share_a_line(home: Path) -> None:
    lines = found(home, "agents/claude", "agents/gemini", "agents/vibe", "base")

    assert list(lines) == ["keys"]
    assert lines["keys"].grade == "warn"
    assert lines["keys"].finding == "no key and no login for claude, gemini, vibe"
    assert "swarm agent ls" in lines["keys"].remedy


def test_logins_are_told_without_an_engine_and_with_a_mistake(home: Path) -> None:
    """Both have lines of their own; without any login, that is said."""
    login_store.write(home, "claude", LOGIN)
    (home / "policy.toml").write_text("version = 2\n")
    assert set(found(home, "agents/codex")) == {"login claude"}
    (home / "policy.toml").unlink()

    with pytest.raises(ToolMissing):
        FakeImages(down=True).image_id("x")
    lines = checks(HomePaths(home), FakeImages(down=True), NOW)

    assert [line.name for line in lines] == ["login claude"]
    login_store.remove(home, "claude")
    assert found(home, "base")["logins"].grade == "ok"


def test_a_login_that_boxes_share_is_told_with_who_renews_it(home: Path) -> None:
    """And why the last one of it was not taken."""
    login_store.write(home, "kimi", replace(LOGIN, kind="kimi"))
    free = found(home)["login kimi"]
    login_store.write_holder(home, "kimi", login_store.Holder(7, "it is another's"))
    held = found(home)["login kimi"]

    assert free.grade == "ok"
    assert "its token expires in 5h, and the next task renews it" in free.finding
    assert held.grade == "warn"
    assert "and task 7 renews it: it is another's" in held.finding
    assert "swarm login kimi" in held.remedy
