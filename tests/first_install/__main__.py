"""Writes the table of first installs: `python -m tests.first_install`.

`--network NAME` and `--tool NAME` (both again and again) limit it; `--write` puts the
table into the page, else it is printed alone.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests.first_install import table
from tests.first_install.networks import NETWORKS
from tests.first_install.projects import TOOLS
from tests.first_install.run import Result

PAGE = Path(__file__).parents[2] / "docs" / "FIRST-INSTALL.md"
RUN_SECONDS = 3600


def results(network: str, tools: list[str]) -> list[Result]:
    """What came of these tools, by a process of its own; RuntimeError if it broke."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.first_install.run", network, *tools],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode:
        raise RuntimeError(f"{network}: {done.stderr}")
    lines = (json.loads(line) for line in done.stdout.splitlines())
    return [Result(**{**body, "denials": tuple(body["denials"])}) for body in lines]


def main() -> None:
    """Run what was asked for, and print or write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", action="append", choices=NETWORKS)
    parser.add_argument("--tool", action="append", choices=TOOLS)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    tools = asked.tool or list(TOOLS)
    found = []
    for network in asked.network or NETWORKS:
        print(f"… {network}", file=sys.stderr, flush=True)
        found += results(network, tools)
    text = table.text(found)
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
