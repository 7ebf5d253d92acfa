"""How a Python project is installed and tested."""

import re
from typing import Any

from swarm.config.detection.commands import Commands, libraries_of, services_of
from swarm.config.detection.tree import Tree, items, table

_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")
TOOLS = "~/.swarm-tools"
"""A virtual environment of package managers that no Debian package brings."""
_TEST_GROUPS = ("test", "tests", "testing", "dev", "develop", "development")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,80})")
_DEV_FILES = re.compile(r"requirements[-_.]?(?:dev|test|tests|testing|ci)?\.txt")
_TEST_FILE = re.compile(r"(?:.*/)?(?:conftest|test_[^/]*|[^/]*_test)\.py")
_BROWSERS = {"playwright", "pytest-playwright", "selenium", "splinter", "pyppeteer"}
_RUST = {"maturin", "setuptools-rust"}


def look(tree: Tree, folder: str) -> Commands | None:
    """Commands of a virtual environment `.venv` in the folder."""
    file = next((name for name in _FILES if tree.has(folder, name)), "")
    if not file:
        return None
    body = tree.toml(folder, "pyproject.toml")
    names = _dependencies(tree, folder, body)
    test, test_because = _test(tree, folder, body, names)
    manager, because, setup = _setup(tree, folder, body)
    if test and " pytest" in test and "pytest" not in names:
        setup = (*setup, ".venv/bin/python -m pip install pytest")
        if manager == "uv":
            setup = (*setup[:-1], f"{TOOLS}/bin/uv pip install pytest")
    stacks: dict[str, str] = {}
    if browsers := sorted(names & _BROWSERS):
        stacks["browser"] = f"{browsers[0]} in {file}"
    requires = {
        _name(each) for each in items(table(body.get("build-system")).get("requires"))
    }
    if requires & _RUST:
        stacks["rust"] = "the build of pyproject.toml"
    return Commands(
        setup, because, test, test_because, manager, stacks,
        libraries_of(names, file), services_of(names, file),
        _tables(tree, folder, names),
    )  # fmt: skip


def _tables(tree: Tree, folder: str, names: set[str]) -> dict[str, str]:
    if "django" not in names or not tree.has(folder, "manage.py"):
        return {}
    return {".venv/bin/python manage.py migrate": "manage.py"}


def _setup(
    tree: Tree, folder: str, body: dict[str, Any]
) -> tuple[str, str, tuple[str, ...]]:
    """The package manager, the file that tells of it, and the commands."""
    tool = table(body.get("tool"))
    extras = _test_extras(body)
    if tree.has(folder, "uv.lock"):
        chosen = "".join(f" --extra {extra}" for extra in extras)
        command = f"{TOOLS}/bin/uv sync --frozen{chosen}"
        return "uv", "uv.lock", (*_tool("uv"), command)
    if tree.has(folder, "poetry.lock") or "poetry" in tool:
        chosen = f" --extras {','.join(extras)!r}" if extras else ""
        command = (
            "POETRY_VIRTUALENVS_IN_PROJECT=true "
            f"{TOOLS}/bin/poetry install --no-interaction{chosen}"
        )
        found = "poetry.lock" if tree.has(folder, "poetry.lock") else "pyproject.toml"
        return "poetry", found, (*_tool("poetry"), command)
    if tree.has(folder, "pdm.lock"):
        command = f"{TOOLS}/bin/pdm install --frozen-lockfile"
        return "pdm", "pdm.lock", (*_tool("pdm"), command)
    if tree.has(folder, "Pipfile"):
        verb = "sync" if tree.has(folder, "Pipfile.lock") else "install"
        command = f"PIPENV_VENV_IN_PROJECT=1 {TOOLS}/bin/pipenv {verb} --dev"
        return "pipenv", "Pipfile", (*_tool("pipenv"), command)
    return "pip", *_by_pip(tree, folder, body, extras)


def _tool(name: str) -> tuple[str, ...]:
    return (f"python3 -m venv {TOOLS} && {TOOLS}/bin/pip install {name}",)


def _by_pip(
    tree: Tree, folder: str, body: dict[str, Any], extras: list[str]
) -> tuple[str, tuple[str, ...]]:
    """The files that tell of it, and the commands."""
    words, because = [], []
    for name in tree.names(folder):
        if _DEV_FILES.fullmatch(name):
            words.append(f"-r {name}")
            because.append(name)
    is_package = "project" in body or "build-system" in body
    if is_package or tree.has(folder, "setup.py"):
        words.append(f"-e '.[{','.join(extras)}]'" if extras else "-e .")
        because.append("pyproject.toml" if is_package else "setup.py")
    groups = sorted(table(body.get("dependency-groups")))
    words += [f"--group {name}" for name in groups if name.lower() in _TEST_GROUPS]
    setup = ["python3 -m venv .venv"]
    if words:
        setup.append(f".venv/bin/python -m pip install {' '.join(words)}")
    return ", ".join(because), tuple(setup)


def _test_extras(body: dict[str, Any]) -> list[str]:
    found = table(table(body.get("project")).get("optional-dependencies"))
    return sorted(name for name in found if name.lower() in _TEST_GROUPS)


def _test(
    tree: Tree, folder: str, body: dict[str, Any], names: set[str]
) -> tuple[str, str]:
    """The command, and the file that tells of it."""
    pytest = ".venv/bin/python -m pytest"
    if "pytest" in table(body.get("tool")):
        return pytest, "[tool.pytest] in pyproject.toml"
    for name, header in (("pytest.ini", ""), ("tox.ini", "[pytest]"),
                         ("setup.cfg", "[tool:pytest]")):  # fmt: skip
        if tree.has(folder, name) and header in tree.text(folder, name):
            return pytest, name
    if tree.has(folder, "manage.py") and "django" in names:
        return ".venv/bin/python manage.py test", "manage.py"
    start = f"{folder}/" if folder else ""
    own = (path for path in tree.files if path.endswith(".py"))
    tests = [p for p in own if p.startswith(start) and _TEST_FILE.fullmatch(p)]
    if tests:
        return pytest, min(tests)
    return (pytest, "pytest among what it needs") if "pytest" in names else ("", "")


def _dependencies(tree: Tree, folder: str, body: dict[str, Any]) -> set[str]:
    """The names of all that the project needs, as the index spells them."""
    project, poetry = table(body.get("project")), table(body.get("tool")).get("poetry")
    groups = [
        items(project.get("dependencies")),
        *map(items, table(project.get("optional-dependencies")).values()),
        *map(items, table(body.get("dependency-groups")).values()),
        [*table(table(poetry).get("dependencies"))],
    ]
    groups += [
        [*table(table(group).get("dependencies"))]
        for group in table(table(poetry).get("group")).values()
    ]
    groups += [
        tree.text(folder, name).split("\n")
        for name in tree.names(folder)
        if _DEV_FILES.fullmatch(name)
    ]
    return {_name(each) for group in groups for each in group} - {""}


def _name(requirement: Any) -> str:
    match = _REQUIREMENT.match(requirement) if isinstance(requirement, str) else None
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""
