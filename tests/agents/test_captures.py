"""Captures of real agents read right, and go on to if what is around them changes."""

import re
from pathlib import Path

import pytest

from swarm.agents import captures, cues, registry
from swarm.errors import PlanError

FOLDER = Path(__file__).parent / "captures"
FILES = sorted(FOLDER.iterdir())
SCREENS = [file for file in FILES if file.suffix == ".txt"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_capture_reads_right(file: Path) -> None:
    found = captures.read(file)
    assert (found.reading.state, found.is_seen) == (found.head["reads"], True)
    assert found.reading.rule


def test_every_agent_with_cues_has_a_capture() -> None:
    named = {file.name.split("-")[0] for file in SCREENS}
    with_cues = {name for name in registry.names() if registry.find(name).cues}
    assert with_cues - named == {"amp"}, "amp was never seen"


def test_every_version_of_a_cue_is_a_capture_s() -> None:
    seen = {(c.agent, c.version) for c in map(captures.read, SCREENS)}
    for name in registry.names():
        for version in captures.versions_seen(registry.find(name)):
            assert (name, version) in seen


def test_the_time_of_a_limit_is_told() -> None:
    now = 1795798800.0  # 17:00 UTC
    found = captures.read(FOLDER / "claude-limit-subscription.txt", now=now)
    assert found.reading.until == now + 7680
    assert captures.read(FOLDER / "kimi-limit.txt", now=now).reading.until == now + 7200
    assert captures.read(FOLDER / "pi-limit.txt", now=now).reading.until == now + 7200


def test_a_version_that_was_never_seen_is_told(tmp_path: Path) -> None:
    text = (FOLDER / "claude-idle.txt").read_text()
    file = tmp_path / "x.txt"
    file.write_text(text.replace("version: 2.1.332", "version: 3.0.0"))
    found = captures.read(file)
    assert (found.version, found.is_seen, found.reading.state) == (
        "3.0.0",
        False,
        "ready",
    )


def test_a_file_without_a_head_is_taken_by_its_name(tmp_path: Path) -> None:
    text = (FOLDER / "gemini-permission-edit.txt").read_text()
    _, _, screen = text.partition("\n\n")
    file = tmp_path / "gemini-x.1.txt"
    file.write_text("nothing here\n")
    (tmp_path / "gemini-x.1.meta").write_text(
        "title=✋  Action Required cmd=bash alt=1\n"
    )
    assert captures.read(file).reading.source == "title"
    other = tmp_path / "other.txt"
    other.write_text(screen)
    assert captures.read(other, agent="gemini").reading.state == "asks-permission"
    with pytest.raises(PlanError, match=r"no agent 'other'") as refused:
        captures.read(other)
    assert "--agent NAME" in refused.value.hint


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00" * 99, b"agent: claude", b"agent: claude\n", b"\n" * 9999],
)
def test_any_bytes_are_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "claude-x.txt"
    file.write_bytes(content)
    assert captures.read(file).agent == "claude"


def test_what_is_no_capture_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="is no file"):
        captures.read(tmp_path)
    with pytest.raises(PlanError, match="is no file"):
        captures.read(tmp_path / "absent")
    large = tmp_path / "claude-large.txt"
    large.write_bytes(b"x" * (captures.LARGEST + 1))
    with pytest.raises(PlanError, match="larger than a screen"):
        captures.read(large)


def test_no_capture_names_a_machine() -> None:
    for file in FILES:
        assert not re.search(r"/work/|root@|\.local\b", file.read_text()), file


def test_the_field_and_cues_of_a_user_s_own_agent_are_optional() -> None:
    assert cues.read_screen(registry.find("command"), "anything").state is None
