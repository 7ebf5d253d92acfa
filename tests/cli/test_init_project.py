"""`swarm init` looks, shows and writes; a real repository, whatever stands in it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.config.project import parsed
from swarm.engine.readers import repository_project
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git

Swarm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, paths: HomePaths) -> Path:
    """A Node project with a key in it."""
    root = new_repository(tmp_path / "repo")
    (root / "package.json").write_text('{"scripts": {"test": "node t.js"}}')
    (root / "server.key").write_text("-----BEGIN PRIVATE KEY-----\nx\n")
    commit_all(root, "node")
    return root


def test_it_shows_writes_and_has_it_used(
    swarm: Swarm, paths: HomePaths, project: Path
) -> None:
    """The human wrote it here, so that nobody asks once more."""
    status, out, _ = swarm("--repo", str(project), "init", "--yes", "--agent", "claude")

    assert status == 0
    assert '+stacks = ["node"]' in out
    assert "server.key: it holds a private key" in out
    choice = parsed((project / "swarm.toml").read_text())
    assert (choice.agent, choice.stacks, choice.setup) == (
        "claude", ("node",), ("npm install --no-package-lock",),
    )  # fmt: skip
    assert (choice.test, choice.hide) == ("npm test", ("server.key",))
    assert repository_project.at_head(paths, project)[1].is_agreed
    commit_all(project, "swarm.toml")
    assert repository_project.at_head(paths, project)[1].is_agreed


def test_without_a_terminal_it_writes_nothing_unasked(
    swarm: Swarm, paths: HomePaths, project: Path
) -> None:
    status, out, err = swarm("--repo", str(project), "init")

    assert (status, '+stacks = ["node"]' in out) == (1, True)
    assert "no terminal to ask" in err
    assert not (project / "swarm.toml").exists()
    assert swarm("--repo", str(project), "init", "--dry-run")[0] == 0
    assert not (project / "swarm.toml").exists()


def test_what_exists_is_changed_by_key_alone(
    swarm: Swarm, paths: HomePaths, project: Path
) -> None:
    file = project / "swarm.toml"
    file.write_text("# mine\nstacks = ['go']\n")
    init = ("--repo", str(project), "init")

    assert (
        "swarm.toml exists and is valid; it was not touched" in swarm(*init, "--yes")[1]
    )
    assert (
        "-stacks = ['go']\n+stacks = [\"c\"]"
        in (swarm(*init, "--yes", "--stack", "c")[1])
    )
    assert file.read_text() == '# mine\nstacks = ["c"]\n'
    assert "has that already" in swarm(*init, "--yes", "--stack", "c")[2]
    swarm(*init, "--yes", "--rewrite")
    assert parsed(file.read_text()).stacks == ("node",)


def test_files_that_it_names_are_shown_before_they_are_agreed_to(
    swarm: Swarm, paths: HomePaths, project: Path
) -> None:
    (project / "swarm.toml").write_text('dockerfile = "D"\n')
    (project / "D").write_text("FROM \x1b[2Jx\n")

    out = swarm("--repo", str(project), "init", "--yes", "--test", "make")[1]

    assert "+FROM \\x1b[2Jx" in out


@pytest.mark.parametrize("name", ["pyproject.toml", "package.json"])
def test_a_hostile_repository_is_noted_and_no_more(
    swarm: Swarm, paths: HomePaths, tmp_path: Path, name: str
) -> None:
    """Links, huge files, malformed ones, names that no terminal should see."""
    root = new_repository(tmp_path / "repo")
    (root / name).symlink_to("/etc/passwd")
    (root / "go.mod").write_text("x" * (1 << 20))
    (root / "Cargo.toml").write_text("[" * 1000)
    (root / os.fsdecode(b"\xff\x1b[2J\n.key")).write_text(
        "-----BEGIN PRIVATE KEY-----\n"
    )
    commit_all(root, "odd")

    status, out, err = swarm("--repo", str(root), "init", "--yes")

    assert (status, "\x1b" in out + err) == (0, False)
    assert "go.mod is larger than 256 KiB" in err
    assert "Cargo.toml is no valid TOML" in err
    assert "root:" not in out + err
    assert parsed((root / "swarm.toml").read_text()).stacks == ("go", "rust")


def test_a_link_in_the_file_s_place_is_left_alone(
    swarm: Swarm, paths: HomePaths, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("")
    (project / "swarm.toml").symlink_to(tmp_path / "mine")

    status, _, err = swarm("--repo", str(project), "init", "--yes")

    assert (status, "is a link" in err) == (1, True)


def test_a_policy_is_written_if_it_is_wanted(
    swarm: Swarm, paths: HomePaths, project: Path, tmp_path: Path
) -> None:
    init = ("--repo", str(project), "init", "--yes", "--policy")

    assert "policy.toml: every key as a comment" in swarm(*init)[1]
    assert "version = 1" in (tmp_path / "policy.toml").read_text()
    assert "policy.toml exists and is valid" in swarm(*init)[1]


def test_where_nothing_can_be_written(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.git"
    sh_git(tmp_path, "init", "-q", "--bare", str(bare))

    assert "no checkout" in swarm("--repo", str(bare), "init", "--yes")[2]
    assert "there is no repository here" in swarm("init", "--stack", "go")[2]
    assert swarm("init", "--agent", "x", "--yes")[0] == 1


def test_a_repository_without_a_commit(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    sh_git(tmp_path, "init", "-q", str(tmp_path / "empty"))

    status, _, err = swarm("--repo", str(tmp_path / "empty"), "init", "--yes")

    assert (status, "there is no commit yet" in err) == (0, True)


def test_beside_services_a_set_up_of_the_files_is_kept(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    """What would make tables is a comment: it may want variables that nobody gave."""
    root = new_repository(tmp_path / "repo")
    (root / "requirements.txt").write_text("django\npsycopg\n")
    (root / "manage.py").touch()
    commit_all(root, "django")
    init = ("--repo", str(root), "init", "--yes", "--rewrite")
    file = root / "swarm.toml"

    swarm(*init, "--service", "postgres")
    assert parsed(file.read_text()).each_task == ()
    assert (
        "#   such as .venv/bin/python manage.py migrate (manage.py)\neach_task = []"
        in (file.read_text())
    )
    swarm(*init, "--service", "postgres", "--setup", "make all")
    assert parsed(file.read_text()).each_task is None
    swarm(*init, "--service", "postgres", "--setup", "a", "--each-task", "b")
    assert parsed(file.read_text()).each_task == ("b",)
    swarm(*init)
    assert parsed(file.read_text()).each_task is None


@pytest.fixture
def several(tmp_path: Path, paths: HomePaths) -> Path:
    """A project with two devcontainers and an index of its own."""
    root = new_repository(tmp_path / "several")
    for name, port in (("api", 4000), ("web", 5000)):
        folder = root / ".devcontainer" / name
        folder.mkdir(parents=True)
        (folder / "devcontainer.json").write_text(f'{{"forwardPorts": [{port}]}}')
    (root / ".npmrc").write_text("@c:registry=https://npm.corp.example/\n")
    (root / "package.json").write_text("{}")
    commit_all(root, "several")
    return root


@pytest.mark.parametrize("name", ["web", ".devcontainer/web/devcontainer.json"])
def test_of_several_devcontainers_the_named_one_is_read(
    swarm: Swarm, several: Path, name: str
) -> None:
    init = ("--repo", str(several), "init", "--yes")

    assert "none was read" in swarm(*init, "--dry-run")[2]
    swarm(*init, "--devcontainer", name)
    assert parsed((several / "swarm.toml").read_text()).ports == (5000,)


def test_a_devcontainer_that_is_not_there_is_an_error(
    swarm: Swarm, several: Path
) -> None:
    status, _, err = swarm("--repo", str(several), "init", "--devcontainer", "x\x1b[2J")

    assert status == 1
    assert "no devcontainer x\\x1b[2J in the repository's HEAD" in err
    assert ".devcontainer/api/devcontainer.json" in err


def test_an_index_of_the_project_s_own_is_told_with_the_line_that_opens_it(
    swarm: Swarm, several: Path
) -> None:
    err = swarm("--repo", str(several), "init", "--yes")[2]

    assert (
        "package index npm.corp.example (.npmrc); denied until you allow it: "
        "swarm policy allow npm.corp.example --project"
    ) in err
