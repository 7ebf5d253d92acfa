"""Runs the whole suite side by side, and what failed there once more, alone.

    python -m tests.whole_suite [--few N] [pytest's arguments]

Thousands of tests share an engine, a tmux and two processors with each other, and one
that waits for a real program now and then loses a race that a user would not see.
What fails beside others and passes alone is named as unsteady, and is to be mended; it
fails the run only if it fails alone as well, or if more than a few tests failed.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
FAILED = HOME / ".pytest_cache/v/cache/lastfailed"
FEW = 8
"""More failures than that are no lost races."""


def main(argv: list[str]) -> int:
    """Give the exit code of pytest: 0 if each test passed, beside others or alone."""
    parser = ArgumentParser(prog="python -m tests.whole_suite")
    parser.add_argument("--few", type=int, default=FEW, metavar="N")
    options, arguments = parser.parse_known_args(argv)
    FAILED.unlink(missing_ok=True)
    code = run(arguments)
    failed = sorted(json.loads(FAILED.read_text())) if FAILED.exists() else []
    if code != pytest.ExitCode.TESTS_FAILED or not 0 < len(failed) <= options.few:
        return code
    print(f"\n{len(failed)} failed beside the others; each once more, alone:")
    code = run(["-n", "0", *failed])
    if code == pytest.ExitCode.OK:
        print("UNSTEADY, passed alone, to be mended:", *failed, sep="\n  ")
    return code


def run(arguments: list[str]) -> int:
    """Run pytest in a process of its own."""
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=HOME, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
