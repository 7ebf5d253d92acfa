"""How a Node project is installed and tested."""

import re
from typing import Any

from swarm.config.detection.commands import (
    PLAYWRIGHT,
    Commands,
    libraries_of,
    services_of,
)
from swarm.config.detection.folders import beside
from swarm.config.detection.node_manager import NodeManager, manager
from swarm.config.detection.tree import Tree, table

_BROWSERS = {
    "playwright", "@playwright/test", "puppeteer", "puppeteer-core", "cypress",
    "karma-chrome-launcher", "selenium-webdriver", "testcafe", "webdriverio",
}  # fmt: skip
_NO_TEST = "no test specified"
"""What npm writes where nobody wrote a test."""
_SCRIPTS = ("test", "test:unit", "test:ci", "tests", "unit", "test:node", "test:run")
"""Scripts that test a project; the first that is there counts."""
_RUNNERS = {
    "vitest": "vitest run", "jest": "jest", "mocha": "mocha", "ava": "ava",
    "tap": "tap", "@playwright/test": "playwright test",
}  # fmt: skip
"""Programs that test, for a project without such a script."""
_WAITS = re.compile(
    r"(?:^|[\s&;])(?:vitest(?!\s+run)|react-scripts\s+test|jest\s.*--watch)"
)
"""A script that waits for changes at a terminal, unless `CI` is set."""
_SKIP = "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 PUPPETEER_SKIP_DOWNLOAD=1"
_CHROMIUM = "CHROME_BIN=/usr/bin/chromium PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium"


def look(tree: Tree, folder: str) -> Commands | None:
    """Commands of the package manager that `packageManager` or a lock file names."""
    if not tree.has(folder, "package.json"):
        return None
    body = tree.json(folder, "package.json")
    chosen = manager(tree, folder, body)
    names = {
        name
        for key in ("dependencies", "devDependencies", "optionalDependencies")
        for name in table(body.get(key))
    }
    browsers = sorted(names & _BROWSERS)
    setup = chosen.install
    command, because = _test(tree, folder, body, names, chosen)
    if names & {"playwright", "@playwright/test"}:
        tree.note(PLAYWRIGHT)
    if browsers:
        setup = f"{_SKIP} {setup}"
        command = command and f"{_CHROMIUM} {command}"
    return Commands(
        (setup,),
        chosen.because,
        command,
        because,
        chosen.name,
        {"browser": f"{browsers[0]} in package.json"} if browsers else {},
        libraries_of(names & {"canvas", "pg-native"}, "package.json"),
        services_of(names, "package.json"),
        _tables(tree, folder, names),
    )


def _tables(tree: Tree, folder: str, names: set[str]) -> dict[str, str]:
    if not names & {"prisma", "@prisma/client"}:
        return {}
    migrations = beside(folder, "prisma/migrations/")
    if not any(path.startswith(migrations) for path in tree.files):
        return {}
    return {"npx prisma migrate deploy": "prisma/migrations"}


def _test(
    tree: Tree,
    folder: str,
    body: dict[str, Any],
    names: set[str],
    chosen: NodeManager,
) -> tuple[str, str]:
    """The command, and what tells of it."""
    scripts = table(body.get("scripts"))
    for name in _SCRIPTS:
        text = scripts.get(name)
        if isinstance(text, str) and text.strip() and _NO_TEST not in text:
            waits = "CI=true " if _WAITS.search(text[:500]) else ""
            because = f"the script `{name}` of package.json"
            return waits + chosen.script(name), because
    if _has_tested_parts(tree, folder, body):
        return chosen.everywhere, "the scripts `test` of the workspace"
    for runner, command in _RUNNERS.items():
        if runner in names:
            return f"npx --no-install {command}", f"{runner} in package.json"
    is_bun = chosen.name == "bun"
    if is_bun and any(re.search(r"[._]test\.[jt]sx?$", p) for p in tree.below(folder)):
        return f"{chosen.program} test", "tests of bun's"
    return "", ""


def _has_tested_parts(tree: Tree, folder: str, body: dict[str, Any]) -> bool:
    """True if it is the root of a workspace of which a part has a script `test`."""
    if not body.get("workspaces") and not tree.has(folder, "pnpm-workspace.yaml"):
        return False
    start = beside(folder, "")
    return any(
        isinstance(script, str) and _NO_TEST not in script
        for part in tree.folders
        if part != folder and part.startswith(start)
        for script in [
            table(tree.json(part, "package.json").get("scripts")).get("test")
        ]
    )
