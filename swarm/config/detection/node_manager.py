"""Tells a Node project's package manager, and of which version it has to be."""

import re
from dataclasses import dataclass
from typing import Any

from swarm.config.detection.tree import Tree, table

LOCKS = {
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
_NAMES = ("pnpm", "yarn", "npm", "bun")
_EXACT = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_HEAD = 2000
"""Letters of a lock file that tell its format."""
_PNPM_LOCK = re.compile(r"^lockfileVersion:\s{0,9}['\"]?([0-9.]{1,9})", re.MULTILINE)
_PNPM = {"5.1": "5", "5.2": "5", "5.3": "6", "5.4": "7", "6.0": "8", "6.1": "8"}
"""The version that writes a format; the next one refuses it, or makes it anew."""
_PNPM_USUAL = "10"
"""Reads the present format, and runs on each Node that a box can have."""
_YARN_LOCK = re.compile(r"^__metadata:\s+version:\s{0,9}([0-9]{1,3})", re.MULTILINE)
_YARN = {"4": "2", "5": "3", "6": "3", "7": "3"}
_YARN_USUAL = "4"
_YARN_PATH = re.compile(
    r"^yarnPath:\s{0,9}['\"]?(\.yarn/releases/[A-Za-z0-9._-]{1,60}\.c?js)['\"]?\s*$",
    re.MULTILINE,
)
_NO_LOCK = {
    "npm": "--no-package-lock",
    "pnpm": "--no-lockfile",
    "yarn": "--no-lockfile",
    "bun": "--no-save",
}
"""Options by which no lock file is made where the project has none: it would stand in
each review."""


_AS_NPM = (
    'YARN_NPM_REGISTRY_SERVER="${YARN_NPM_REGISTRY_SERVER:-$(npm config get registry)}"'
)
"""Has yarn ask where npm does: its own default is known to the gate only where the
user has yarn, and its lock file names neither."""


@dataclass(frozen=True, slots=True)
class NodeManager:
    """One package manager, as a folder's commands call it."""

    name: str
    because: str
    """The file that tells of it."""
    program: str
    """The command's first words; npm alone is in the stack, and fetches the others."""
    is_locked: bool = False
    is_berry: bool = False
    """A yarn of version 2 or later."""
    has_registry: bool = False
    """True if the project's own settings name a registry for it."""

    @property
    def install(self) -> str:
        """The command that installs what the project needs."""
        if self.name == "npm":
            return "npm ci" if self.is_locked else f"npm install {_NO_LOCK['npm']}"
        if self.is_berry:
            option = " --immutable" if self.is_locked else ""
            registry = "" if self.has_registry else f"{_AS_NPM} "
            return f"{registry}{self.program} install{option}"
        option = "--frozen-lockfile" if self.is_locked else _NO_LOCK[self.name]
        return f"{self.program} install {option}"

    def script(self, name: str) -> str:
        """The command that runs a script of package.json."""
        if name == "test" and self.name != "bun":
            return f"{self.program} test"
        # `bun test` is bun's own runner of tests, whatever the script says.
        return f"{self.program} run {name}"

    @property
    def everywhere(self) -> str:
        """The command that runs the script `test` of each part of a workspace."""
        if self.is_berry:
            return f"{self.program} workspaces foreach -A run test"
        return {
            "npm": "npm test --workspaces --if-present",
            "pnpm": f"{self.program} -r test",
            "yarn": f"{self.program} workspaces run test",
            "bun": f"{self.program} run --filter '*' test",
        }[self.name]


def manager(tree: Tree, folder: str, body: dict[str, Any]) -> NodeManager:
    """The one that `packageManager`, `devEngines`, `volta` or a lock file names.

    A workspace's part has the lock file of the root.
    """
    name, version, because = _named(body)
    lock, place = _lock(tree, folder, name)
    if not name and lock:
        name, because = LOCKS[lock], lock
        wanted = table(body.get("volta")).get(name)
        version = wanted if isinstance(wanted, str) and _EXACT.fullmatch(wanted) else ""
    if not name:
        name, because = "npm", "package.json"
    if name == "yarn":
        return _yarn(tree, (folder, place), version, because, bool(lock))
    if name == "pnpm" and not version:
        written = _PNPM_LOCK.search(tree.text(place, lock)[:_HEAD]) if lock else None
        version = _PNPM.get(written[1] if written else "", _PNPM_USUAL)
    program = "npm" if name == "npm" else f"npx --yes {name}"
    if version and name != "npm":
        program = f"{program}@{version}"
    return NodeManager(name, because, program, bool(lock))


def _named(body: dict[str, Any]) -> tuple[str, str, str]:
    """Name, version and place of what package.json says itself; empty for nothing."""
    pinned = _MANAGER.match(str(body.get("packageManager", ""))[:200])
    if pinned:
        return pinned[1], pinned[2], "packageManager in package.json"
    wanted = table(table(body.get("devEngines")).get("packageManager"))
    name, version = wanted.get("name"), wanted.get("version")
    if name not in _NAMES:
        return "", "", ""
    exact = version if isinstance(version, str) and _EXACT.fullmatch(version) else ""
    return str(name), exact, "devEngines in package.json"


def _lock(tree: Tree, folder: str, manager: str) -> tuple[str, str]:
    """The first lock file, of the manager if one is named, and its folder."""
    for place in dict.fromkeys((folder, "")):
        for name, writer in LOCKS.items():
            if tree.has(place, name) and manager in ("", writer):
                return name, place
    return "", folder


def _yarn(
    tree: Tree, places: tuple[str, str], version: str, because: str, is_locked: bool
) -> NodeManager:
    folder, place = places
    settings = tree.text(place, ".yarnrc.yml")
    has_registry = "npmRegistryServer" in settings
    own = _YARN_PATH.search(settings)
    if own and tree.has(place, own[1]) and place == folder:
        is_berry = not own[1].startswith(".yarn/releases/yarn-1.")
        program = f"node {own[1]}"
        return NodeManager("yarn", because, program, is_locked, is_berry, has_registry)
    head = tree.text(place, "yarn.lock")[:_HEAD]
    written = _YARN_LOCK.search(head)
    is_new = not head and bool(settings) and not version
    if version.startswith(("0.", "1.")) or not (version or written or is_new):
        program = f"npx --yes yarn@{version or '1'}"
        return NodeManager("yarn", because, program, is_locked)
    usual = _YARN.get(written[1], _YARN_USUAL) if written else _YARN_USUAL
    program = f"npx --yes @yarnpkg/cli-dist@{version or usual}"
    return NodeManager("yarn", because, program, is_locked, True, has_registry)
