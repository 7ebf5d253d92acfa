"""The laws of the house, executed: floors, doors, formats, types, mirrored tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "swarm").rglob("*.py"))
UNMIRRORED = Path(__file__).with_name("unmirrored.txt")
"""The sources without a test of their name, a line each; the list may only shrink."""


def test_imports_go_down_and_every_tool_has_one_door() -> None:
    """import-linter holds the floors of pyproject.toml."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    """Style and security lint, with the table of pyproject.toml."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    done = subprocess.run(
        [ruff, "check", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_code_is_formatted() -> None:
    """One format, never discussed."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    done = subprocess.run(
        [ruff, "format", "--check", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_strict() -> None:
    """mypy --strict over the code, the tests and the benches."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_untrusted_text_is_never_markup(source: Path) -> None:
    """`from_markup` turns an agent's bytes into instructions to the screen."""
    assert "from_markup" not in source.read_text(encoding="utf-8")


def test_the_list_imports_nothing_heavy() -> None:
    """`swarm ls` answers in milliseconds: the read side is the standard library."""
    script = (
        "import sys, swarm.store.task_queries, swarm.store.wishes;"
        "heavy = ('sqlmodel', 'pydantic', 'textual', 'docker', 'git', 'libtmux');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_a_source_is_tested_by_its_name() -> None:
    """`swarm/a/b.py` is tested by `tests/a/test_b.py`, so that nobody has to search.

    After the check of file names that mitmproxy runs.
    """
    without_test = {
        str(source.relative_to(ROOT))
        for source in SOURCES
        if source.name != "__init__.py" and not _test_of(source).exists()
    }
    exceptions = set(UNMIRRORED.read_text(encoding="utf-8").splitlines())

    assert without_test <= exceptions, "write the test at the mirrored path"
    assert exceptions <= without_test, "take what has a test, or is gone, off the list"


def _test_of(source: Path) -> Path:
    """The mirrored path; `__main__` is tested by `test_main`."""
    folder = source.relative_to(ROOT / "swarm").parent
    return ROOT / "tests" / folder / f"test_{source.stem.strip('_')}.py"
