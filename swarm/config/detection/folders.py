"""Finds the folders of a repository that have a project of their own."""

import re
from collections.abc import Iterable

MOST_FOLDERS = 8
"""Folders beside the first whose manifests are looked at."""
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}(?:/[A-Za-z0-9][\w.-]{0,60})?")
"""One that may stand in a shell's command as it is."""
_NOT_OURS = frozenset(
    [
        "node_modules", "vendor", "third_party", "third-party", "external", "deps",
        "test", "tests", "testdata", "fixtures", "examples", "example", "docs", "doc",
        "samples", "sample", "bench", "benchmarks", "demo", "demos", "dist", "build",
        "templates", "template", "contrib", "scripts", "tools", "e2e", "ci",
        "requirements",
    ]
)  # fmt: skip
"""Folders whose manifests are others', or about less than the project."""
_DOCUMENTS = ("docs", "doc")
"""Folders that are the project where nothing else is."""
_OWN = (
    "package.json", "pyproject.toml", "setup.py", "requirements.txt", "Pipfile",
    "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile",
    "composer.json",
)  # fmt: skip
"""Files by which a folder is known for one."""


def beside(folder: str, name: str) -> str:
    """The path of a file in a folder; the root's is empty."""
    return f"{folder}/{name}" if folder else name


def project_folders(files: Iterable[str]) -> tuple[str, ...]:
    """The first folder, which is empty, and those below that have a manifest.

    The nearest ones come first.
    """
    folders, documents, has_own = set(), set(), False
    for path in files:
        if not path.endswith(_OWN):
            continue
        folder, _, name = path.rpartition("/")
        if name not in _OWN:
            continue
        if not folder:
            has_own = True
        elif _is_ours(folder):
            folders.add(folder)
        elif folder in _DOCUMENTS:
            documents.add(folder)
    if not has_own and not folders:
        folders = documents
    nearest = sorted(folders, key=lambda each: (each.count("/"), each))
    return ("", *nearest[:MOST_FOLDERS])


def _is_ours(folder: str) -> bool:
    parts = folder.lower().split("/")
    return bool(_FOLDER.fullmatch(folder)) and not _NOT_OURS & {*parts}
