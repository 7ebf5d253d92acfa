"""A build in a line: how far, how it ended, and nothing that a terminal obeys."""

from swarm.model.image_build import ImageBuild
from swarm.tui.present import build_lines

BUILD = ImageBuild("agents/codex", 100.0, 2)


def _words(build: ImageBuild | None, *lines: str) -> str:
    rows = build_lines.state("agents/codex", build, lines, 165.0)
    return "\n".join(row.plain for row in rows)


def test_how_far_it_is() -> None:
    assert "waits for its turn" in _words(None)
    assert "1m of about 2 min" in _words(BUILD)
    assert "step 3 of 9 of its last layer, 1m" in _words(BUILD, "Step 3/9 : RUN x", "y")


def test_how_it_ended() -> None:
    built = ImageBuild("agents/codex", 100.0, 2, is_built=True)
    assert "is built" in _words(built)
    failed = ImageBuild("a", 100.0, 2, problem="no\x1b[2J network", hint="go out")
    words = _words(failed)
    assert "no\\x1b[2J network" in words
    assert "way out  go out" in words


def test_its_output_is_harmless() -> None:
    rows = build_lines.output("Step 1/2 : X\nfetch\x1b]0;t\x07 [b]x[/b]\n")
    assert all(row.plain.isprintable() for row in rows)
    assert "[b]x[/b]" in rows[1].plain
    assert "nothing yet" in build_lines.output("")[0].plain
