"""Names the package indexes that a project's own files ask for, and their secrets.

Nothing is allowed by it: a human does that. No password of a file is kept.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from swarm.config.detection.folders import beside
from swarm.config.detection.tree import Tree, items, table
from swarm.model.detected import ProjectIndex
from swarm.policy import hosts
from swarm.policy.hosts import BadHost

MOST = 20
"""Indexes of a repository; the rest is told by their number."""
_PORTS = {"https": 443, "http": 80}
_VARIABLE = re.compile(
    r"\$\{?([A-Za-z_][A-Za-z0-9_]{0,60})[^}/@:]{0,20}\}?|%(\w{1,60})%"
)
_LINE = re.compile(
    r"^\s{0,9}(?:-i|--index-url|--extra-index-url|-f|--find-links)"
    r"[ =]\s{0,9}(\S{1,300})",
    re.MULTILINE,
)
_XML = re.compile(
    r"<((?:pluginR|r)epository|mirror)>(.{0,600}?)</\1>", re.DOTALL | re.IGNORECASE
)
_XML_URL = re.compile(r"<url>\s{0,99}([^<\s]{1,300})\s{0,99}</url>")
_GRADLE = re.compile(
    r"maven\s{0,9}(?:\(|\{)\s{0,99}(?:[^{}]{0,200}?\burl\s{0,9}=?\s{0,9})?"
    r"(?:uri\s{0,9}\(\s{0,9})?[\"']([^\"'\s]{1,300})[\"']"
)
_GETENV = re.compile(r"(?:getenv|environmentVariable)\(\s{0,9}[\"'](\w{1,60})[\"']")
_GEM = re.compile(r"^\s{0,20}source[\s(]{1,9}[\"']([^\"'\s]{1,300})[\"']", re.MULTILINE)
_NUGET = re.compile(r"<add\s[^<>]{0,300}?\bvalue=\"([^\"\s]{1,300})\"", re.IGNORECASE)
_YARN = re.compile(
    r"^\s{0,20}npmRegistryServer:\s{0,9}[\"']?([^\"'\s]{1,300})", re.MULTILINE
)
_YARN_TOKEN = re.compile(
    r"^\s{0,20}npmAuth(?:Token|Ident):\s{0,9}[\"']?\$\{(\w{1,60})", re.MULTILINE
)
_OLD_YARN = re.compile(
    r"^\"?(?:@[\w.-]{1,60}:)?registry\"?\s{1,9}[\"']?(https?://[^\"'\s]{1,300})",
    re.MULTILINE,
)
_TOKEN_NAME = re.compile(r"(?:_authToken|_auth|_password)$")

Named = Iterator[tuple[Any, str, tuple[str, ...]]]
"""Each URL with the file and the variables that its secret is taken from."""


def indexes(tree: Tree) -> tuple[ProjectIndex, ...]:
    """The indexes that the files name, each host once; public defaults among them."""
    named: dict[tuple[str, int], ProjectIndex] = {}
    for folder in tree.folders:
        for url, name, secrets in _all(tree, folder):
            file = beside(folder, name)
            if (index := _index(tree, url, file, secrets)) is None:
                continue
            key = (index.host, index.port)
            before = named.get(key)
            if before:
                more = (*before.secrets, *index.secrets)
                secrets = tuple(dict.fromkeys(more))
                index = ProjectIndex(*key, before.file, secrets)
            if before or len(named) < MOST:
                named[key] = index
            else:
                tree.note(f"more than {MOST} package indexes: {file} names others")
    return tuple(named.values())


def _index(
    tree: Tree, url: object, file: str, secrets: tuple[str, ...]
) -> ProjectIndex | None:
    """The index at a URL; None for a path, and with a note for no host."""
    text = url.strip() if isinstance(url, str) else ""
    text = text.removeprefix("sparse+").removeprefix("registry+")
    scheme, sign, rest = text.partition("://")
    if not sign or scheme.lower() not in _PORTS or len(text) > 500:
        return None
    login, at, _ = rest.partition("/")[0].rpartition("@")
    in_url = [a or b for a, b in _VARIABLE.findall(login)]
    try:
        parts = urlsplit(f"{scheme}://{rest.removeprefix(login + at)}")
        host = hosts.parse(unquote(parts.hostname or "")).name
        port = parts.port or _PORTS[scheme.lower()]
    except (ValueError, BadHost):
        tree.note(f"{file} names a package index whose host is not known")
        return None
    if at and not in_url and login.strip(":"):
        tree.note(f"{file} has a login for {host} in it: every agent can read that")
    return ProjectIndex(host, port, file, tuple(dict.fromkeys((*secrets, *in_url))))


def _all(tree: Tree, folder: str) -> Named:
    yield from _of_python(tree, folder)
    yield from _of_npm(tree, folder)
    for file in (".cargo/config.toml", ".cargo/config"):
        body = tree.toml(folder, file)
        for name, each in table(body.get("registries")).items():
            plain = re.sub(r"[^A-Z0-9]", "_", name[:60].upper())
            yield (
                table(each).get("index", ""),
                file,
                (f"CARGO_REGISTRIES_{plain}_TOKEN",),
            )
        for each in table(body.get("source")).values():
            yield table(each).get("registry", ""), file, ()
    for file in ("pom.xml", ".mvn/settings.xml"):
        for _, block in _XML.findall(tree.text(folder, file)):
            yield from ((url, file, ()) for url in _XML_URL.findall(block))
    for file in ("settings.gradle", "settings.gradle.kts", "build.gradle",
                 "build.gradle.kts"):  # fmt: skip
        text = tree.text(folder, file)
        secrets = tuple(dict.fromkeys(_GETENV.findall(text)))
        yield from ((url, file, secrets) for url in _GRADLE.findall(text))
    for file in ("Gemfile", "gems.rb"):
        yield from ((url, file, ()) for url in _GEM.findall(tree.text(folder, file)))
    for file in ("nuget.config", "NuGet.config", "NuGet.Config"):
        text = tree.text(folder, file)
        secrets = tuple(b for _, b in _VARIABLE.findall(text) if b)
        yield from ((url, file, secrets) for url in _NUGET.findall(text))


def _of_python(tree: Tree, folder: str) -> Named:
    file = "pyproject.toml"
    tool = table(tree.toml(folder, file).get("tool"))
    for body, name in (
        (table(tool.get("uv")), file),
        (tree.toml(folder, "uv.toml"), "uv.toml"),
    ):
        for each in items(body.get("index")):
            yield table(each).get("url", ""), name, _of_uv(table(each))
        for key in ("index-url", "extra-index-url", "find-links"):
            value = body.get(key, "")
            yield from (
                (url, name, ())
                for url in (value if isinstance(value, list) else [value])
            )
    for key in ("poetry", "pdm"):
        for each in items(table(tool.get(key)).get("source")):
            yield table(each).get("url", ""), file, ()
    for each in items(tree.toml(folder, "Pipfile").get("source")):
        yield table(each).get("url", ""), "Pipfile", ()
    start = beside(folder, "")
    for path in tree.contents:
        if path.startswith(start) and path.endswith(".txt"):
            for url in _LINE.findall(tree.text("", path)):
                yield url, path.removeprefix(start), ()


def _of_uv(index: dict[str, Any]) -> tuple[str, ...]:
    """The variable of a named index that wants a login; any may, few say so."""
    name = index.get("name")
    if index.get("authenticate") != "always" or not isinstance(name, str):
        return ()
    plain = re.sub(r"[^A-Z0-9]", "_", name[:60].upper())
    return (f"UV_INDEX_{plain}_PASSWORD",)


def _of_npm(tree: Tree, folder: str) -> Named:
    lines = [line.partition("=") for line in tree.text(folder, ".npmrc").split("\n")]
    pairs = [
        (key.strip(), value.strip().strip("\"'")) for key, sign, value in lines if sign
    ]
    secrets = tuple(
        name
        for key, value in pairs
        if _TOKEN_NAME.search(key)
        for name, _ in _VARIABLE.findall(value)
    )
    for key, value in pairs:
        if key == "registry" or (key.startswith("@") and key.endswith(":registry")):
            yield value, ".npmrc", secrets
    text = tree.text(folder, ".yarnrc.yml")
    tokens = tuple(_YARN_TOKEN.findall(text))
    yield from ((url, ".yarnrc.yml", tokens) for url in _YARN.findall(text))
    for url in _OLD_YARN.findall(tree.text(folder, ".yarnrc")):
        yield url, ".yarnrc", ()
    install = table(tree.toml(folder, "bunfig.toml").get("install"))
    for each in (install.get("registry"), *table(install.get("scopes")).values()):
        url = table(each).get("url", "") if isinstance(each, dict) else each
        token = str(table(each).get("token", "")) if isinstance(each, dict) else ""
        yield url, "bunfig.toml", tuple(a for a, _ in _VARIABLE.findall(token))
