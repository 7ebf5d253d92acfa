"""How a Node project is installed and tested."""

import re
from typing import Any

from swarm.config.detection.commands import Commands, libraries_of, services_of
from swarm.config.detection.tree import Tree, beside, table

_LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
_MANAGER = re.compile(
    r"(npm|pnpm|yarn|bun)@([0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]{0,30})"
)
_BROWSERS = {
    "playwright", "@playwright/test", "puppeteer", "puppeteer-core", "cypress",
    "karma-chrome-launcher", "selenium-webdriver", "testcafe", "webdriverio",
}  # fmt: skip
_NO_TEST = "no test specified"
"""What npm writes where nobody wrote a test."""
_NO_LOCK = {
    "npm": "--no-package-lock",
    "pnpm": "--no-lockfile",
    "yarn": "--no-lockfile",
    "bun": "--no-save",
}
"""Options by which no lock file is made where the project has none: it would stand in
each review."""
_SKIP = "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 PUPPETEER_SKIP_DOWNLOAD=1"
_CHROMIUM = "CHROME_BIN=/usr/bin/chromium PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium"


def look(tree: Tree, folder: str) -> Commands | None:
    """Commands of the package manager that `packageManager` or a lock file names."""
    if not tree.has(folder, "package.json"):
        return None
    body = tree.json(folder, "package.json")
    manager, version, because = _manager(tree, folder, body)
    names = {
        name
        for key in ("dependencies", "devDependencies", "optionalDependencies")
        for name in table(body.get(key))
    }
    browsers = sorted(names & _BROWSERS)
    run = _program(manager, version)
    setup = _install(tree, folder, manager, version, run)
    test = table(body.get("scripts")).get("test")
    has_test = isinstance(test, str) and bool(test.strip()) and _NO_TEST not in test
    command = f"{run} test" if has_test else ""
    if browsers:
        setup = f"{_SKIP} {setup}"
        command = command and f"{_CHROMIUM} {command}"
    return Commands(
        (setup,),
        because,
        command,
        "the script `test` of package.json" if command else "",
        manager,
        {"browser": f"{browsers[0]} in package.json"} if browsers else {},
        libraries_of(names & {"canvas", "pg-native"}, "package.json"),
        services_of(names, "package.json"),
        _tables(tree, folder, names),
    )


def _tables(tree: Tree, folder: str, names: set[str]) -> dict[str, str]:
    migrations = beside(folder, "prisma/migrations/")
    has_some = any(path.startswith(migrations) for path in tree.files)
    if not has_some or not names & {"prisma", "@prisma/client"}:
        return {}
    return {"npx prisma migrate deploy": "prisma/migrations"}


def _manager(tree: Tree, folder: str, body: dict[str, Any]) -> tuple[str, str, str]:
    """Its name, its version if the project pins one, and the file that tells of it."""
    pinned = _MANAGER.match(str(body.get("packageManager", ""))[:200])
    if pinned:
        return pinned[1], pinned[2], "packageManager in package.json"
    for place in dict.fromkeys((folder, "")):  # a workspace's lock file is the root's
        for name, manager in _LOCKS.items():
            if tree.has(place, name):
                return manager, "", name
    return "npm", "", "package.json"


def _program(manager: str, version: str) -> str:
    """The command's first words; npm alone is in the stack, and fetches the others."""
    if manager == "npm":
        return "npm"
    if manager == "yarn":
        if version and not version.startswith(("0.", "1.")):
            return f"npx --yes @yarnpkg/cli-dist@{version}"
        return f"npx --yes yarn@{version or '1'}"
    return f"npx --yes {manager}@{version}" if version else f"npx --yes {manager}"


def _install(tree: Tree, folder: str, manager: str, version: str, run: str) -> str:
    is_locked = any(
        tree.has(place, name)
        for place in dict.fromkeys((folder, ""))
        for name, locks in _LOCKS.items()
        if locks == manager
    )
    if manager == "npm":
        return "npm ci" if is_locked else f"npm install {_NO_LOCK[manager]}"
    if not is_locked:
        return f"{run} install {_NO_LOCK[manager]}"
    is_berry = manager == "yarn" and bool(version) and version[:2] not in ("0.", "1.")
    return f"{run} install {'--immutable' if is_berry else '--frozen-lockfile'}"
