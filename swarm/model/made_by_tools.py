"""Recognises package stores, build output and caches, by their names and contents."""

STORE = "package store"
OUTPUT = "build output"
CACHE = "a tool's cache"

DIRECTORIES: dict[str, str] = {
    **dict.fromkeys(
        (
            "node_modules",
            "bower_components",
            "jspm_packages",
            ".pnpm-store",
            ".npm",
            ".yarn-cache",
            ".venv",
            "site-packages",
            "__pypackages__",
            ".bundle",
            ".gem",
            ".cargo-home",
            ".m2",
            ".nuget",
            "elm-stuff",
            ".dart_tool",
            ".pub-cache",
            ".stack-work",
            "Pods",
        ),
        STORE,
    ),
    **dict.fromkeys(
        (
            ".next",
            ".nuxt",
            ".output",
            ".svelte-kit",
            ".angular",
            ".eggs",
            "dist-newstyle",
            "cmake-build-debug",
            "cmake-build-release",
            "DerivedData",
            "zig-out",
            "htmlcov",
        ),
        OUTPUT,
    ),
    **dict.fromkeys(
        (
            "__pycache__",
            ".pytest_cache",
            ".mypy_cache",
            ".ruff_cache",
            ".hypothesis",
            ".pytype",
            ".tox",
            ".nox",
            ".ipynb_checkpoints",
            ".cache",
            ".gradle",
            ".parcel-cache",
            ".turbo",
            ".nyc_output",
            ".sass-cache",
            ".eslintcache",
            ".stylelintcache",
            ".terraform",
            "zig-cache",
            ".zig-cache",
        ),
        CACHE,
    ),
}
"""Names that only tools give."""

COMMON_DIRECTORIES: dict[str, str] = {
    "vendor": STORE,
    "venv": STORE,
    "build": OUTPUT,
    "dist": OUTPUT,
    "target": OUTPUT,
    "_build": OUTPUT,
}
"""Names that people give too: these count at the top, and beside a manifest."""

MANIFESTS = frozenset(
    {
        "build.gradle",
        "build.gradle.kts",
        "build.sbt",
        "build.zig",
        "Cargo.toml",
        "CMakeLists.txt",
        "composer.json",
        "Gemfile",
        "go.mod",
        "Makefile",
        "meson.build",
        "mix.exs",
        "package.json",
        "pom.xml",
        "pyproject.toml",
        "rebar.config",
        "setup.py",
    }
)
"""Files beside which a build puts what it makes."""

MARKERS: dict[str, str] = {
    "pyvenv.cfg": STORE,
    ".package-lock.json": STORE,
    ".modules.yaml": STORE,
    ".yarn-state.yml": STORE,
    ".yarn-integrity": STORE,
    "conda-meta/history": STORE,
    "composer/installed.json": STORE,
    ".rustc_info.json": OUTPUT,
    "CMakeCache.txt": OUTPUT,
    "CACHEDIR.TAG": CACHE,
}
"""Files by which a directory of any name is recognised; their paths in it."""

FILES: dict[str, str] = dict.fromkeys(
    (
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        ".coverage",
        ".eslintcache",
        ".stylelintcache",
        ".phpunit.result.cache",
    ),
    CACHE,
)
SUFFIXES: dict[str, str] = {
    **dict.fromkeys((".pyc", ".pyo", ".tsbuildinfo"), CACHE),
    **dict.fromkeys((".egg-info", ".dist-info"), OUTPUT),
}
"""Ends of names, of files for a cache and of directories for what a build made."""


def directory_reason(name: str, *, at_top: bool, beside_manifest: bool) -> str:
    """The reason to leave a directory of this name out; empty if there is none."""
    if name in DIRECTORIES:
        return DIRECTORIES[name]
    if name in COMMON_DIRECTORIES and (at_top or beside_manifest):
        return COMMON_DIRECTORIES[name]
    return next(
        (r for s, r in SUFFIXES.items() if r == OUTPUT and name.endswith(s)), ""
    )


def file_reason(name: str) -> str:
    """The reason to leave a file of this name out; empty if there is none."""
    if name in FILES:
        return FILES[name]
    return next((r for s, r in SUFFIXES.items() if r == CACHE and name.endswith(s)), "")
