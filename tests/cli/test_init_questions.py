"""At a terminal each answer of `swarm init` can be kept, changed or taken away."""

import os
import pty
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.cli import exit_codes
from swarm.config.project import parsed
from swarm.model.project import ProjectChoice, ServiceContainer
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository

Swarm = Callable[..., tuple[int, str, str]]
Type = Callable[..., None]
KEPT = ("",) * 7
END = "\x04"


@pytest.fixture
def project(tmp_path: Path, paths: HomePaths) -> Path:
    root = new_repository(tmp_path / "repo")
    (root / "package.json").write_text('{"scripts": {"test": "node t.js"}}')
    (root / "compose.yaml").write_text(
        "services:\n  db:\n    image: postgres\n"
        "    environment: {POSTGRES_USER: a, POSTGRES_PASSWORD: b}\n"
    )
    commit_all(root, "node")
    return root


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """A terminal, at which these lines are typed."""
    master, slave = os.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        yield lambda *lines: (os.write(master, "\n".join(lines).encode()), None)[1]
    os.close(master)


def written(root: Path) -> ProjectChoice:
    return parsed((root / "swarm.toml").read_text())


def test_enter_keeps_what_was_found(swarm: Swarm, project: Path, types: Type) -> None:
    """As it would be with `--yes`, down to what a question does not show."""
    types(*KEPT, "y", "")
    status, out, err = swarm("--repo", str(project), "init")
    asked = (project / "swarm.toml").read_text()
    swarm("--repo", str(project), "init", "--yes", "--rewrite")

    assert (status, asked) == (0, (project / "swarm.toml").read_text())
    assert "stacks, of browser c" in err
    assert "[node]: " in err
    assert "services, of " in err
    assert "[db=postgres]: " in err
    assert "wrote " in out
    assert written(project).service_container["db"].environment


def test_each_answer_is_changed(swarm: Swarm, project: Path, types: Type) -> None:
    types(
        "claude", "go, c", "make a && make b", "make test", "redis q=rabbitmq",
        "80 8080", ".env conf/x.env", "y", "",
    )  # fmt: skip
    out = swarm("--repo", str(project), "init")[1]

    assert written(project) == ProjectChoice(
        agent="claude",
        stacks=("c", "go"),
        setup=("make a && make b",),
        test="make test",
        service_container={
            "redis": ServiceContainer(recipe="redis"),
            "q": ServiceContainer(recipe="rabbitmq"),
        },
        ports=(80, 8080),
        env_files=(".env", "conf/x.env"),
    )
    assert "package.json" not in out.partition("+++ ")[2]


def test_a_dash_is_none(swarm: Swarm, project: Path, types: Type) -> None:
    types(*("-",) * 7, "y", "")
    swarm("--repo", str(project), "init")

    assert written(project) == ProjectChoice()


def test_what_an_option_said_is_not_asked(
    swarm: Swarm, project: Path, types: Type
) -> None:
    types("", "", "", "", "", "y", "")
    err = swarm("--repo", str(project), "init", "--stack", "c", "--no-test")[2]

    assert "stacks, of" not in err
    assert "test, a" not in err
    assert (written(project).stacks, written(project).test) == (("c",), "")


@pytest.mark.parametrize(
    ("before", "wrong", "words"),
    [
        (0, "claud", "did you mean claude?"),
        (1, "pyhton", "did you mean python?"),
        (2, "a\tb\x1b[2J", "without control characters"),
        (4, "oracle", "is no recipe; there are "),
        (4, "D!=redis", 'a name such as "db"'),
        (5, "3000 x", "is no port between 1 and 65535"),
        (6, "../.env", "a path in the repository"),
    ],
)
def test_a_bad_answer_is_asked_again_with_the_reason(
    swarm: Swarm, project: Path, types: Type, before: int, wrong: str, words: str
) -> None:
    types(*KEPT[:before], wrong, *KEPT[before:], "y", "")
    status, _, err = swarm("--repo", str(project), "init")

    assert (status, words in err, "\x1b" in err) == (0, True, False)
    assert written(project).stacks == ("node",)


@pytest.mark.parametrize("answers", [0, 3, 6])
def test_an_end_of_input_writes_nothing_and_says_so(
    swarm: Swarm, project: Path, types: Type, tmp_path: Path, answers: int
) -> None:
    types(*KEPT[:answers], END)
    status, _, err = swarm("--repo", str(project), "init")

    assert status == exit_codes.FAILED
    assert "nothing was written" in err
    assert not (project / "swarm.toml").exists()
    assert not (tmp_path / "config.toml").exists()


@pytest.mark.parametrize(
    ("before", "words"), [(0, "nothing was written"), (7, "nothing was done")]
)
def test_ctrl_c_writes_nothing_and_says_so(
    project: Path, tmp_path: Path, before: int, words: str
) -> None:
    """At a question, and at the last one: in a process and a terminal of its own."""
    child, master = pty.fork()
    if not child:
        argv = [sys.executable, "-m", "swarm", "--repo", str(project), "init"]
        os.execv(sys.executable, argv)
    said = ""
    for wanted in (*("]: ",) * before, "]: " if not before else "(y/N) "):
        said = _read(master, wanted)
        os.write(master, b"\n" if wanted == "]: " and before else b"\x03")
    said = _read(master, "")

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    assert words in said
    assert not (project / "swarm.toml").exists()
    assert not (tmp_path / "config.toml").exists()


def _read(master: int, wanted: str) -> str:
    """What is printed up to these words, or to the end."""
    said = ""
    while not wanted or wanted not in said:
        try:
            more = os.read(master, 4096)
        except OSError:
            return said
        if not more:
            return said
        said += more.decode(errors="replace")
    return said


@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_nothing_is_asked_where_an_option_says_so(
    swarm: Swarm, project: Path, types: Type, option: str
) -> None:
    types(END)
    status, _, err = swarm("--repo", str(project), "init", option)

    assert (status, "]: " in err) == (0, False)


def test_of_several_devcontainers_one_is_asked_for(
    swarm: Swarm, paths: HomePaths, tmp_path: Path, types: Type
) -> None:
    root = new_repository(tmp_path / "several")
    for name, port in (("api", 4000), ("web", 5000)):
        folder = root / ".devcontainer" / name
        folder.mkdir(parents=True)
        (folder / "devcontainer.json").write_text(f'{{"forwardPorts": [{port}]}}')
    commit_all(root, "several")
    types("wbe", "web", *KEPT, "y", "")

    err = swarm("--repo", str(root), "init")[2]
    assert "devcontainer, of api web [none]: " in err
    assert "wbe is none of them" in err
    assert written(root).ports == (5000,)
