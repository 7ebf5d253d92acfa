"""What a new task would stand on is known before it is made, and no secret is shown."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from swarm.engine.egress import repository_project as egress_project
from swarm.engine.host import images
from swarm.engine.readers import repository_project
from swarm.engine.readers.standing import standings
from swarm.errors import ConfigError
from swarm.model import standing
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository

PATH = os.environ["PATH"]
SECRET = """\
[secrets.anthropic]
source = "{source}"
hosts = ["{host}"]
placeholder = "ANTHROPIC_API_KEY"
{more}
"""


@dataclass
class Engine:
    """Holds some images."""

    held: set[str] = field(default_factory=set)

    def image_id(self, reference: str) -> str | None:
        """Its name again, if it is there."""
        return reference if reference in self.held else None


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without tools or settings."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def problems(home: Path, agent: str, engine: Engine) -> tuple[str, ...]:
    return standings(HomePaths(home), None, engine)[agent].problems


def test_a_command_needs_an_image_and_no_key(home: Path) -> None:
    engine = Engine()

    assert problems(home, "command", engine) == (
        "image base is not built: `swarm image build base`",
    )
    engine.held.add(images.tag("base"))
    assert standings(HomePaths(home), None, engine)["command"].can_run
    (home / "config.toml").write_text('[sandbox]\nimage = "mine:1"\n')
    assert problems(home, "command", engine) == (
        "image mine:1 is not here: `docker pull mine:1`",
    )


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("", "no secret of your policy goes to api.anthropic.com"),
        (
            SECRET.format(source="env:KEY", host="api.other.com", more=""),
            "no secret of your policy goes to api.anthropic.com",
        ),
        (
            SECRET.format(source="env:NOT_SET", host="api.anthropic.com", more=""),
            "the secret 'anthropic' cannot be read from env:NOT_SET",
        ),
        (
            SECRET.format(source="file:~/none", host="*.anthropic.com", more=""),
            "the secret 'anthropic' cannot be read from file:~/none",
        ),
        (
            SECRET.format(
                source="env:KEY",
                host="api.anthropic.com",
                more="expires = 2001-01-01T00:00:00Z",
            ),
            "the secret anthropic has expired",
        ),
        (SECRET.format(source="env:KEY", host="api.anthropic.com", more=""), ""),
        (SECRET.format(source="keyring:a/b", host="*.anthropic.com", more=""), ""),
    ],
)
def test_a_key_that_is_not_there_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, policy: str, problem: str
) -> None:
    monkeypatch.setenv("KEY", "sk-value")
    (home / "policy.toml").write_text(policy)
    engine = Engine({images.tag("agents/claude")})

    standing = standings(HomePaths(home), None, engine)["claude"]

    assert standing.key_problem.startswith(problem)
    assert bool(standing.key) is not bool(problem)
    assert standing.can_run is not bool(problem)
    assert "sk-value" not in repr(standing)


def test_the_network_is_the_preset(home: Path) -> None:
    (home / "config.toml").write_text('[gate]\npreset = "locked"\n')

    found = standings(HomePaths(home), None, Engine())["claude"]

    assert found.network == "locked: the agent's own service alone"


def test_a_task_that_is_offline_has_the_locked_one(
    repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", PATH)
    wish, paths = NewTasks(str(repo), offline=True), HomePaths(home / "home")

    found = standings(paths, repo, Engine({images.tag("base")}), wish)

    assert found["command"].network.startswith("locked")


def test_a_mistake_in_a_file_is_an_error(home: Path) -> None:
    (home / "policy.toml").write_text("version = 2\n")

    with pytest.raises(ConfigError, match="version"):
        standings(HomePaths(home), None, Engine())


def test_a_mistake_in_one_agents_file_hides_no_other(home: Path) -> None:
    """It is told of that agent, and of one that is data only, why."""
    (home / "agents").mkdir()
    (home / "agents" / "bad.toml").write_text("colour = 1\n")

    found = standings(HomePaths(home), None, Engine({images.tag("base")}))

    assert "colour: unknown key" in found["bad"].problem
    assert "sign-in" in found["cursor"].problem
    assert not found["cursor"].can_run
    assert found["command"].can_run
    assert found["claude"].modes == ("ask", "edits", "full")
    assert (found["claude"].image_minutes, found["command"].image_minutes) == (1, 0)


def test_a_wish_stands_on_what_its_repository_brings(
    repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project's agent is marked, and tools that files tell of are named."""
    monkeypatch.setenv("PATH", PATH)
    (repo / "go.mod").write_text("module x\n")
    (repo / "swarm.toml").write_text('agent = "gemini"\n')
    paths, wish = HomePaths(home / "home"), NewTasks(str(repo))
    _, project = repository_project.at_head(paths, repo)
    engine = Engine({images.tag("base")})
    assert not standings(paths, repo, engine, wish)["gemini"].is_project_s
    egress_project.agree(paths, repo, project.digest)

    found = standings(paths, repo, engine, wish)

    assert [name for name, each in found.items() if each.is_project_s] == ["gemini"]
    assert standing.marked(found, tuple(found), "claude") == "gemini"
    (repo / "swarm.toml").unlink()
    commit_all(repo, "go")
    tools = standings(paths, repo, engine, wish)["command"].tools
    assert tools.startswith("the files tell of go (go.mod)")


