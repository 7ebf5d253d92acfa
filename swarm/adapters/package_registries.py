"""Where this machine's package tools fetch from: asked of them, never known here."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

SECONDS = 20.0

_PIP = """
import json
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
known = Configuration(isolated=False)
known.load()
said = dict(known.items())
flat = {}
for value in said.values():
    flat.update(value if isinstance(value, dict) else {})
for key, value in said.items():
    if not isinstance(value, dict):
        flat[key] = value
urls = [v for k, v in flat.items() if k.endswith(".index-url")]
more = " ".join(v for k, v in flat.items() if k.endswith(".extra-index-url")).split()
own = urls or [PyPI.simple_url, "https://" + PyPI.file_storage_domain]
print(json.dumps(own + more))
"""


def registries() -> dict[str, tuple[str, ...]]:
    """`host:port` of each tool's registry; a tool that is not here is left out.

    Blocks for a process of each tool, about a second in all.
    """
    tools: dict[str, Callable[[], Iterable[str]]] = {
        "pip": _pip,
        "npm": _npm,
        "apt": _apt,
        "cargo": _cargo,
        "go": _go,
        "maven": _maven,
        "gem": _gem,
        "apk": _apk,
    }
    found = {name: tuple(dict.fromkeys(_places(ask()))) for name, ask in tools.items()}
    return {name: places for name, places in found.items() if places}


def _places(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        try:
            parts = urlsplit(url.strip())
            port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        except ValueError:
            continue
        if parts.hostname and port:
            yield f"{parts.hostname}:{port}"


def _said(*argv: str) -> str:
    """What a tool prints; empty where it is not here or fails."""
    if not shutil.which(argv[0]):
        return ""
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _pip() -> list[str]:
    said = _said(sys.executable, "-c", _PIP) or _said("python3", "-c", _PIP)
    return [str(url) for url in json.loads(said)] if said else []


def _npm() -> list[str]:
    return _said("npm", "config", "get", "registry").splitlines()[-1:]


def _apt() -> Iterator[str]:
    folder = Path("/etc/apt")
    files = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))]
    for file in files:
        if file.suffix in (".list", ".sources") and file.is_file():
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                if not line.lstrip().startswith("#"):
                    yield from re.findall(r"https?://\S+", line)


def _cargo() -> Iterator[str]:
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


def _go() -> list[str]:
    return re.split(r"[,|]", _said("go", "env", "GOPROXY"))


def _maven() -> list[str]:
    """The mirrors of the user's settings; without one what Maven has built in."""
    settings = Path.home() / ".m2" / "settings.xml"
    mirrors = re.findall(r"<mirror>.*?</mirror>", _text(settings), re.DOTALL)
    found = [url for mirror in mirrors for url in _URL.findall(mirror)]
    if found:
        return found
    program = shutil.which("mvn")
    folder = Path(program).resolve().parents[1] / "lib" if program else None
    for jar in sorted(folder.glob("maven-model-builder-*.jar")) if folder else ():
        try:
            with zipfile.ZipFile(jar) as inside:
                pom = inside.read("org/apache/maven/model/pom-4.0.0.xml").decode()
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            continue
        found += _URL.findall(pom)
    return found


_URL = re.compile(r"<url>\s*([^<\s]+)\s*</url>")


def _gem() -> list[str]:
    return re.findall(r"https?://\S+", _said("gem", "sources", "--list"))


def _apk() -> list[str]:
    lines = _text(Path("/etc/apk/repositories")).splitlines()
    return [line.strip() for line in lines if line.lstrip().startswith("http")]


def _text(file: Path) -> str:
    """Empty where it is not there."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
