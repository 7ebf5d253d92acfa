"""A Node project's package manager is of the version that its lock file is of."""

import json
from typing import Any

import pytest

from swarm.config.detection.node_manager import manager
from tests.config.detection.trees import tree

BERRY = "# yarn\n\n__metadata:\n  version: {}\n"
AS_NPM = (
    'YARN_NPM_REGISTRY_SERVER="${YARN_NPM_REGISTRY_SERVER:-$(npm config get registry)}"'
)
OWN = ".yarn/releases/yarn-3.6.4.cjs"


@pytest.mark.parametrize(
    ("lock", "text", "install"),
    [
        ("pnpm-lock.yaml", "lockfileVersion: '6.0'\n",
         "npx --yes pnpm@8 install --frozen-lockfile"),
        ("pnpm-lock.yaml", "lockfileVersion: 5.4\n",
         "npx --yes pnpm@7 install --frozen-lockfile"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n",
         "npx --yes pnpm@10 install --frozen-lockfile"),
        ("yarn.lock", "# yarn lockfile v1\n",
         "npx --yes yarn@1 install --frozen-lockfile"),
        ("yarn.lock", BERRY.format(6),
         f"{AS_NPM} npx --yes @yarnpkg/cli-dist@3 install --immutable"),
        ("yarn.lock", BERRY.format(8),
         f"{AS_NPM} npx --yes @yarnpkg/cli-dist@4 install --immutable"),
        ("bun.lockb", "", "npx --yes bun install --frozen-lockfile"),
    ],
)  # fmt: skip
def test_by_the_format_of_the_lock_file(lock: str, text: str, install: str) -> None:
    assert manager(tree({"package.json": "{}", lock: text}), "", {}).install == install


@pytest.mark.parametrize(
    ("body", "files", "program"),
    [
        ({"volta": {"yarn": "1.22.19"}}, {"yarn.lock": ""}, "npx --yes yarn@1.22.19"),
        ({"volta": {"yarn": "1; id"}}, {"yarn.lock": ""}, "npx --yes yarn@1"),
        ({"devEngines": {"packageManager": {"name": "pnpm", "version": "10.0.0"}}}, {},
         "npx --yes pnpm@10.0.0"),
        ({"devEngines": {"packageManager": {"name": "pnpm", "version": "^9"}}}, {},
         "npx --yes pnpm@10"),
        ({}, {"yarn.lock": BERRY.format(6), ".yarnrc.yml": f"yarnPath: {OWN}\n",
              OWN: ""}, f"node {OWN}"),
        ({}, {"yarn.lock": BERRY.format(6), ".yarnrc.yml": f"yarnPath: {OWN}\n"},
         "npx --yes @yarnpkg/cli-dist@3"),
        ({}, {"yarn.lock": BERRY.format(6),
              ".yarnrc.yml": "yarnPath: .yarn/releases/$(id).cjs\n"},
         "npx --yes @yarnpkg/cli-dist@3"),
    ],
)  # fmt: skip
def test_by_what_the_project_names(
    body: dict[str, Any], files: dict[str, str], program: str
) -> None:
    looked = tree({"package.json": json.dumps(body), **files})

    assert manager(looked, "", body).program == program


def test_yarn_asks_where_npm_does_unless_the_project_says_where() -> None:
    """Its own default is known to the gate only where the user has yarn."""
    lock = {"package.json": "{}", "yarn.lock": BERRY.format(8)}
    named = {".yarnrc.yml": "npmRegistryServer: https://npm.example\n"}

    assert manager(tree(lock), "", {}).install.startswith(AS_NPM)
    assert manager(tree({**lock, **named}), "", {}).install.startswith("npx --yes")


def test_a_part_of_a_workspace_has_the_root_s() -> None:
    looked = tree({"web/package.json": "{}", "yarn.lock": BERRY.format(8)})
    found = manager(looked, "web", {})

    assert found.everywhere == (
        "npx --yes @yarnpkg/cli-dist@4 workspaces foreach -A run test"
    )
