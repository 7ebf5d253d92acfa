"""Which files of a repository decide what its set-up installs."""

import re
import shlex
from collections.abc import Iterable

_LOCKS = frozenset(
    {
        *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"),
        *("bun.lock", "bun.lockb", "deno.lock", "uv.lock", "poetry.lock", "pdm.lock"),
        *("Pipfile.lock", "pylock.toml", "Cargo.lock", "go.sum", "Gemfile.lock"),
        *("gradle.lockfile", "composer.lock", "mix.lock"),
    }
)
_MANIFESTS = frozenset(
    {
        *("package.json", "pnpm-workspace.yaml", ".npmrc", ".yarnrc.yml"),
        *("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml"),
        *("Cargo.toml", "go.mod", "go.work", "Gemfile", "pom.xml", "composer.json"),
        *("build.gradle", "build.gradle.kts", "settings.gradle"),
        *("settings.gradle.kts", "gradle.properties", "libs.versions.toml"),
        *(".python-version", ".node-version", ".nvmrc", ".tool-versions", "mise.toml"),
        *("rust-toolchain.toml", "rust-toolchain"),
    }
)
"""What stands for a lock file where there is none, and says more where there is."""
_LISTS = re.compile(r"(requirements|constraints)[^/]*\.txt|requirements/[^/]+\.txt")
_MAKE = frozenset({"Makefile", "makefile", "GNUmakefile"})


def deciding(paths: Iterable[str], commands: Iterable[str]) -> list[str]:
    """Those paths, sorted: lock files and manifests, and what the commands name."""
    words = {word.removeprefix("./") for text in commands for word in _words(text)}
    runs_make = "make" in words
    return sorted(
        path
        for path in paths
        if _decides(path) or path in words or (runs_make and path in _MAKE)
    )


def _decides(path: str) -> bool:
    name = path.rpartition("/")[2]
    is_list = _LISTS.fullmatch(name) or _LISTS.fullmatch(path)
    return name in _LOCKS or name in _MANIFESTS or is_list is not None


def _words(command: str) -> list[str]:
    """The words of a shell command, as well as they can be told."""
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return command.split()
