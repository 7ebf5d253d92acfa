"""Tells if a folder's Python project can be installed by its build, and how."""

import re
import shlex
from typing import Any

from swarm.config.detection.requirement_text import name_of, plain
from swarm.config.detection.tree import Tree, items, table

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_PASSED_OVER = frozenset(
    ["bin", "build", "ci", "debian", "dist", "doc", "docs", "documentation", "example",
     "examples", "exercise", "exercises", "manpages", "news", "htmlcov", "requirements",
     "sandbox", "script", "scripts", "task", "tasks", "test", "tests", "tools", "util",
     "utils", "website", "benchmark", "benchmarks", "changelog", "man", "node_modules",
     "python", "github", "contrib", "toxfile", "noxfile", "pavement", "dodo", "fabfile",
     "setup", "conftest"]
)  # fmt: skip
"""Names that setuptools takes for no part of a project in a flat layout."""
_COMPILING = {"meson-python": ("meson", "ninja"), "scikit-build-core": ("cmake",)}
"""Builds whose editable install compiles again on import, with what they call."""


def arguments(
    tree: Tree, folder: str, body: dict[str, Any], extras: tuple[str, ...]
) -> list[str]:
    """What pip is asked to install for the project itself; empty for nothing.

    Its dependencies alone where setuptools would refuse the layout, as of an app that
    nobody packages.
    """
    is_package = "project" in body or "build-system" in body
    if not is_package and not tree.has(folder, "setup.py"):
        return []
    if is_installable(tree, folder, body):
        return [f"-e '.[{','.join(extras)}]'" if extras else "-e ."]
    project = table(body.get("project"))
    lists = [items(project.get("dependencies"))]
    options = table(project.get("optional-dependencies"))
    lists += [items(options.get(extra)) for extra in extras]
    return [shlex.quote(text) for each in lists for e in each if (text := plain(e))]


def compiled_first(body: dict[str, Any]) -> str:
    """What must be installed before the project, quoted; empty for all but few builds.

    An editable install of these needs its build's tools whenever it is imported.
    """
    requires = items(table(body.get("build-system")).get("requires"))
    names = {name_of(each) for each in requires}
    tools = [
        tool for build, each in _COMPILING.items() if build in names for tool in each
    ]
    if not tools:
        return ""
    return " ".join(
        shlex.quote(text) for e in [*requires, *tools] if (text := plain(e))
    )


def is_built_by_python(body: dict[str, Any]) -> bool:
    """True if the project's CMake or Meson files are Python's build's own."""
    return bool(compiled_first(body))


def is_installable(tree: Tree, folder: str, body: dict[str, Any]) -> bool:
    """False where setuptools would find several packages and not know which to take."""
    backend = str(table(body.get("build-system")).get("build-backend", "setuptools"))
    own = table(table(body.get("tool")).get("setuptools"))
    is_named = bool({"packages", "py-modules"} & own.keys())
    if not backend.startswith("setuptools") or is_named or tree.has(folder, "setup.py"):
        return True
    if "packages" in tree.text(folder, "setup.cfg"):
        return True
    folders, modules = _top(tree, folder)
    if "src" in folders:
        return True
    return len(folders) == 1 if folders else len(modules) <= 1


def has_package(tree: Tree, folder: str, name: Any) -> bool:
    """True if there is a package or module of that name, as poetry looks for it."""
    module = re.sub(r"[-.\s]+", "_", str(name)).lower()
    folders, modules = _top(tree, folder)
    inner = {
        path.split("/")[1] for path in tree.below(folder) if path.startswith("src/")
    }
    known = {each.lower().removesuffix(".py") for each in {*folders, *modules, *inner}}
    return module in known


def _top(tree: Tree, folder: str) -> tuple[set[str], set[str]]:
    """The folders and modules of a flat layout that setuptools takes for packages."""
    folders, modules = set(), set()
    for path in tree.below(folder):
        first, slash, _ = path.partition("/")
        name = first if slash else first.removesuffix(".py")
        if not _IDENTIFIER.fullmatch(name) or name in _PASSED_OVER:
            continue
        if slash:
            folders.add(name)
        elif first.endswith(".py"):
            modules.add(name)
    return folders, modules
