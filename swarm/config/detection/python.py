"""How a Python project is installed and tested."""

import re
import shlex
from typing import Any

from swarm.config.detection import python_package, requirement_files
from swarm.config.detection.commands import (
    PLAYWRIGHT,
    Commands,
    libraries_of,
    services_of,
)
from swarm.config.detection.folders import beside
from swarm.config.detection.python_needs import (
    TEST_GROUPS,
    Needs,
    needs,
)
from swarm.config.detection.requirement_text import name_of
from swarm.config.detection.tree import Tree, items, table

FILES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")
TOOLS = "~/.swarm-tools"
"""A virtual environment of package managers that no Debian package brings."""
_PIP = ".venv/bin/python -m pip install"
_PYTEST = ".venv/bin/python -m pytest"
_TEST_FILE = re.compile(r"(?:.*/)?(?:conftest|test_[^/]*|[^/]*_test)\.py")
_BROWSERS = {"playwright", "pytest-playwright", "selenium", "splinter", "pyppeteer"}
_RUST = {"maturin", "setuptools-rust"}


def look(tree: Tree, folder: str) -> Commands | None:
    """Commands of a virtual environment `.venv` in the folder."""
    known = (*FILES, *requirement_files.chosen(tree, folder), "tox.ini")
    file = next((name for name in known if tree.has(folder, name)), "")
    if not file:
        return None
    body = tree.toml(folder, "pyproject.toml")
    needed = needs(tree, folder, body)
    test, test_because = _test(tree, folder, body, needed.names)
    manager, because, setup = _setup(tree, folder, body, needed)
    if test == _PYTEST and "pytest" not in needed.names:
        setup = (*setup, _with_pytest(manager))
    stacks: dict[str, str] = {}
    if browsers := sorted(needed.names & _BROWSERS):
        stacks["browser"] = f"{browsers[0]} in {file}"
        if any("playwright" in name for name in browsers):
            tree.note(PLAYWRIGHT)
    requires = {
        name_of(each) for each in items(table(body.get("build-system")).get("requires"))
    }
    if requires & _RUST:
        stacks["rust"] = "the build of pyproject.toml"
    names = {*needed.names}
    return Commands(
        setup, because or file, test, test_because, manager, stacks,
        libraries_of(names, file), services_of(names, file),
        _tables(tree, folder, needed.names),
    )  # fmt: skip


def _tables(tree: Tree, folder: str, names: frozenset[str]) -> dict[str, str]:
    if "alembic" in names and tree.has(folder, "alembic.ini"):
        return {".venv/bin/alembic upgrade head": "alembic.ini"}
    if "django" not in names or not tree.has(folder, "manage.py"):
        return {}
    return {".venv/bin/python manage.py migrate": "manage.py"}


def _with_pytest(manager: str) -> str:
    if manager == "pip":
        return f"{_PIP} pytest"
    if manager == "uv":
        return f"{TOOLS}/bin/uv pip install pytest"
    # The others make environments without a pip of their own.
    return f"{TOOLS}/bin/pip --python .venv install pytest"


def _setup(
    tree: Tree, folder: str, body: dict[str, Any], needed: Needs
) -> tuple[str, str, tuple[str, ...]]:
    """The package manager, the file that tells of it, and the commands."""
    tool = table(body.get("tool"))
    if tree.has(folder, "uv.lock"):
        words = [f"--extra {extra}" for extra in needed.extras]
        words += [f"--group {group}" for group in needed.groups if group != "dev"]
        words += ["--all-packages"] if "workspace" in table(tool.get("uv")) else []
        command = " ".join([f"{TOOLS}/bin/uv sync --frozen", *words])
        return "uv", "uv.lock", (*_tool("uv"), command)
    if tree.has(folder, "poetry.lock") or "poetry" in tool:
        because = "poetry.lock" if tree.has(folder, "poetry.lock") else "pyproject.toml"
        return (
            "poetry",
            because,
            (*_tool("poetry"), _poetry(tree, folder, body, needed)),
        )
    if tree.has(folder, "pdm.lock"):
        words = [f"-G {extra}" for extra in needed.extras]
        command = " ".join([f"{TOOLS}/bin/pdm install --frozen-lockfile", *words])
        return "pdm", "pdm.lock", (*_tool("pdm"), command)
    if tree.has(folder, "Pipfile"):
        # Without a lock file of the project's it makes none, which a review would show.
        is_locked = tree.has(folder, "Pipfile.lock")
        verb = "sync --dev" if is_locked else "install --dev --skip-lock"
        command = f"PIPENV_VENV_IN_PROJECT=1 {TOOLS}/bin/pipenv {verb}"
        return "pipenv", "Pipfile", (*_tool("pipenv"), command)
    return "pip", *_by_pip(tree, folder, body, needed)


