"""Reads a capture of an agent: lines that say whose it is, then a screen or a stream.

The lines are `agent:`, `version:`, `state:`, `size:` and `title:`; a blank one ends
them. A file without them is taken by its name, such as `claude-working.txt`, and the
title of its screen from a `.meta` file beside it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from swarm.agents import cues, registry
from swarm.agents.cues import Reading
from swarm.agents.description import Agent
from swarm.agents.streams import read_file
from swarm.errors import PlanError, SwarmError

LARGEST = 4 << 20
"""Bytes of a screen."""
HEAD = 8192
"""Bytes in which the lines of the head must end."""
_HEAD_LINE = re.compile(r"^([a-z]+): ?(.*)$")
_META_TITLE = re.compile(r"title=(.*?)(?: cmd=|$)")
_PANE_FACTS = re.compile(r"\|alt=\d\|.*$")


@dataclass(frozen=True, slots=True)
class Capture:
    """What a file holds, and what the rules make of it."""

    file: str
    agent: str
    version: str
    said: str
    """The state that the one who captured it wrote down."""
    is_stream: bool
    reading: Reading
    is_seen: bool
    """The agent's rules were made with a screen of this version."""
    passed_over: int = 0
    """Lines of a stream that were too long, or no JSON."""
    head: dict[str, str] = field(default_factory=dict)


def read(file: Path, agent: str = "", now: float = 0) -> Capture:
    """What the rules make of the file.

    `agent` goes before what the file says of itself; `now` is when it was captured, by
    default when the file was last changed. PlanError for a file that cannot be read,
    that names no agent that there is, or that is larger than a screen.
    """
    try:
        head, start = _head(file)
        is_stream = _is_stream(file, start)
        moment = now or file.stat().st_mtime
        known = _agent(file, agent or head.get("agent", ""))
        if is_stream:
            return _of_stream(file, start, head, known, moment)
        return _of_screen(file, start, head, known, moment)
    except OSError as error:
        raise PlanError(f"{file} cannot be read: {error.strerror or error}") from error


def versions_seen(agent: Agent) -> list[str]:
    """The versions of the agent that its cues were made with."""
    named = (cue.version for several in agent.cues.values() for cue in several)
    return sorted({each.strip() for text in named for each in text.split(",")} - {""})


def _of_stream(
    file: Path, start: int, head: dict[str, str], agent: Agent, now: float
) -> Capture:
    with file.open("rb") as opened:
        opened.seek(start)
        stream = agent.headless.stream if agent.headless else ""
        found = read_file(stream, opened, now)
    return _capture(file, head, agent, True, found.reading, found.passed_over)


def _of_screen(
    file: Path, start: int, head: dict[str, str], agent: Agent, now: float
) -> Capture:
    with file.open("rb") as opened:
        opened.seek(start)
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise PlanError(f"{file} is larger than a screen: {LARGEST >> 20} MiB")
    title = _PANE_FACTS.sub("", head["title"]) if "title" in head else _meta(file)
    screen = content.decode("utf-8", "replace")
    reading = cues.read_screen(agent, screen, "" if title == "-" else title, now)
    return _capture(file, head, agent, False, reading)


def _capture(
    file: Path,
    head: dict[str, str],
    agent: Agent,
    is_stream: bool,
    reading: Reading,
    passed_over: int = 0,
) -> Capture:
    version = head.get("version", "")
    is_seen = not version or version in versions_seen(agent)
    return Capture(
        str(file), agent.name, version, head.get("state", ""), is_stream, reading,
        is_seen, passed_over, head,
    )  # fmt: skip


def _head(file: Path) -> tuple[dict[str, str], int]:
    """The lines of the head, and where the rest begins."""
    if not file.is_file():
        raise PlanError(f"{file} is no file")
    with file.open("rb") as opened:
        begin = opened.read(HEAD)
    head: dict[str, str] = {}
    start = 0
    for line in begin.splitlines(keepends=True):
        found = _HEAD_LINE.match(line.decode("utf-8", "replace").rstrip("\r\n"))
        if not found:
            is_blank = not line.strip()
            return head, start + len(line) if head and is_blank else start
        if not head and found[1] != "agent":
            return {}, 0
        head[found[1]] = found[2].strip()
        start += len(line)
    return head, start


def _is_stream(file: Path, start: int) -> bool:
    with file.open("rb") as opened:
        opened.seek(start)
        begin = opened.read(HEAD).lstrip()
    return file.suffix == ".jsonl" or begin.startswith(b'{"')


def _agent(file: Path, named: str) -> Agent:
    name = named or re.split(r"[-.]", file.name)[0]
    try:
        return registry.find(name)
    except SwarmError as error:
        raise PlanError(
            f"{file}: {error.message}",
            hint="its first line must be `agent: NAME`; or use --agent NAME",
        ) from error


def _meta(file: Path) -> str:
    """The title in a `.meta` file of the same name; empty if there is none."""
    beside = file.with_suffix(".meta")
    if beside == file or not beside.is_file():
        return ""
    with beside.open("rb") as opened:
        text = opened.read(HEAD).decode("utf-8", "replace")
    found = _META_TITLE.search(text)
    return found[1].strip() if found else ""
