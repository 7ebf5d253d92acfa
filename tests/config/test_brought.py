"""What a user brings is read strictly, and without secrets."""

import os
from pathlib import Path

import pytest

from swarm.config import brought
from swarm.config.brought import Brought, McpServer
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


@pytest.mark.parametrize(
    ("server", "left_out"),
    [
        ('command = ["s", "--api-key", "hunter2"]', ["command[2]"]),
        ('command = ["s", "--token=hunter2"]', ["command[1]"]),
        (f'command = ["s", "ghp_{"a1" * 12}"]', ["command[1]"]),
        ('command = ["s", "--max-tokens", "hunter2"]', []),
        ('command = ["s", "--token-file", "hunter2"]', []),
        ('command = ["s", "--api-key", "--verbose"]', []),
        (
            f'command = ["s"]\nenvironment = {{ A = "sk-{"a1" * 9}" }}',
            ["environment.A"],
        ),
        ('url = "https://m.test/?api_key=hunter2&x=1"', ["url"]),
        ('url = "https://m.test/?keys=hunter2"', []),
    ],
)
def test_secrets_in_words_of_a_server_are_left_out(
    place: Path, server: str, left_out: list[str]
) -> None:
    (place / "mcp.toml").write_text(f"[mcp.x]\n{server}\n")

    found = brought.read(place)

    assert list(found.left_out) == [f"mcp.x.{each}" for each in left_out]
    if left_out:
        assert "hunter2" not in repr(found)
        assert "a1a1a1" not in repr(found)


def test_secrets_in_texts_are_left_out_and_their_lines_named(place: Path) -> None:
    (place / "rules.md").write_text(f"Log in\nwith sk-{'a1' * 12}\n")
    (place / "skills" / "a").mkdir(parents=True)
    (place / "skills" / "a" / "SKILL.md").write_text(f"token: {'a1' * 12}")

    found = brought.read(place)

    assert found.left_out[-2:] == ("rules.md:2", "skills/a/SKILL.md:1")
    assert "a1a1" not in repr(found)


def test_another_path_or_text_has_another_digest() -> None:
    """Also where the same letters stand in another order of files."""
    texts = [{"a": "b"}, {"a": "c"}, {"c": "b"}, {"a": "", "b": ""}, {"a1:": "b"}, {}]

    assert len({brought.digest(each) for each in texts}) == len(texts)
    assert brought.digest({"a": "1", "b": "2"}) == brought.digest({"b": "2", "a": "1"})


def test_of_the_same_name_the_users_own_counts() -> None:
    near, far = McpServer(command=("mine",)), McpServer(command=("theirs",))
    own = Brought({"a": near}, "mine\n", {"s/SKILL.md": "mine"}, {}, ("x",))
    other = Brought(
        {"a": far, "b": far}, "theirs", {"s/SKILL.md": "theirs"}, {"c": "t"}
    )

    both = brought.joined(own, other)

    assert (both.servers["a"], both.servers["b"]) == (near, far)
    assert both.rules == "mine\n\ntheirs"
    assert (both.skills, both.commands) == ({"s/SKILL.md": "mine"}, {"c": "t"})
    assert both.left_out == ("x",)


@pytest.mark.parametrize(
    "path", ["skills/../x", "skills/a'b", "commands/.x", "skills//a"]
)
def test_a_path_that_a_shell_would_read_is_refused(path: str) -> None:
    with pytest.raises(ConfigError, match="holds a letter not taken"):
        brought.parsed({path: ""}, "repo/")