def _tool(name: str) -> tuple[str, ...]:
    return (f"python3 -m venv {TOOLS} && {TOOLS}/bin/pip install {name}",)


def _poetry(tree: Tree, folder: str, body: dict[str, Any], needed: Needs) -> str:
    words = [
        "POETRY_VIRTUALENVS_IN_PROJECT=true",
        f"{TOOLS}/bin/poetry install --no-interaction",
    ]
    poetry = table(table(body.get("tool")).get("poetry"))
    optional = [
        name
        for name, group in table(poetry.get("group")).items()
        if table(group).get("optional") is True and name.lower() in TEST_GROUPS
    ]
    words += [f"--extras {','.join(needed.extras)!r}"] if needed.extras else []
    words += [f"--with {','.join(optional)}"] if optional else []
    name = poetry.get("name") or table(body.get("project")).get("name", "")
    is_package = poetry.get("package-mode") is not False and "packages" not in poetry
    if is_package and not python_package.has_package(tree, folder, name):
        words.append("--no-root")
    return " ".join(words)


def _by_pip(
    tree: Tree, folder: str, body: dict[str, Any], needed: Needs
) -> tuple[str, tuple[str, ...]]:
    """The files that tell of it, and the commands."""
    words = [f"-r {name}" for name in needed.files]
    because = [*needed.files]
    own = python_package.arguments(tree, folder, body, needed.extras)
    if own:
        is_package = "project" in body or "build-system" in body
        because.append("pyproject.toml" if is_package else "setup.py")
    words += own
    words += [f"--group {name}" for name in needed.groups]
    words += [shlex.quote(each) for each in needed.loose]
    because += [needed.because] if needed.because not in ("", *because) else []
    setup = ["python3 -m venv .venv"]
    if first := python_package.compiled_first(body):
        setup.append(f"{_PIP} {first}")
        words.insert(0, "--no-build-isolation")
    if words:
        setup.append(f"{_PIP} {' '.join(words)}")
    return ", ".join(because), tuple(setup)


def _test(
    tree: Tree, folder: str, body: dict[str, Any], names: frozenset[str]
) -> tuple[str, str]:
    """The command, and the file that tells of it."""
    if "pytest" in table(body.get("tool")):
        return _PYTEST, "[tool.pytest] in pyproject.toml"
    for name, header in (("pytest.ini", ""), ("tox.ini", "[pytest]"),
                         ("setup.cfg", "[tool:pytest]")):  # fmt: skip
        if tree.has(folder, name) and header in tree.text(folder, name):
            return _PYTEST, name
    if tree.has(folder, "manage.py") and "django" in names:
        return ".venv/bin/python manage.py test", "manage.py"
    start = beside(folder, "")
    own = (path for path in tree.files if path.endswith(".py"))
    tests = [p for p in own if p.startswith(start) and _TEST_FILE.fullmatch(p)]
    if tests:
        return _PYTEST, min(tests)
    tox = tree.ini(folder, "tox.ini")
    if "pytest" in tox.get("testenv", "commands", fallback=""):
        return _PYTEST, "tox.ini"
    return (_PYTEST, "pytest among what it needs") if "pytest" in names else ("", "")
