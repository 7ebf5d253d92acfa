"""The variables that the readers of this room consult, by name.

The keeper gets these of the user's shell, and front ends compare theirs with its: a
reader that asks for another variable adds it here.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from swarm.adapters.user_network import bounded_file
from swarm.adapters.user_network.bounded_file import BadSettings

PATTERNS = (
    # The way out, and what is trusted on it. Many tools take either case.
    "http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY",
    "CURL_CA_BUNDLE", "CURL_HOME", "NETRC", "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE",
    # Python.
    "PIP_*", "UV_*", "POETRY_*", "PDM_*", "CONDARC", "CONDA_*", "MAMBA*",
    # Node.
    "npm_config_*", "NPM_CONFIG_*", "NPM_TOKEN", "NODE_AUTH_TOKEN", "PNPM_*",
    "pnpm_config_*", "YARN_*", "yarn_*", "BUN_CONFIG_*",
    # Others.
    "CARGO_HOME", "CARGO_HTTP_*", "CARGO_NET_*", "CARGO_REGISTR*", "CARGO_SOURCE_*",
    "GO111MODULE", "GOAUTH", "GOENV", "GOFLAGS", "GOINSECURE", "GONOPROXY",
    "GONOSUMDB", "GOPATH", "GOPRIVATE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN",
    "MAVEN_*", "M2_HOME", "MVNW_*", "GRADLE_*", "JAVA_TOOL_OPTIONS",
    "BUNDLE_*", "GEMRC", "GEM_*", "RUBYGEMS_HOST",
    "XDG_CONFIG_DIRS", "COMPOSER*", "NUGET_*", "NuGetPackageSourceCredentials_*",
    # The places of caches.
    "GOMODCACHE", "XDG_CACHE_HOME",
)  # fmt: skip
"""Names that hold a proxy, a registry, a token, roots, or the place of a file."""

OF_AN_ACTIVATION = (
    "CONDA_DEFAULT_ENV", "CONDA_EXE", "CONDA_PREFIX*", "CONDA_PROMPT_MODIFIER",
    "CONDA_PYTHON_EXE", "CONDA_SHLVL", "UV_RUN_RECURSION_DEPTH",
)  # fmt: skip
"""Names that say which environment a shell is in: they change all day long, and no
reader asks for them."""


def named(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that a reader may consult, in order of the alphabet."""
    return tuple(sorted(name for name in names if _is_consulted(name)))


def _is_consulted(name: str) -> bool:
    return _fits(name, PATTERNS) and not _fits(name, OF_AN_ACTIVATION)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


REFERRING = (
    ".npmrc", ".yarnrc.yml", ".bunfig.toml", ".config/pnpm/rc", ".config/pnpm/auth.ini",
    ".m2/settings.xml", ".gradle/gradle.properties", ".nuget/NuGet/NuGet.Config",
)  # fmt: skip
"""Files below the home that may name any variable, mostly one with a token."""
_REFERENCE = re.compile(r"\$\{(?:env\.)?([A-Za-z_][A-Za-z0-9_]*)|%([A-Za-z_]\w*)%")


def referred(home: Path) -> Iterator[str]:
    """The variables that the user's files name: `${CORP_TOKEN}` in an `.npmrc`, and
    without braces in a `.bunfig.toml`.

    A file that cannot be read names none here; its reader tells of it.
    """
    for name in REFERRING:
        try:
            parse = _names_of_bun if name == ".bunfig.toml" else _names
            yield from bounded_file.parsed(home / name, parse) or ()
        except BadSettings:
            continue


def _names(text: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] for match in _REFERENCE.finditer(text))


def _names_of_bun(text: str) -> tuple[str, ...]:
    """The braces may be left out in its file."""
    return tuple(re.findall(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)", text))
