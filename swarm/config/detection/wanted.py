"""Names the files whose texts the detection reads, and how large each may be."""

import re
from collections.abc import Iterable

from swarm.config.detection.folders import beside, project_folders

MOST_BYTES = 256 << 10
"""Of one file that is read."""
MANIFESTS = (
    "package.json", "pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "tox.ini",
    "pytest.ini", "noxfile.py", "Cargo.toml", "Gemfile", "go.mod", "pom.xml",
    "build.gradle", "build.gradle.kts", "CMakeLists.txt", "meson.build", "configure.ac",
    ".yarnrc.yml",
)  # fmt: skip
"""Files whose texts say how a folder's project is installed and tested."""
PIN_FILES = (
    ".python-version", ".tool-versions", "mise.toml", ".mise.toml",
    ".mise/config.toml", ".config/mise.toml", "rust-toolchain.toml", "rust-toolchain",
    ".nvmrc", ".node-version", ".ruby-version", ".java-version", ".sdkmanrc",
)  # fmt: skip
"""Files beside them that pin versions of tools."""
ROOT_FILES = (
    ".devcontainer/devcontainer.json", ".devcontainer.json", ".gitattributes",
    "go.work", "Makefile", "GNUmakefile", "makefile",
    "config/database.yml",
)  # fmt: skip
"""Files of the first folder whose texts say more."""
LOCKS = ("Cargo.lock", "pnpm-lock.yaml", "yarn.lock")
"""Lock files whose texts say more than that they are there; they may be large."""
MOST_OF_LOCK = 8 << 20
"""Bytes of one that is read."""
COMPOSE = (
    "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml",
    "docker-compose.dev.yml", "docker-compose.dev.yaml", "docker/docker-compose.yml",
    "docker/compose.yaml", ".devcontainer/docker-compose.yml",
    ".devcontainer/compose.yaml",
)  # fmt: skip
DOCKERFILES = (
    "Dockerfile", ".devcontainer/Dockerfile", "docker/Dockerfile", "Dockerfile.dev",
    "build/Dockerfile", "Containerfile",
)  # fmt: skip
"""The first that is there counts."""
INDEX_FILES = (
    ".npmrc", ".yarnrc", "bunfig.toml", "uv.toml", ".cargo/config.toml",
    ".cargo/config", ".mvn/settings.xml", "settings.gradle", "settings.gradle.kts",
    "gems.rb", "nuget.config", "NuGet.config", "NuGet.Config",
)  # fmt: skip
"""Files of a folder that name package indexes, beside the manifests."""
_DEVCONTAINER = re.compile(
    r"\.devcontainer/(?:[A-Za-z0-9][A-Za-z0-9._-]{0,60}/)?devcontainer\.json"
    r"|\.devcontainer\.json"
)
MOST_DEVCONTAINERS = 10
OF_FOLDERS = (*MANIFESTS, *PIN_FILES, *LOCKS, *INDEX_FILES)
GITLAB = (".gitlab-ci.yml", ".gitlab-ci.yaml")
_WORKFLOW = re.compile(
    r"\.(?:github|gitea|forgejo)/workflows/[A-Za-z0-9][A-Za-z0-9._ -]{0,80}\.ya?ml"
)
_ABOUT_TESTS = re.compile(r"copilot-setup-steps|test|ci\b|unit|check|build|main|pull")
MOST_WORKFLOWS = 4
MOST_OF_CI = 16 << 10
"""Bytes of one CI file that is read: its reader is slow."""
_REQUIREMENTS = re.compile(
    r"(?:[A-Za-z0-9._-]{0,40}requirements[A-Za-z0-9._-]{0,40}"
    r"|requirements/[A-Za-z0-9._-]{1,40})\.txt"
)
_SETTINGS_FILES = (
    "settings.py",
    *(
        f"settings/{name}.py"
        for name in ("base", "common", "default", "defaults", "dev", "development",
                     "local", "test", "tests", "testing", "ci")
    ),
)  # fmt: skip
_SETTINGS = re.compile(r"(?:[A-Za-z0-9_-]{1,60}/){0,4}[a-z]{1,12}\.py")
MOST_SETTINGS = 10
MOST_REQUIREMENTS = 10


def names(files: Iterable[str]) -> list[str]:
    """The files whose texts the detection reads, of those that are there."""
    known = frozenset(files)
    hidden = [path for path in known if path[:1] == "."]
    wanted = [*ROOT_FILES, *COMPOSE, *DOCKERFILES, *GITLAB]
    wanted += [*workflows(hidden), *devcontainers(hidden)]
    folders = project_folders(known)
    for folder in folders:
        wanted += [
            beside(folder, name)
            for name in (*MANIFESTS, *PIN_FILES, *LOCKS, *INDEX_FILES)
        ]
    wanted += sorted(filter(_is_settings, known))[:MOST_SETTINGS]
    for folder in folders:
        start = beside(folder, "")
        wanted += sorted(
            path
            for path in known
            if path.endswith(".txt")
            and path.startswith(start)
            and _REQUIREMENTS.fullmatch(path.removeprefix(start))
        )[:MOST_REQUIREMENTS]
    return [path for path in dict.fromkeys(wanted) if path in known]


def most_bytes(path: str) -> int:
    """The size up to which a file is read."""
    if path in GITLAB or _WORKFLOW.fullmatch(path):
        return MOST_OF_CI
    return MOST_OF_LOCK if path.rpartition("/")[2] in LOCKS else MOST_BYTES


def devcontainers(files: Iterable[str]) -> list[str]:
    """The paths of devcontainers; the one without a name of its own comes first."""
    paths = [p for p in files if p.startswith(".d") and _DEVCONTAINER.fullmatch(p)]
    return sorted(paths, key=lambda p: (p.count("/") > 1, p))[:MOST_DEVCONTAINERS]


def workflows(files: Iterable[str]) -> list[str]:
    """The CI files of GitHub's form that most likely test the project."""
    paths = [p for p in files if p.startswith(".") and _WORKFLOW.fullmatch(p)]
    paths.sort(key=lambda p: (not _ABOUT_TESTS.search(p.rpartition("/")[2].lower()), p))
    return paths[:MOST_WORKFLOWS]


def _is_settings(path: str) -> bool:
    """True for a file that may hold Django's settings."""
    return path.endswith(_SETTINGS_FILES) and bool(_SETTINGS.fullmatch(path))
