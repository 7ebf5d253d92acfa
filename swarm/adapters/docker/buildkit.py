"""Builds a Dockerfile of today's syntax by the docker program, which speaks BuildKit.

The engine's plain API has its older builder alone, which refuses that syntax.
"""

import os
import re
from collections.abc import Sequence

from swarm.adapters import process
from swarm.adapters.process import Limits, Program
from swarm.errors import ToolError
from swarm.model.safe_text import safe_line
from swarm.ports import BuildContext, Progress

SECONDS = 3600.0
_KEPT = ("PATH", "HOME", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
_NEW = re.compile(
    r"(?im)^\s*#\s*syntax\s*=|^\s*(?:RUN|COPY|ADD)\s[^\n]*?"
    r"(?:--(?:mount|network|security|link|chmod|parents|exclude|checksum)\b"
    r"|<<-?[\"']?[A-Za-z])|^\s*RUN\s*\\\s*\n\s*--mount"
)


def is_needed(dockerfile: str) -> bool:
    """True for a Dockerfile that the older builder does not take, by its text."""
    return bool(_NEW.search(dockerfile))


def build(
    endpoint: Sequence[str], reference: str, context: BuildContext, progress: Progress
) -> None:
    """Build from a context; ToolError with the last line before it.

    `endpoint` are the words that start the docker program. Blocks for minutes.
    """
    words = [*endpoint, "build", "--progress=plain", "--tag", reference]
    words += ["--file", context.dockerfile]
    words += ["--target", context.target] if context.target else []
    for name, value in context.arguments.items():
        words += ["--build-arg", f"{name}={value}"]
    lines = [""]

    def on_line(line: str) -> None:
        if text := line.strip():
            lines[:] = [*lines[-20:], text]
            progress(text)

    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    result = process.run(
        Program(
            [*words, "-"],
            "docker build",
            {**environment, "DOCKER_BUILDKIT": "1"},
            stdin=context.tar.read_bytes(),
            install_hint="it comes with the docker engine's command line",
        ),
        Limits(SECONDS, 64 << 20),
        on_line,
    )
    if result.status:
        is_missing = "buildx component is missing" in result.complaint
        raise ToolError(
            f"docker build {reference}: {safe_line(result.complaint)}",
            hint="install docker's buildx plugin: its Dockerfile has BuildKit's syntax"
            if is_missing
            else f"the last line before it: {lines[-1]}",
        )