def test_what_settings_and_project_cover_is_told(
    repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the project without anybody's consent, and before any task is made."""
    monkeypatch.setenv("PATH", PATH)
    (home / "config.toml").write_text('[sandbox]\nprotect = ["src"]\n')
    (repo / "swarm.toml").write_text('hide = [".env"]\n')
    paths, wish = HomePaths(home / "home"), NewTasks(str(repo))
    engine = Engine({images.tag("base")})

    found = standings(paths, repo, engine, wish)["command"]

    assert found.covers == ("read-only for the agent: src; hidden from the agent: .env")
    assert found.can_run
    (repo / "behind").symlink_to("src")
    (repo / "swarm.toml").write_text('hide = ["behind/b.py"]\n')
    commit_all(repo, "link")
    found = standings(paths, repo, engine, wish)["command"]
    assert found.problem == "hide: behind/b.py is behind the link behind"


def test_the_memory_of_services_beside_it_is_told(
    repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes on top of the sandbox's: each has a limit of its own."""
    monkeypatch.setenv("PATH", PATH)
    each = '[service-container.{}]\nrecipe = "redis"\n'
    (repo / "swarm.toml").write_text(each.format("db") + each.format("cache"))
    paths, wish = HomePaths(home / "home"), NewTasks(str(repo))
    _, project = repository_project.at_head(paths, repo)
    egress_project.agree(paths, repo, project.digest)

    found = standings(paths, repo, Engine({images.tag("base")}), wish)["command"]

    assert found.services == "beside it cache, db: up to 2.0 GiB of memory more"


def test_what_becomes_of_the_set_up_is_told(
    repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the key that the task itself would have: no file of another commit counts."""
    monkeypatch.setenv("PATH", PATH)
    (repo / "swarm.toml").write_text('setup = ["true"]\n')
    paths, wish = HomePaths(home / "home"), NewTasks(str(repo))
    _, project = repository_project.at_head(paths, repo)
    engine = Engine({images.tag("base")})
    assert standings(paths, repo, engine, wish)["command"].setup == ""
    egress_project.agree(paths, repo, project.digest)

    found = standings(paths, repo, engine, wish)["command"]

    assert found.setup == "1 command first, for there is no warm base yet"
    assert found.no_offline.startswith("there is no warm base for this set-up of ")


def test_what_can_be_built_is_told(home: Path) -> None:
    """One image alone: its own, or the one with what the files tell of."""
    found = standings(HomePaths(home), None, Engine())
    assert found["command"].builds == ("base",)
    assert found["command"].build_minutes == 1
    here = standings(HomePaths(home), None, Engine({images.tag("base")}))
    assert here["command"].builds == ()


def test_settings_of_the_repository_are_told_of_each_agent(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they would loosen a mode, and where they are not obeyed."""
    monkeypatch.setenv("PATH", PATH)
    sample = new_repository(tmp_path / "sample")
    for file in (".qwen/settings.json", ".claude/settings.json"):
        (sample / file).parent.mkdir()
        (sample / file).write_text("{}")
    commit_all(sample, "settings")
    wish = NewTasks(str(sample))

    found = standings(HomePaths(tmp_path / "home"), sample, Engine(), wish)

    assert found["qwen"].no_low_mode.startswith("qwen would obey .qwen")
    assert "mode full" in found["qwen"].own_settings
    assert found["claude"].no_low_mode == ""
    assert "claude does not obey .claude" in found["claude"].own_settings
    assert (found["pi"].own_settings, found["gemini"].own_settings) == ("", "")


def test_a_projects_own_image_is_told_with_the_way_to_have_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's yes yet: it is said. Agreed to: it is what is to be built first."""
    monkeypatch.setenv("PATH", PATH)
    paths = HomePaths(tmp_path / "home")
    paths.home.mkdir()
    repo = new_repository(tmp_path / "repo")
    (repo / "swarm.toml").write_text('dockerfile = "Dockerfile"\n')
    (repo / "Dockerfile").write_text("FROM debian:12\n")
    commit_all(repo, "project")
    engine = Engine({images.tag("base")})
    wish = NewTasks(str(repo))

    before = standings(paths, repo, engine, wish)["command"]
    assert before.not_used == "swarm.toml is not used (dockerfile)"
    assert (before.own_image, before.can_run) == ("", True)
    root, found = repository_project.at_head(paths, repo)
    egress_project.agree(paths, root, found.digest)
    after = standings(paths, repo, engine, wish)["command"]
    assert after.not_used == ""
    assert after.builds == (after.own_image,)
    assert after.own_image.startswith("swarm/projects:file-")
    assert "the project's own image is not built: Dockerfile at" in after.image_problem

    engine.held.add(after.own_image)
    there = standings(paths, repo, engine, wish)
    assert there["command"].own_image == ""
    assert there["aider"].problem.startswith("aider cannot be put on a project's own")
    assert there["claude"].problem == ""
