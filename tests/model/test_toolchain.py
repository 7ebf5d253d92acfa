"""A toolchain is named in one way, read back alike, and refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.errors import PlanError
from swarm.model import wanted_tools
from swarm.model.toolchain import (
    MOST_PACKAGES,
    NO_TOOLCHAIN,
    STACKS,
    found_by,
    stack_with,
    toolchain,
    toolchain_of,
)

PACKAGES = st.from_regex(r"[a-z0-9][a-z0-9.+-]{1,20}", fullmatch=True)


@given(st.sets(st.sampled_from(sorted(STACKS))), st.sets(PACKAGES, max_size=5))
def test_it_is_read_as_it_was_written(stacks: set[str], packages: set[str]) -> None:
    wanted = toolchain(stacks, packages)

    assert toolchain_of(str(wanted)) == wanted
    assert wanted.installed == sorted(set(wanted.installed))


def test_order_and_repetition_make_no_other_toolchain() -> None:
    assert toolchain(["node", "c", "node"], ["tree", "jq"]) == toolchain(
        ["c", "node"], ["jq", "tree", "tree"]
    )
    assert not NO_TOOLCHAIN


@pytest.mark.parametrize(
    ("stacks", "packages", "words"),
    [
        (["pyton"], [], "did you mean python"),
        (["Python"], [], "there are"),
        ([""], [], "there are"),
        ([], ["libpq-dev=15"], "without version"),
        ([], ["-o=Dir::Etc=/tmp"], "without version"),
        ([], ["a b"], "without version"),
        ([], ["$(id)"], "without version"),
        ([], ["gcc\n"], "without version"),
        ([], ["GCC"], "without version"),
        ([], [f"p{n}" for n in range(MOST_PACKAGES + 1)], "an image of your own"),
    ],
)
def test_what_is_no_name_is_refused(
    stacks: list[str], packages: list[str], words: str
) -> None:
    """Names go into a command of a build as root."""
    with pytest.raises(PlanError) as caught:
        toolchain(stacks, packages)

    assert words in caught.value.hint


@pytest.mark.parametrize(
    ("names", "stacks"),
    [
        ([], {}),
        (["README.md", "LICENSE"], {}),
        (["package.json", "setup.py"], {"node": "package.json", "python": "setup.py"}),
        (["requirements-dev.txt"], {"python": "requirements-dev.txt"}),
        (["main.c", "Cargo.toml"], {"c": "main.c", "rust": "Cargo.toml"}),
        (["build.gradle.kts"], {"java": "build.gradle.kts"}),
        (["thing.gemspec"], {"ruby": "thing.gemspec"}),
        (["go.work"], {"go": "go.work"}),
        (["playwright.config.ts"], {"browser": "playwright.config.ts"}),
    ],
)
def test_files_of_a_project_tell_its_stacks(
    names: list[str], stacks: dict[str, str]
) -> None:
    assert found_by(names) == stacks


def test_a_missing_tool_names_the_stack_or_package_that_has_it() -> None:
    assert stack_with("npm") == "node"
    assert "--stack c`" in wanted_tools.way_out("gcc")
    assert "--stack node`" in wanted_tools.way_out("node")
    assert "--stack rust`" in wanted_tools.way_out("cargo")
    assert "--stack python3.11`" in wanted_tools.way_out("python3.11")
    assert stack_with("python3.11-dev") == "python3.11"
    assert "--package strace`" in wanted_tools.way_out("strace")
