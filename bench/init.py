"""`swarm init` on a large repository, from the command to the file that it wrote."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from bench.table import Row

FILES, RUNS = 50_000, 5


def rows() -> list[Row]:
    """Seconds; the least of a few runs. It has two manifests and 300 keys."""
    base = Path(tempfile.mkdtemp(prefix="swarm-bench-"))
    try:
        repo = _repository(base / "repo")
        seconds = [_init(base, repo) for _ in range(RUNS)]
    finally:
        rmtree(base)
    what = f"`swarm init` on {FILES} files"
    return [Row(what, min(seconds), 0, 2.0, "s")]


def _init(base: Path, repo: Path) -> float:
    environment = {
        **os.environ,
        "SWARM_HOME": str(base / "home"),
        "SWARM_CONFIG": str(base / "config.toml"),
    }
    words = [sys.executable, "-m", "swarm", "--repo", str(repo), "init", "--yes"]
    begin = time.monotonic()
    subprocess.run(
        [*words, "--rewrite"], check=True, capture_output=True, env=environment
    )
    seconds = time.monotonic() - begin
    (repo / "swarm.toml").unlink()
    return seconds


def _repository(place: Path) -> Path:
    """A repository whose files stand in its history alone: no checkout is read."""
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=place,
        input="".join(_history()).encode(),
        check=True,
    )
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/big"], cwd=place)
    return place


def _history() -> Iterator[str]:
    yield "commit refs/heads/big\ncommitter a <a@b> 0 +0000\ndata 1\nx\n"
    yield from _file("package.json", '{"scripts": {"test": "node t.js"}}')
    yield from _file("pyproject.toml", "[project]\nname = 'x'\n")
    for number in range(300):
        yield from _file(f"config/{number}.pem", "-----BEGIN PRIVATE KEY-----\n")
    for number in range(FILES - 302):
        yield from _file(f"src/{number % 500}/module-{number}.ts", f"{number}\n")


def _file(path: str, text: str) -> Iterator[str]:
    yield f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"
