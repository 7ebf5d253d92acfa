"""How a Node project is installed and tested, by its files."""

import json
from typing import Any

import pytest

from swarm.config.detection.commands import Commands
from swarm.config.detection.node import look
from tests.config.detection.trees import tree

AS_NPM = (
    'YARN_NPM_REGISTRY_SERVER="${YARN_NPM_REGISTRY_SERVER:-$(npm config get registry)}"'
)


def found(body: dict[str, Any], *names: str, folder: str = "") -> Commands:
    place = f"{folder}/package.json" if folder else "package.json"
    commands = look(tree({place: json.dumps(body), **dict.fromkeys(names, "")}), folder)
    assert commands
    return commands


@pytest.mark.parametrize(
    ("manager", "lock", "setup"),
    [
        ("", "", "npm install --no-package-lock"),
        ("", "package-lock.json", "npm ci"),
        ("", "pnpm-lock.yaml", "npx --yes pnpm@10 install --frozen-lockfile"),
        ("pnpm@9.1.0+sha512.ab", "pnpm-lock.yaml",
         "npx --yes pnpm@9.1.0 install --frozen-lockfile"),
        ("", "yarn.lock", "npx --yes yarn@1 install --frozen-lockfile"),
        ("yarn@4.2.1", "yarn.lock",
         f"{AS_NPM} npx --yes @yarnpkg/cli-dist@4.2.1 install --immutable"),
        ("bun@1.1.0", "", "npx --yes bun@1.1.0 install --no-save"),
        ("npm@10.0.0; id", "package-lock.json", "npm ci"),
        ("pnpm@$(id)", "", "npm install --no-package-lock"),
    ],
)  # fmt: skip
def test_the_manager_and_its_version(manager: str, lock: str, setup: str) -> None:
    names = [lock] if lock else []

    assert found({"packageManager": manager}, *names).setup == (setup,)


def test_the_test_is_the_script_unless_nobody_wrote_one() -> None:
    nothing = 'echo "Error: no test specified" && exit 1'

    assert found({"scripts": {"test": "node --test"}}).test == "npm test"
    assert found({"scripts": {"test": nothing}}).test == ""
    assert found({"scripts": {"test": ["x"]}}).test == ""
    assert found({"scripts": "x"}).test == ""


@pytest.mark.parametrize(
    ("body", "test"),
    [
        ({"scripts": {"test": "vitest"}}, "CI=true npm test"),
        ({"scripts": {"test": "vitest run"}}, "npm test"),
        ({"scripts": {"test": "react-scripts test"}}, "CI=true npm test"),
        ({"scripts": {"test:unit": "x", "test:e2e": "y"}}, "npm run test:unit"),
        ({"devDependencies": {"mocha": "1"}}, "npx --no-install mocha"),
        ({"workspaces": ["packages/*"]}, ""),
    ],
)
def test_it_ends_by_itself_and_has_other_names(body: dict[str, Any], test: str) -> None:
    """A script that waits for changes would wait for ever."""
    assert found(body).test == test


@pytest.mark.parametrize(
    ("lock", "test"),
    [
        ("package-lock.json", "npm test --workspaces --if-present"),
        ("pnpm-lock.yaml", "npx --yes pnpm@10 -r test"),
        ("bun.lock", "npx --yes bun run --filter '*' test"),
    ],
)
def test_a_workspace_is_tested_in_its_parts(lock: str, test: str) -> None:
    part = '{"scripts": {"test": "x"}}'
    files = {"package.json": '{"workspaces": ["p/*"]}', "p/a/package.json": part}
    commands = look(tree({**files, lock: ""}), "")

    assert commands
    assert commands.test == test


def test_bun_runs_the_script_and_without_one_its_own_tests() -> None:
    assert found({"scripts": {"test": "x"}}, "bun.lock").test.endswith(" run test")
    assert found({}, "bun.lock", "a.test.ts").test == "npx --yes bun test"
    assert found({}, "bun.lock", "a.ts").test == ""


def test_a_browser_comes_from_the_stack_and_is_not_fetched() -> None:
    commands = found({"devDependencies": {"puppeteer": "1"}, "scripts": {"test": "x"}})

    assert commands.stacks == {"browser": "puppeteer in package.json"}
    assert "PUPPETEER_SKIP_DOWNLOAD=1" in commands.setup[0]
    assert "CHROME_BIN=/usr/bin/chromium" in commands.test


def test_a_browser_of_playwright_s_own_is_told() -> None:
    looked = tree({"package.json": '{"devDependencies": {"@playwright/test": "1"}}'})
    look(looked, "")

    assert "swarm policy service playwright --project" in looked.notes[0]


def test_a_workspace_s_lock_file_is_the_root_s() -> None:
    assert found({}, "pnpm-lock.yaml", folder="web").manager == "pnpm"
    assert look(tree({"a.js": ""}), "") is None


@pytest.mark.parametrize(
    ("files", "commands"),
    [
        (["prisma/migrations/1/migration.sql"], ["npx prisma migrate deploy"]),
        (["prisma/schema.prisma"], []),
    ],
)
def test_migrations_make_tables(files: list[str], commands: list[str]) -> None:
    body = {"devDependencies": {"prisma": "6"}}

    assert [*found(body, *files).each_task] == commands
