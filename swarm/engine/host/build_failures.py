"""Says in a sentence why an image could not be built, by what the build printed."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from swarm.engine.host import failed_starts
from swarm.errors import ToolError
from swarm.ports import Images, Progress

STALE_SECONDS = 600.0
"""The age of a left stage whose build has ended: it is copied from in seconds."""

_SENTENCE = re.compile(r"^swarm: (.+)$", re.MULTILINE)
_FULL = re.compile(r"no space left on device|ENOSPC|disk quota exceeded", re.IGNORECASE)
_CUT = re.compile(
    r"context canceled|unexpected EOF|connection reset|broken pipe", re.IGNORECASE
)


def build(
    engine: Images,
    full: str,
    files: dict[str, bytes],
    arguments: dict[str, str],
    progress: Progress,
) -> None:
    """Build an image by a recipe of ours; blocks for minutes. ToolError, explained."""
    with explaining(full, progress) as on_line:
        failed_starts.once_more(lambda: engine.build(full, files, arguments, on_line))


@contextmanager
def explaining(full: str, progress: Progress) -> Iterator[Progress]:
    """Lend a progress that remembers what a build prints, and explain its ToolError."""
    lines = list[str]()

    def on_line(line: str) -> None:
        lines.append(line)
        progress(line)

    try:
        yield on_line
    except ToolError as error:
        raise explained(full, error, lines) from error


def explained(full: str, error: ToolError, lines: Sequence[str]) -> ToolError:
    """The error with the recipe's own sentence, and the way out."""
    printed = "\n".join(lines)
    if _FULL.search(error.message) or _FULL.search(printed):
        return ToolError(
            f"docker build {full}: the container engine's disk is full; "
            "nothing is kept",
            hint="`swarm image prune` removes older images of swarm's; "
            "`docker system df` shows what else is there",
        )
    sentences = _SENTENCE.findall(printed)
    if sentences:
        return ToolError(
            f"docker build {full}: {sentences[-1]}", hint=_way_out(sentences[-1])
        )
    if _CUT.search(error.message):
        return ToolError(
            f"docker build {full}: it was cut short; nothing is kept",
            hint="the same command builds it anew",
        )
    return error


def _way_out(sentence: str) -> str:
    if "could not reach" in sentence or "could not fetch" in sentence:
        return "look at this machine's network and proxy: `swarm doctor`"
    if "integrity differs" in sentence or "another" in sentence:
        return (
            "do not use it before you know why; `swarm agent update` shows the newest"
        )
    if "Debian" in sentence or "apt could not install" in sentence:
        return "correct `--package`, or `packages` in the config"
    if "has no" in sentence or "gone" in sentence:
        return "`swarm agent update NAME` asks for the newest version"
    return "the lines above it have the rest"
