"""`swarm agent read` works without a keeper, and says by which rule it read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.cli import exit_codes

Swarm = Callable[..., tuple[int, str, str]]
FOLDER = Path(__file__).parents[2] / "agents/captures"


@pytest.mark.usefixtures("paths")
def test_a_row_for_each_capture(swarm: Swarm) -> None:
    files = [FOLDER / name for name in ("claude-idle.txt", "codex-stream-limit.jsonl")]

    status, out, said = swarm("agent", "read", *map(str, files), "--at", "1795800000")

    rows = out.splitlines()
    assert (status, said, len(rows)) == (exit_codes.DONE, "", 3)
    assert "ready" in rows[1]
    assert "cues.ready: " in rows[1]
    assert "2026-11-27 19:33 UTC" in rows[2]
    assert "stream" in rows[2]


def test_every_capture_as_json(swarm: Swarm) -> None:
    files = sorted(map(str, FOLDER.iterdir()))

    status, out, _ = swarm("agent", "read", *files, "--json")

    facts = json.loads(out)
    assert status == exit_codes.DONE
    assert [each["file"] for each in facts] == files
    assert {"state", "rule", "line", "until", "source", "version_seen"} <= {*facts[0]}


def test_an_unseen_version_and_a_hostile_line_are_told_harmlessly(
    swarm: Swarm, tmp_path: Path
) -> None:
    file = tmp_path / "x.txt"
    file.write_text(
        "agent: aider\nversion: 9\x1b[31m\n\nx\u202e\x07? (Y)es/(N)o [Yes]:\n"
    )

    status, out, said = swarm("agent", "read", str(file))

    assert status == exit_codes.DONE
    assert "asks-permission" in out
    assert "never seen" in out
    assert "was never seen" in said
    for hostile in ("\x1b", "\u202e", "\x07"):
        assert hostile not in out + said


def test_what_cannot_be_read_is_told_beside_the_others(
    swarm: Swarm, tmp_path: Path
) -> None:
    files = [str(tmp_path / "nobody.txt"), str(FOLDER / "claude-idle.txt")]

    status, out, said = swarm("agent", "read", *files)

    assert status == exit_codes.FAILED
    assert "is no file" in said
    assert "ready" in out


def test_a_screen_that_fits_no_rule_is_unknown(swarm: Swarm, tmp_path: Path) -> None:
    file = tmp_path / "claude-x.txt"
    file.write_text("who knows\n")

    _, out, _ = swarm("agent", "read", str(file))

    assert "unknown" in out
    assert "no rule fits" in out
