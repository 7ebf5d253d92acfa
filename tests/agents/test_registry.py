"""An agent is found by its name; a user's own stands beside the shipped ones."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.errors import PlanError
from swarm.policy import services
from tests.agents.descriptions import MINIMAL


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of agents."""
    monkeypatch.delenv("SWARM_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    found = tmp_path / "swarm" / "agents"
    found.mkdir(parents=True)
    return found


def test_an_unknown_agent_is_refused_with_those_that_exist() -> None:
    with pytest.raises(PlanError, match=r"there is no agent '\.\./x'") as caught:
        registry.find("../x")

    assert all(name in caught.value.hint for name in registry.names())


def test_an_agent_is_chosen_by_name_by_command_or_by_the_settings() -> None:
    assert registry.choose("claude", "make", "other") == "claude"
    assert registry.choose("", "make", "claude") == "command"
    assert registry.choose("", "", "claude") == "claude"
    with pytest.raises(PlanError, match="no agent was chosen"):
        registry.choose("", "", "")


@pytest.mark.parametrize("name", registry.names())
def test_every_agent_is_readable_and_its_services_are_known(name: str) -> None:
    agent = registry.find(name)

    assert agent.name == name
    assert agent.ways or agent.unavailable
    assert set(agent.services) <= set(services.catalogue())


def test_a_users_own_agent_is_found_beside_the_shipped(folder: Path) -> None:
    (folder / "mine.toml").write_text(MINIMAL)

    assert "mine" in registry.names()
    assert registry.find("mine").title == "Mine"


def test_only_what_can_run_is_offered(folder: Path) -> None:
    (folder / "bad.toml").write_text("")
    (folder / "mine.toml").write_text(MINIMAL)

    assert {"claude", "command", "mine"} <= set(registry.runnable())
    assert not {"bad", "cursor"} & set(registry.runnable())


def test_a_shipped_agent_is_never_shadowed_silently(folder: Path) -> None:
    """A file of that name must say that it stands in its place."""
    (folder / "claude.toml").write_text(MINIMAL)

    with pytest.raises(PlanError, match=r"claude\.toml: swarm brings") as caught:
        registry.find("claude")
    assert "replaces = true" in caught.value.hint

    (folder / "claude.toml").write_text(f"replaces = true\n{MINIMAL}")
    assert registry.find("claude").title == "Mine"


def test_an_agent_that_replaces_nothing_is_refused(folder: Path) -> None:
    (folder / "mine.toml").write_text(f"replaces = true\n{MINIMAL}")

    with pytest.raises(PlanError, match="brings no agent mine"):
        registry.find("mine")


def _folder(file: Path) -> None:
    file.mkdir()


def _loop(file: Path) -> None:
    file.symlink_to(file.name)


def _dangling(file: Path) -> None:
    file.symlink_to(file.with_name("gone"))


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (_folder, "it is no regular file"),
    "pipe": (os.mkfifo, "it is no regular file"),
    "loop": (_loop, "too many levels of symbolic links"),
    "dangling": (_dangling, "no such file or directory"),
    "other-bytes": (lambda f: f.write_bytes(b"ab\xff"), "its byte 3 is no UTF-8"),
    "too-large": (
        lambda f: f.write_bytes(b"#" * (registry.LARGEST + 1)),
        "it is larger than 1 MiB",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_users_file_that_cannot_be_read_is_told(folder: Path, name: str) -> None:
    """It may be anything of that name; the others are there all the same."""
    make, words = UNREADABLE[name]
    file = folder / f"{name}.toml"
    make(file)

    with pytest.raises(PlanError) as caught:
        registry.find(name)

    assert caught.value.message == f"{file} cannot be read: {words}"
    assert "move it out of that folder" in caught.value.hint
    assert registry.find("claude").name == "claude"
    assert {"claude", "codex"} <= set(registry.runnable())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{MINIMAL}\n[headless]\n", "Cannot declare ('headless',) twice"),
        ('title = "a"\ntitle = "b"\n', "Cannot overwrite a value"),
        (f"titel = 1\n{MINIMAL}", "titel: unknown key; did you mean title?"),
        ("", "title: is missing"),
    ],
)
def test_a_mistake_in_a_users_file_is_told_with_the_file(
    folder: Path, text: str, words: str
) -> None:
    file = folder / "mine.toml"
    file.write_text(text)

    with pytest.raises(PlanError) as caught:
        registry.find("mine")

    assert caught.value.message.startswith(str(file))
    assert words in caught.value.message
    assert "CONTRIBUTING.md" in caught.value.hint


def test_what_an_editor_writes_is_no_mistake(folder: Path) -> None:
    """A mark at the begin, other ends of lines, a lock beside the file."""
    text = MINIMAL.replace("\n", "\r\n").encode()
    (folder / "mine.toml").write_bytes(b"\xef\xbb\xbf" + text)
    (folder / ".#mine.toml").symlink_to("me@host.1234")

    assert registry.find("mine").title == "Mine"
    assert registry.own_names() == ["mine"]
