"""`swarm agent read`: which state the rules make of captured screens and streams.

It needs no keeper and no engine: it is how a user reports a screen that was read wrong.
"""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from swarm.agents import captures
from swarm.agents.captures import Capture
from swarm.cli import exit_codes, output
from swarm.errors import PlanError
from swarm.model.safe_text import safe_line

_LINE = 60
"""Characters of the line that decided which a row shows."""


def read(args: Namespace) -> int:
    """Print a row for each file; FAILED if one cannot be read."""
    found: list[Capture] = []
    failed: list[dict[str, Any]] = []
    for file in args.files:
        if file.suffix == ".meta":
            continue
        try:
            found.append(captures.read(file, args.agent, args.at or 0))
        except PlanError as error:
            failed.append({"file": str(file), "error": error.message})
            output.refused("agent read", error)
    if args.json:
        output.as_json([*map(_facts, found), *failed])
    else:
        _print(found)
    return exit_codes.FAILED if failed else exit_codes.DONE


def _print(found: list[Capture]) -> None:
    if not found:
        return
    head = ["FILE", "AGENT", "VERSION", "CAPTURED AS", "STATE", "UNTIL", "BY", "RULE"]
    output.columns([*head, "LINE"], map(_row, found))
    for capture in found:
        for note in _notes(capture):
            output.note(f"note: {safe_line(capture.file)}: {safe_line(note)}")


def _row(capture: Capture) -> list[str]:
    reading = capture.reading
    return [
        Path(capture.file).name,
        capture.agent,
        capture.version if capture.is_seen else f"{capture.version} (never seen)",
        capture.said,
        reading.state or "unknown",
        _time(reading.until),
        reading.source,
        reading.rule or "no rule fits",
        safe_line(" ".join(reading.line.split()), _LINE),
    ]


def _notes(capture: Capture) -> list[str]:
    notes = []
    if not capture.is_seen:
        notes.append(
            f"version {capture.version} of {capture.agent} was never seen: its screen "
            "may have changed, and only the facts of gate and sensor hold"
        )
    if capture.passed_over:
        notes.append(f"{capture.passed_over} lines were too long, or no JSON")
    return notes


def _facts(capture: Capture) -> dict[str, Any]:
    reading = capture.reading
    return {
        "file": capture.file,
        "agent": capture.agent,
        "version": capture.version,
        "version_seen": capture.is_seen,
        "captured_as": capture.said,
        "kind": "stream" if capture.is_stream else "screen",
        "state": reading.state,
        "until": reading.until,
        "source": reading.source,
        "rule": reading.rule,
        "line": safe_line(reading.line),
        "notes": _notes(capture),
    }


def _time(moment: float | None) -> str:
    if moment is None:
        return ""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
