"""Finds the tokens and passwords of the user's registries, and reads one when needed.

A credential is a place: what is written down of it is where it stands, never what it
is. The value is read from there each time that the gate is given a policy, so that a
token which the user renews counts at once.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from swarm.adapters.user_network import cargo, formats, maven, npm, poetry, uv
from swarm.adapters.user_network.reading import READERS
from swarm.adapters.user_network.settings import Reading, User
from swarm.model.user_network import Registry

BEARER, BASIC, PLAIN = "Bearer {}", "Basic {}", "{}"
KINDS = ("npmrc", "url", "netrc", "cargo", "maven", "poetry", "uv")
"""The kinds of a secret's source that this module reads."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One token or password: the host that it is for, and where it stands."""

    tool: str
    host: str
    port: int
    source: str
    """As a secret's `source` in a policy names it: `npmrc:registry.example`."""
    template: str
    """How the host wants it in the field `Authorization`."""
    origin: str
    """The place for a human to read."""
    placeholder: str = ""
    """A variable that the tool in the sandbox needs, for a worthless value."""


@dataclass(frozen=True, slots=True)
class FoundCredentials:
    """What stands in one tool's settings; `problems` say what cannot be brought."""

    credentials: tuple[Credential, ...] = ()
    problems: tuple[str, ...] = ()


def find(
    tool: str,
    environment: Mapping[str, str],
    home: Path,
    place: tuple[str, int] | None = None,
) -> FoundCredentials:
    """The credentials for the registries that a tool of the user's is set to.

    `place` is the host and port of what only projects name: poetry's sources. Opens a
    few small files. KeyError for a tool without a reader.
    """
    user = User(environment, home)
    reading = Reading(tool, user)
    READERS[tool](user, reading)
    passwords = _netrc(user, reading)
    found = dict[str, Credential]()
    problems = list(reading.problems)
    for registry in reading.registries:
        credentials = tuple(_of(registry, reading, passwords))
        if registry.credential and not credentials and tool not in _OF_NPM:
            problems.append(
                f"{tool}: {registry.credential} is not read for this; a [secrets] "
                "table of your own can name its place"
            )
        for credential in credentials:
            if registry.url.startswith("http:"):
                problems.append(
                    f"{tool}: {registry.url} is without TLS, and the gate puts a "
                    f"secret into nothing else ({credential.origin})"
                )
            else:
                found.setdefault(credential.source, credential)
    if tool in _OF_NPM:
        for credential in _of_npm(user, reading):
            found.setdefault(credential.source, credential)
    if tool == "poetry":
        named = {registry.scope for registry in reading.registries}
        for label, origin in poetry.places(user, reading).items():
            source = f"poetry:{label}"
            if label not in named and place:
                found[source] = Credential(tool, *place, source, BASIC, origin)
            elif label not in named:
                problems.append(
                    f"poetry: {origin} is for a source that your projects name; say "
                    "where it is: --host HOST:PORT"
                )
    return FoundCredentials(tuple(found.values()), tuple(dict.fromkeys(problems)))


def _is_basic(place: str) -> bool:
    """True for poetry's passwords; its tokens are for uploads alone."""
    return ": http-basic." in place or place.startswith("POETRY_HTTP_BASIC_")


_OF_NPM = ("npm", "pnpm", "yarn", "bun")
"""Tools that read npm's settings and so its tokens."""


def _of(
    registry: Registry, reading: Reading, passwords: Mapping[str, str]
) -> Iterator[Credential]:
    """The one credential for a registry, if there is one; npm's are by themselves."""
    tool, host, port = registry.tool, registry.host, registry.port
    place = f"{host}:{port}"
    if place in reading.passwords:
        source = f"url:{tool}:{place}"
        yield Credential(tool, host, port, source, BASIC, registry.origin)
    elif tool == "cargo" and registry.credential:
        source, variable = (
            f"cargo:{registry.scope}",
            cargo.token_variable(registry.scope),
        )
        yield Credential(tool, host, port, source, PLAIN, registry.credential, variable)
    elif tool == "maven" and registry.credential:
        server = registry.credential.partition(": server ")[2]
        yield Credential(
            tool, host, port, f"maven:{server}", BASIC, registry.credential
        )
    elif tool == "poetry" and _is_basic(registry.credential):
        source = f"poetry:{registry.scope}"
        yield Credential(tool, host, port, source, BASIC, registry.credential)
    elif tool == "uv" and registry.credential.startswith("UV_INDEX_"):
        index = registry.credential[len("UV_INDEX_") : -len("_PASSWORD")].lower()
        yield Credential(tool, host, port, f"uv:{index}", BASIC, registry.credential)
    elif host in passwords:
        origin = f"netrc: machine {host}"
        yield Credential(tool, host, port, f"netrc:{host}", BASIC, origin)


def _of_npm(user: User, reading: Reading) -> Iterator[Credential]:
    """npm's, of which one may be for its public default, that no setting names."""
    settings = npm.npmrc(user, reading)
    plain = {f"{r.host}:{r.port}" for r in reading.registries if r.url[:5] == "http:"}
    for prefix, (kind, origin) in settings.credentials().items():
        host, port = _host_port(Registry("npm", f"https:{prefix}"))
        if host and f"{host}:{port}" not in plain:
            yield Credential(
                reading.tool,
                host,
                port,
                f"npmrc:{prefix[2:]}",
                BEARER if kind == "_authToken" else BASIC,
                origin,
            )


def _host_port(registry: Registry) -> tuple[str, int]:
    try:
        host, port = registry.host, registry.port
    except ValueError:
        return "", 0
    # The key itself holds a password: nothing that is written down may be made of it.
    return ("", 0) if "@" in urlsplit(registry.url).netloc else (host, port)


def value(source: str, environment: Mapping[str, str], home: Path) -> str:
    """The value that stands at the source now; empty if there is none."""
    kind, _, rest = source.partition(":")
    user = User(environment, home)
    match kind:
        case "npmrc":
            return _npm_value(rest, user)
        case "url":
            tool, _, place = rest.partition(":")
            reading = Reading(tool, user)
            if tool in READERS:
                READERS[tool](user, reading)
            return _basic(reading.passwords.get(place, ""))
        case "netrc":
            return _basic(_netrc(user, Reading("netrc", user)).get(rest, ""))
        case "cargo":
            return cargo.token(rest, user, Reading("cargo", user))
        case "poetry":
            return _basic(poetry.password(rest, user, Reading("poetry", user)))
        case "uv":
            return _basic(uv.password(rest, user))
        case "maven":
            return _basic(maven.password(rest, user, Reading("maven", user)))
        case _:
            return ""


def _npm_value(prefix: str, user: User) -> str:
    settings = npm.npmrc(user, Reading("npm", user))

    def setting(key: str) -> str:
        for spelled in (f"//{prefix}/:{key}", f"//{prefix}:{key}"):
            if spelled in settings.values:
                return settings.values[spelled][0]
        return ""

    if token := setting("_authToken") or setting("_auth"):
        return token
    try:
        password = base64.b64decode(setting("_password")).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return _basic(f"{setting('username')}:{password}") if password else ""


def _basic(credentials: str) -> str:
    """`user:password` as HTTP's basic authentication sends it."""
    return base64.b64encode(credentials.encode()).decode() if credentials else ""


def _netrc(user: User, reading: Reading) -> dict[str, str]:
    """`user:password` by host, of the user's netrc file."""
    variable, named = user.variable("NETRC")
    file = user.path(named) if variable else user.home / ".netrc"
    return reading.parsed(file, formats.netrc) or {}
