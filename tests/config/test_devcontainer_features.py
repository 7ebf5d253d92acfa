"""Features become stacks and packages, or are named as not had."""

import pytest

from swarm.config import devcontainer_features
from swarm.config.devcontainer_features import Features
from swarm.model.toolchain import toolchain

OFFICIAL = "ghcr.io/devcontainers/features/"


def test_known_ones_are_stacks_and_packages_that_there_are() -> None:
    names = ("go", "java", "node", "python", "ruby", "rust", "git", "git-lfs", "php")
    found = devcontainer_features.of({f"{OFFICIAL}{x}:1": {} for x in names}, _never)

    assert found == Features(names[:6], ("git-lfs", "composer", "php-cli"), ())
    assert toolchain(found.stacks, found.packages)


def test_a_version_is_a_pin_and_latest_is_none() -> None:
    wanted = {"python": {"version": "3.11"}, "node": {"version": "latest"}}

    assert devcontainer_features.of(wanted, _never).pins == (("python", "3.11"),)


@pytest.mark.parametrize(
    ("version", "stack"),
    [
        ("3.11", "python3.11"),
        ("3.11.4", "python3.11"),
        ("3.12", "python"),
        ("3", "python"),
    ],
)
def test_a_version_with_a_stack_of_its_own_is_that_one(
    version: str, stack: str
) -> None:
    found = devcontainer_features.of({"python": {"version": version}}, _never)

    assert found.stacks == (stack,)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (f"{OFFICIAL}docker-in-docker:2", "container engine"),
        (f"{OFFICIAL}sshd:1", "swarm shell"),
        ("ghcr.io/somebody/features/node:1", "cannot have"),
        ("./local", "cannot have"),
        ("https://example.test/python.tgz", "cannot have"),
    ],
)
def test_another_is_left_out_by_its_name(key: str, words: str) -> None:
    """A feature of somebody's own is a script that would run as root: no stack."""
    left_out: list[tuple[str, str]] = []
    found = devcontainer_features.of({key: {}}, lambda *each: left_out.append(each))

    assert found == Features((), (), ())
    assert left_out[0][0] == f"features.{key}"
    assert words in left_out[0][1]


def _never(key: str, why: str) -> None:
    raise AssertionError((key, why))
