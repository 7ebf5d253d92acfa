"""What a repository brings is used once a human agreed to exactly that."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from swarm.adapters.git.repository import Repository
from swarm.config.brought import REPO_FOLDER, Brought
from swarm.engine.context import EngineContext
from swarm.engine.egress import repository_bring
from swarm.engine.egress.repository_bring import agreed, for_task, read, summary
from swarm.errors import Refused
from swarm.model.wishes import AgreeToBrought
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository

MCP = '[mcp.zoo]\ncommand = ["zoo", "--api-key", "hunter2"]\n'


class House:
    """A user's home, and a repository that brings something."""

    def __init__(self, folder: Path) -> None:
        (folder / "home").mkdir()
        self.paths = HomePaths(folder / "home")
        self.repo = new_repository(folder / "repo")
        self.bring = self.repo / REPO_FOLDER
        (self.bring / "skills" / "a").mkdir(parents=True)
        self.change("rules.md", "Obey.\n")

    def change(self, path: str, text: str) -> None:
        (self.bring / path).write_text(text)
        commit_all(self.repo, path)

    @property
    def opened(self) -> Repository:
        return Repository.open(self.repo, self.paths.home)

    def given(self, *hide: str) -> tuple[Brought, str]:
        """What a task at HEAD is given, and what its human is told."""
        found = for_task(self.paths, self.opened, self.opened.head, hide)
        return found.brought, "; ".join(found.notes)

    def agree(self, digest: str = "") -> None:
        repository = self.opened
        seen = digest or read(self.paths, repository, repository.head).digest
        wish = AgreeToBrought(str(self.repo), repository.head, seen)
        context = type("Context", (), {"paths": self.paths})()
        agreed(cast(EngineContext, context), wish)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return House(tmp_path)


def test_nothing_is_used_before_a_human_agreed(house: House) -> None:
    """It is told with every start, with the way to look at it."""
    house.change("mcp.toml", MCP)

    brought, told = house.given()

    assert brought == Brought()
    assert "is not used (rules, 1 MCP server (zoo))" in told
    assert "swarm repo trust" in told


def test_what_was_agreed_to_is_used_until_it_changes(house: House) -> None:
    """By a letter, a new file, or one that is gone; back again, it counts again."""
    house.agree()
    assert house.given()[0].rules == "Obey."

    house.change("skills/a/SKILL.md", "# a")
    assert house.given()[0] == Brought()
    house.agree()
    assert house.given()[0].skills == {"a/SKILL.md": "# a"}
    house.change("skills/a/SKILL.md", "# b")
    assert house.given()[0] == Brought()
    (house.bring / "rules.md").unlink()
    house.change("skills/a/SKILL.md", "# a")
    assert "is not used (1 skill)" in house.given()[1]
    house.change("rules.md", "Obey.\n")
    assert house.given()[0].rules == "Obey."


def test_another_repository_of_the_same_bytes_asks_again(
    house: House, tmp_path: Path
) -> None:
    house.agree()
    (tmp_path / "other").mkdir()
    other = House(tmp_path / "other")
    other.paths = house.paths

    assert other.given()[0] == Brought()


def test_secrets_are_left_out_and_named(house: House) -> None:
    house.change("mcp.toml", MCP)
    house.agree()

    brought, told = house.given()

    assert "mcp.zoo.command[2]" in told
    assert "hunter2" not in repr(brought) + told


def test_the_users_own_stands_first(house: House, tmp_path: Path) -> None:
    (tmp_path / "bring").mkdir()
    (tmp_path / "bring" / "rules.md").write_text("Mine.")
    house.agree()

    assert house.given()[0].rules == "Mine.\n\nObey."


@pytest.mark.parametrize(
    ("path", "text"),
    [("mcp.toml", "[mcp"), ("mcp.toml", "[mcp.x]\nurl='file:///'"), ("skills/a'b", "")],
)
def test_a_mistake_of_the_repositorys_stops_no_task(
    house: House, path: str, text: str
) -> None:
    """Nothing of it is used then, and the mistake is told."""
    house.agree()
    house.change(path, text)

    brought, told = house.given()

    assert brought == Brought()
    assert told.startswith("the repository's is not used: .swarm/bring/")


def test_files_of_other_names_count_for_nothing(house: House) -> None:
    """They reach no agent, so nobody need agree to them."""
    before = read(house.paths, house.opened, house.opened.head)
    house.change("README", "words")
    house.change("skills/.hidden", "words")

    after = read(house.paths, house.opened, house.opened.head)

    assert after == replace(before)


def test_what_was_not_shown_is_not_agreed_to(house: House) -> None:
    """The human looked at another commit's, or at nothing."""
    with pytest.raises(Refused, match="is not what was shown"):
        house.agree("0" * 64)

    assert house.given()[0] == Brought()


def test_a_summary_counts_and_names() -> None:
    assert summary(Brought()) == "nothing"
    many = Brought(skills={"a/SKILL.md": "", "a/x.py": ""}, commands={"c.md": ""})
    assert summary(many) == "1 skill, 1 command"
    assert repository_bring.summary(Brought(rules="\n")) == "nothing"


@pytest.mark.parametrize(
    "hide", [".swarm/bring/rules.md", ".swarm/bring", ".swarm", "x/.swarm"]
)
def test_what_is_hidden_is_not_brought(house: House, hide: str) -> None:
    """A human's yes to all of it lifts no cover; the next task without one has it."""
    house.change("skills/a/SKILL.md", "# a")
    house.agree()

    brought, told = house.given(hide)

    is_hidden = not hide.startswith("x")
    assert (brought.rules == "") is is_hidden
    assert ("hidden, so not given to the agent: .swarm/bring/" in told) is is_hidden
    assert bool(brought.skills) is (hide in (".swarm/bring/rules.md", "x/.swarm"))
    assert house.given()[0].rules == "Obey."


def test_a_mistake_in_a_hidden_file_is_nobodys(house: House) -> None:
    house.change("mcp.toml", "[mcp")

    _, told = house.given(".swarm/bring/mcp.toml")

    assert "TOML" not in told
    assert "TOML" in house.given()[1]


def test_nobody_is_asked_to_agree_to_what_is_hidden(house: House) -> None:
    _, told = house.given(".swarm")

    assert "swarm repo trust" not in told
