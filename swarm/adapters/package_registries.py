"""Reads the addresses of package registries from the package tools of this machine."""

import json
import os
import re
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from swarm.adapters.process import Limits, Program, run
from swarm.errors import ToolError

LIMITS = Limits(seconds=20, output=1 << 20)
LARGEST_XML = 1 << 20
"""Characters of one of Maven's files."""

_PIP = """
import json
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
configuration = Configuration(isolated=False)
configuration.load()
sections = dict(configuration.items())
settings = {}
for value in sections.values():
    settings.update(value if isinstance(value, dict) else {})
for key, value in sections.items():
    if not isinstance(value, dict):
        settings[key] = value
urls = [v for k, v in settings.items() if k.endswith(".index-url")]
extra = " ".join(v for k, v in settings.items() if k.endswith(".extra-index-url"))
default = [PyPI.simple_url, "https://" + PyPI.file_storage_domain]
print(json.dumps((urls or default) + extra.split()))
"""


def registries() -> dict[str, tuple[str, ...]]:
    """`host:port` of each tool's registry; a tool that is not installed is left out.

    Blocks for a process of each tool, about a second in all.
    """
    readers: dict[str, Callable[[], Iterable[str]]] = {
        "pip": _pip_urls,
        "npm": _npm_urls,
        "apt": _apt_urls,
        "cargo": _cargo_urls,
        "go": _go_urls,
        "maven": _maven_urls,
        "gem": _gem_urls,
        "apk": _apk_urls,
    }
    endpoints = {
        tool: tuple(dict.fromkeys(_endpoints(read_urls())))
        for tool, read_urls in readers.items()
    }
    return {tool: addresses for tool, addresses in endpoints.items() if addresses}


def _endpoints(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        try:
            parts = urlsplit(url.strip())
            port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        except ValueError:
            continue
        if parts.hostname and port:
            yield f"{parts.hostname}:{port}"


def _tool_output(*argv: str) -> str:
    """The text that a tool prints; empty if it is not installed or fails."""
    # The tools read mirrors and proxies from the user's variables too.
    program = Program(argv, argv[0], os.environ)
    try:
        result = run(program, LIMITS)
    except ToolError:
        return ""
    return "" if result.status else result.output.decode(errors="replace").strip()


def _pip_urls() -> list[str]:
    output = _tool_output(sys.executable, "-c", _PIP)
    output = output or _tool_output("python3", "-c", _PIP)
    return [str(url) for url in json.loads(output)] if output else []


def _npm_urls() -> list[str]:
    return _tool_output("npm", "config", "get", "registry").splitlines()[-1:]


def _apt_urls() -> Iterator[str]:
    folder = Path("/etc/apt")
    for file in (folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))):
        if file.suffix == ".list":
            yield from apt_list_urls(_text(file))
        elif file.suffix == ".sources":
            yield from apt_sources_urls(_text(file))


_HTTP_URL = re.compile(r"https?://\S+")


def apt_list_urls(text: str) -> Iterator[str]:
    """URLs of the one-line format, whose comments may stand behind an entry."""
    for line in text.splitlines():
        entry = line.partition("#")[0]
        if entry.split()[:1] in (["deb"], ["deb-src"]):
            yield from _HTTP_URL.findall(entry)


def apt_sources_urls(text: str) -> Iterator[str]:
    """URLs of the enabled stanzas of the deb822 format."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] not in (" ", "\t"):
                name, _, line = line.partition(":")
                name = name.strip().lower()
            fields[name] = f"{fields.get(name, '')} {line}"
        if fields.get("enabled", "").strip().lower() not in _APT_FALSE:
            yield from _HTTP_URL.findall(fields.get("uris", ""))


_APT_FALSE = ("no", "false", "without", "off", "disable", "0")


def _cargo_urls() -> Iterator[str]:
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    for file in (home / "config.toml", home / "config"):
        try:
            body = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        for source in body.get("source", {}).values():
            yield str(source.get("registry", "")).removeprefix("sparse+")
        for source in body.get("registries", {}).values():
            yield str(source.get("index", "")).removeprefix("sparse+")


def _go_urls() -> list[str]:
    return re.split(r"[,|]", _tool_output("go", "env", "GOPROXY"))


def _maven_urls() -> list[str]:
    """The mirrors of the user's settings; without one those that Maven has built in."""
    try:
        settings = _text(Path.home() / ".m2" / "settings.xml")
        mirrors = _xml_urls(settings, ".//{*}mirror/{*}url")
    except ValueError:
        # Maven refuses such settings too, so it reaches nothing.
        return []
    return mirrors or list(_maven_built_in_urls())


def _maven_built_in_urls() -> Iterator[str]:
    program = shutil.which("mvn")
    folder = Path(program).resolve().parents[1] / "lib" if program else None
    for jar in sorted(folder.glob("maven-model-builder-*.jar")) if folder else ():
        try:
            with zipfile.ZipFile(jar) as archive:
                pom = archive.open("org/apache/maven/model/pom-4.0.0.xml")
                with pom:
                    text = pom.read(LARGEST_XML + 1).decode()
            yield from _xml_urls(text, ".//{*}url")
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            continue


def _xml_urls(text: str, path: str) -> list[str]:
    """Texts of the elements at a path; ValueError if it is no XML or may be a bomb."""
    if not text:
        return []
    # Entities can only be defined in a DTD, which Maven's files have no use for.
    if len(text) > LARGEST_XML or "<!DOCTYPE" in text:
        raise ValueError("too large, or with a document type")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no DTD gets here
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    return [element.text.strip() for element in root.iterfind(path) if element.text]


def _gem_urls() -> list[str]:
    return _HTTP_URL.findall(_tool_output("gem", "sources", "--list"))


def _apk_urls() -> list[str]:
    lines = _text(Path("/etc/apk/repositories")).splitlines()
    return [line.strip() for line in lines if line.lstrip().startswith("http")]


def _text(file: Path) -> str:
    """The file's text; empty if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
