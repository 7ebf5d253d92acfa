"""What a user brings is read strictly, and without secrets."""

import os
from pathlib import Path

import pytest

from swarm.config import brought
from swarm.errors import ConfigError

MCP = """\
[mcp.files]
command = ["server", "--root", "/workspace"]
environment = { LEVEL = "info", API_KEY = "hunter2" }
[mcp.far]
url = "https://mcp.test/v1"
headers = { Authorization = "Bearer hunter2", "X-Team" = "a" }
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder, with a server of each kind."""
    folder = tmp_path / "bring"
    folder.mkdir()
    (folder / "mcp.toml").write_text(MCP)
    return folder


def test_nothing_is_brought_without_the_folder(tmp_path: Path) -> None:
    assert brought.read(tmp_path / "bring") == brought.Brought()


def test_secrets_are_left_out_and_named(place: Path) -> None:
    """Their values are nowhere; a value that is no secret stays."""
    found = brought.read(place)

    assert found.left_out == (
        "mcp.files.environment.API_KEY",
        "mcp.far.headers.Authorization",
    )
    assert "hunter2" not in repr(found)
    assert found.servers["files"].environment == {"LEVEL": "info"}
    assert found.servers["far"].headers == {"X-Team": "a"}


def test_rules_skills_and_commands_are_texts(place: Path) -> None:
    (place / "rules.md").write_text("Use tabs.\n")
    (place / "skills" / "a").mkdir(parents=True)
    (place / "skills" / "a" / "SKILL.md").write_text("# a")
    (place / "commands").mkdir()
    (place / "commands" / "go.md").write_text("go")

    found = brought.read(place)

    assert found.rules == "Use tabs.\n"
    assert (found.skills, found.commands) == ({"a/SKILL.md": "# a"}, {"go.md": "go"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mcp.x]\n", "must have either a command or a url"),
        ('[mcp.x]\nurl = "https://u:hunter2@m.test"', "mcp.x.url"),
        ('[mcp.x]\nurl = "file:///etc"', "mcp.x.url"),
        ('[mcp.x]\ncommand = ["a"]\nurl = "https://m.test"', "either"),
        ('[mcp.x]\ncommand = ["a"]\nheaders = { A = "1" }', "has no headers"),
        ('[mcp.x]\ncommand = "a"', "mcp.x.command"),
        ('[mcp.x]\ncommand = [""]', "begins with a program"),
        ('[mcp.x]\ncommand = ["a"]\ncolour = 1', "mcp.x.colour"),
        ('[mcp."a b"]\ncommand = ["a"]', "is no name"),
        ('[mcp."a.b"]\ncommand = ["a"]', "is no name"),
        ('[servers.x]\ncommand = ["a"]', "servers"),
        ("[mcp", "is not valid TOML"),
    ],
)
def test_a_mistake_is_told_by_file_and_key(place: Path, text: str, words: str) -> None:
    (place / "mcp.toml").write_text(text)

    with pytest.raises(ConfigError, match=r"mcp\.toml") as caught:
        brought.read(place)

    assert words in caught.value.message
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize("kind", ["link", "pipe", "bytes", "name", "much"])
def test_what_is_no_text_of_the_users_is_refused(place: Path, kind: str) -> None:
    """A link could lead to a key, a pipe would never end."""
    skills = place / "skills"
    skills.mkdir()
    match kind:
        case "link":
            (skills / "a").symlink_to("/etc/passwd")
        case "pipe":
            os.mkfifo(skills / "a")
        case "bytes":
            (skills / "a").write_bytes(b"\xff")
        case "name":
            (skills / "a'b").write_text("")
        case _:
            (skills / "a").write_bytes(b"x" * (brought.LARGEST + 1))

    with pytest.raises(ConfigError, match="skills"):
        brought.read(place)
